"""Amazon Personalize on one machine: it keeps what it is given, refuses what AWS refuses, and ranks by counting.

The three APIs (``personalize``, ``-events``, ``-runtime``) are spoken over HTTP by the real botocore. What is made goes
from CREATE PENDING over CREATE IN_PROGRESS to ACTIVE, a step each time somebody asks after it; what is deleted likewise
until it is gone.
"""
