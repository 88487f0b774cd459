"""What the lake holds: read, cleaned, counted."""
