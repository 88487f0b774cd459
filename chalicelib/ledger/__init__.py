"""Money, counted twice: every journal sums to nothing in every currency, and none is ever changed."""
