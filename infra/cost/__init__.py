"""What will it cost? Measured calls, bytes and request units, times the prices in ``prices.toml``: docs/cost.md."""
