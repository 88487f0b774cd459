"""Key rotation: a secret is replaced while it is in use, and nobody is signed out."""
