"""The restore drill: every table as it was at one moment, under another stage's name, and proof that it is whole."""
