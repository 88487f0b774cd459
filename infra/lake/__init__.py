"""What operators do with the lake."""
