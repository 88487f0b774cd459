"""What can be learned from a log: the baselines, and what we serve. Dense matrices, for up to some thousand works."""
