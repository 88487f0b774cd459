"""All environment, and the rules by which resources are named.

Read when asked for, never cached: the deployer and the local platform set the environment before the app is
imported. Secrets are not here; see ``core.secrets``.
"""

import os
from collections.abc import Mapping
from typing import Any

ENVIRONMENT: dict[str, str] = {
    "STAGE": "The stage, part of every resource's name. Default: dev.",
    "AWS_REGION": "The region. Set by Lambda; default: eu-central-1.",
    "AWS_ACCOUNT_ID": "The account that owns the buckets and queues. Set by the deployer. Default: STS is asked, once.",
    "AWS_ENDPOINT_URL": "Where AWS is. Set by the local platform; unset when deployed.",
    "LYCEUM_CLOCK_FILE": "The file of the movable clock. Set by the local platform; unset when deployed.",
    "MAIL_SENDER": "The address that mail comes from. Default: Lyceum <no-reply@lyceum.example>.",
    "MAIL_IDENTITY": "The address or domain that SES has verified for it. Default: the domain of MAIL_SENDER.",
    "PUBLIC_URL": "The address of the web client, for links in mails and for returning from checkout.",
    "WEB_ORIGINS": "The web origins whose pages may call the API, by commas, each exact. Default: PUBLIC_URL's alone.",
    "EDGE": "open: CloudFront in front is believed who calls; closed: who passes it by is refused, too. Default: none.",
    "CONTENT_DOMAIN": "The domain that files are delivered from, by CloudFront. Default: none; links lead to S3.",
    "CONTENT_KEY": "Which of the two content keys signs links: a or b. Default: a.",
    "CONTENT_KEY_PAIR_ID": "CloudFront's id of that key. Needed with CONTENT_DOMAIN.",
    "TOKEN_ISSUER": "The issuer of our access tokens. Default: https://lyceum.example/{stage}.",
    "OIDC_ISSUER": "A foreign OpenID Connect issuer whose tokens are accepted too. Default: none.",
    "OIDC_AUDIENCE": "The audience that a foreign token must name. Needed with OIDC_ISSUER.",
    "OIDC_JWKS_URL": "Where the foreign issuer publishes its keys. Needed with OIDC_ISSUER.",
    "STRIPE_API_BASE": "Where Stripe's API is. Default: https://api.stripe.com.",
    "STRIPE_LIVEMODE": "1 where the keys are live: an event of the other mode is left. Default: 0.",
    "COMMISSION_BASIS_POINTS": "The platform's share of a sale. Default: 1000, which is 10 %.",
    "COMMISSION_OVERRIDES": "Shares agreed with single authors: JSON of basis points by account id. Default: none.",
    "TAX": "stripe: Stripe Tax says what of a price is tax, by where its buyer lives. none: nothing is. Default: none.",
    "PAYOUT_HOLD_DAYS": "How long authors wait for a sale's money; never less than refunds need nobody. Default: 14.",
    "EXPLORATION_PERCENT": "How many of a hundred recommendations are new works, for them to be found. Default: 10.",
    "RECOMMENDER": "Who ranks works: lyceum, our own models, or personalize, Amazon's. Default: lyceum.",
    "PERSONALIZE_TRACKING_ID": "The event tracker's, as make personalize says it. Needed with RECOMMENDER=personalize.",
    "LOG_LEVEL": "DEBUG, INFO, WARNING or ERROR. Default: INFO.",
    "STREAM_WORKS": "The ARN of the works table's stream.",
    "STREAM_ORDERS": "The ARN of the orders table's stream.",
    "STREAM_INBOX": "The ARN of the inbox table's stream.",
    "STREAM_OUTBOX": "The ARN of the outbox table's stream.",
    "STREAM_REVIEWS": "The ARN of the reviews table's stream.",
    "STREAM_INTERACTIONS": "The ARN of the interactions table's stream.",
    "STREAM_REPORTS": "The ARN of the reports table's stream.",
}

SECRETS: dict[str, str] = {
    "token-keys": "The keys of access tokens, as a ring: see core/keyrings.py. make rotate-keys replaces them in use.",
    "cursor-key": "Signs cursors and hashes mailed codes: a text or a ring.",
    "pseudonym-key": "Names reviews, so that none names its account. Never changes: it is part of rows' keys.",
    "stripe-key": "The secret API key at Stripe.",
    "stripe-webhook-secret": "Signs Stripe's webhooks: a text or a ring; several endpoints', by commas.",
    "edge-proof": "What CloudFront proves itself by to the API, the present word first, by spaces. Needed with EDGE.",
    "content-keys": 'Sign links to CONTENT_DOMAIN: {"a": P-256 private key as PEM, "b": …}. Needed with it.',
}

_DEFAULTS = {
    "STAGE": "dev",
    "AWS_REGION": "eu-central-1",
    "MAIL_SENDER": "Lyceum <no-reply@lyceum.example>",
    "PUBLIC_URL": "http://127.0.0.1:8000",
    "CONTENT_KEY": "a",
    "STRIPE_API_BASE": "https://api.stripe.com",
    "STRIPE_LIVEMODE": "0",
    "COMMISSION_BASIS_POINTS": "1000",
    "TAX": "none",
    "PAYOUT_HOLD_DAYS": "14",
    "EXPLORATION_PERCENT": "10",
    "RECOMMENDER": "lyceum",
    "LOG_LEVEL": "INFO",
}


def value(name: str) -> str:
    """What the environment says, else the default, else an empty text. The name must be listed above."""
    if name not in ENVIRONMENT:
        raise KeyError(f"{name} is no setting: list it in core/settings.py")
    return os.environ.get(name) or _DEFAULTS.get(name, "")


def stage() -> str:
    return value("STAGE")


def region() -> str:
    return value("AWS_REGION")


def issuer() -> str:
    return value("TOKEN_ISSUER") or f"https://lyceum.example/{stage()}"


def mail_identity(variables: Mapping[str, str] = os.environ) -> str:
    """By whom SES sends where these are the environment's variables: the one identity that functions may send as."""
    sender = variables.get("MAIL_SENDER") or _DEFAULTS["MAIL_SENDER"]
    return variables.get("MAIL_IDENTITY") or sender.rpartition("@")[2].rstrip("> ")


def table(name: str) -> str:
    return f"lyceum-{stage()}-{name}"


def queue(name: str) -> str:
    return f"lyceum-{stage()}-{name}"


def function(name: str) -> str:
    """As Lambda knows it. Chalice puts the app and the stage before the name."""
    return f"lyceum-{stage()}-{name}"


def queue_url(name: str) -> str:
    """The address to send to. SQS builds it from region, account and name; the emulator answers to its own."""
    base = value("AWS_ENDPOINT_URL") or f"https://sqs.{region()}.amazonaws.com"
    return f"{base}/{account_id()}/{queue(name)}"


def topic(name: str) -> str:
    return f"arn:aws:sns:{region()}:{account_id()}:lyceum-{stage()}-{name}"


def bucket(name: str) -> str:
    """Bucket names are shared by the whole world, so the account is part of them."""
    return f"lyceum-{stage()}-{account_id()}-{name}"


def stream(table_name: str) -> str:
    """A stream's ARN holds its creation time: the deployer passes it in, and plain `chalice deploy` asks for it.

    The fallback only lets the app be read: importing it asks no network.
    """
    if told := value(f"STREAM_{table_name.upper()}"):
        return told
    if os.environ.get("AWS_CHALICE_CLI_MODE"):
        return str(_account().stream(table(table_name), region()))
    return f"arn:aws:dynamodb:{region()}:000000000000:table/{table(table_name)}/stream/unknown"


def account_id() -> str:
    """Who owns the buckets and queues."""
    return value("AWS_ACCOUNT_ID") or str(_account().id(region()))


def parameter(name: str) -> str:
    """The SSM parameter that holds a secret."""
    return f"/lyceum/{stage()}/{name}"


def _account() -> Any:
    from chalicelib.core import account

    return account
