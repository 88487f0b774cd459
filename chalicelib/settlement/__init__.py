"""The money reaches the authors: their accounts at the provider, transfers, what comes back, and statements."""
