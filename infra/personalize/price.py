"""What it costs: campaigns are paid for by the throughput that is kept ready, whether or not anybody asks.

List prices of us-east-1, as published when this was written; aws.amazon.com/personalize/pricing is drawn by script and
could not be read by ours, so look there first. That a campaign is billed for at least one request a second:
docs.aws.amazon.com/personalize/latest/dg/API_CreateCampaign.html
"""

from decimal import Decimal

from chalicelib.recommend.arns import CAMPAIGNS

MONTH_SECONDS = 730 * 3600
THOUSAND_REQUESTS = {
    "aws-user-personalization-v2": Decimal("0.15"),
    "aws-personalized-ranking-v2": Decimal("0.15"),
    "aws-similar-items": Decimal("0.0556"),
}
"""Dollars."""


def idle_month() -> Decimal:
    """Dollars for all campaigns at one request a second."""
    requests = Decimal(MONTH_SECONDS) / 1000
    return sum((THOUSAND_REQUESTS[recipe] * requests for recipe in CAMPAIGNS.values()), Decimal(0))


def text() -> str:
    return (
        f"{len(CAMPAIGNS)} campaigns at one request a second cost about ${idle_month():,.0f} a month, used or not, "
        "from the moment they stand;\ntraining, which comes again every week, and data are paid for besides. "
        "See aws.amazon.com/personalize/pricing."
    )
