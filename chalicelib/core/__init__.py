"""What every room stands on. Core knows no room."""
