"""The offline recommender: from a lake of events to a model that the platform serves. An image of its own."""
