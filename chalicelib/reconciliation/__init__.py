"""The book against the provider's: what moved there and here, what nothing explains, and the proof that all agrees."""
