"""In tests a password is hashed at the least cost that argon2 knows: at the platform's it takes a fifth of a second of
a core, and nearly every test registers somebody. tests/accounts/test_passwords.py sees what the platform pays."""

import argon2.profiles

argon2.profiles.RFC_9106_LOW_MEMORY = argon2.profiles.CHEAPEST
