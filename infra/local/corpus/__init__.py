"""Works of our own making, and files that no honest author sends, for the demo and the tests."""
