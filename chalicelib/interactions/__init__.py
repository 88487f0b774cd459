"""What readers do: views, plays, progress, clicks; and, from facts alone, purchases and ratings."""
