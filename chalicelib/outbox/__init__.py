"""Each outside effect, decided inside a transaction and carried out once afterwards."""
