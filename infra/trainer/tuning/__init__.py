"""Choosing hyper-parameters, always on an inner split, with the same number of tries for every model."""
