"""How good a ranking is, how sure that is, and whom it favours."""
