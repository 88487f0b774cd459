"""Coupons: what they take off, of what, for how many; and who used them."""
