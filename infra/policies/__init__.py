"""What each function may do in AWS, and nothing else: one IAM policy a function.

``functions.yaml`` declares it, ``documents`` writes it as IAM reads it, ``evaluation`` judges by it as IAM does,
``comparison`` holds it against the calls that were really made.
"""

from infra.policies.documents import document, write_all
from infra.policies.resources import ANY

__all__ = ["ANY", "document", "write_all"]
