"""People: how they register, sign in, and stand."""
