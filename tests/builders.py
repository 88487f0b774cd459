"""Things that stories need, made through the platform's own API."""
