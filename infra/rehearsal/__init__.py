"""The real `chalice deploy` against an emulated account, then real events through what was deployed."""
