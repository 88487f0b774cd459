"""Works: written by authors, approved by reviewers, published for everyone to find."""
