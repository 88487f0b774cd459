"""Orders: what was bought on which terms, what was paid for it, and what follows from that."""
