"""Who may read what, and why; and the reading of it."""
