"""Data migrations: rows are brought to the version that their model writes, beside running traffic."""
