"""A stateful stand-in for Stripe that the real ``stripe`` SDK talks to, beside the gateway that it serves.

``FakeStripe`` is the whole provider with no network (``handle(method, path, headers, body)``); ``serve`` puts an HTTP
server around it; ``sign`` makes the ``Stripe-Signature`` of a webhook, for tests that forge one. It keeps to the one
API version that the pinned SDK speaks, and refuses what it does not know instead of guessing. README.md tells how to
drive it.
"""

from infra.local.fake_stripe.answers import Answer, Dropped
from infra.local.fake_stripe.fake import FakeStripe
from infra.local.fake_stripe.merchant import Merchant
from infra.local.fake_stripe.server import Running, serve
from infra.local.fake_stripe.signatures import sign

__all__ = ["Answer", "Dropped", "FakeStripe", "Merchant", "Running", "serve", "sign"]
