"""The provider of payments: what we ask of Stripe, and what Stripe tells us."""
