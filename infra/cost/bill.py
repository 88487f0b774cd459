"""From what a request uses to dollars a month. All amounts are exact decimals; only showing them rounds."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from functools import cache
from pathlib import Path
from typing import Any

from infra.cost.prices import prices

Usage = dict[str, Decimal]
"""How many of each priced thing: ``{"api_request": 1, "dynamodb_read": 0.5}``."""

MIX = {
    "catalogue_page": 30,
    "work_page": 27,
    "work_page_personal": 14,
    "home_feed": 10,
    "library_page": 8,
    "signed_url": 6,
    "submit_review": 2,
    "profile_page": 1,
    "create_order": 1,
    "webhook": 1,
}
"""In hundred requests: mostly reading; one sale and two reviews."""

CACHEABLE = ("catalogue_page", "work_page")
HITS = Decimal("0.8")
"""The share of cacheable requests that the edge answers by itself."""

ROUND_TRIP_MS, STRIPE_MS = Decimal(5), Decimal(300)
"""Assumed: how long a call to DynamoDB and one to Stripe takes, as seen from a function."""

JOB_MS = Decimal(3)
"""Assumed: processor time of a job for each of its calls; requests take about as much."""

RANKING_MS = Decimal(8)
"""Assumed: how long the ranking function works for an answer, what the call to it takes included. Who asks waits."""

COLD_SHARE, COLD_MS = Decimal("0.01"), Decimal(1000)
"""Assumed: one invocation in a hundred starts cold, and is billed a second more."""

FULL_CORE_MB = Decimal(1769)
"""The memory with which Lambda gives a whole vCPU (docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html)."""

PLATFORM_LOG_BYTES = Decimal(330)
"""Assumed: Lambda's own START, END and REPORT lines of an invocation."""

HEADER_BYTES = Decimal(600)
"""Assumed: what an answer's headers add on the wire."""

ASKS_STRIPE = {"create_order": (1, 0), "webhook": (0, 1)}
"""How often a request, and its jobs, wait for Stripe."""

GB, HUNDRED, MILLION = Decimal(10**9), Decimal(100), Decimal(10**6)
HOURS = Decimal(730)


@cache
def memory(function: str) -> Decimal:
    """MB, as configured."""
    configured = json.loads(Path(".chalice/config.json").read_text(encoding="utf-8"))["lambda_functions"]
    return Decimal(configured[function]["lambda_memory_size"])


def of_request(name: str, use: Mapping[str, Any], timed: Mapping[str, Any]) -> Usage:
    """One request with the jobs that follow it, sent straight to the API."""
    asks, jobs_ask = ASKS_STRIPE.get(name, (0, 0))
    processor = Decimal(str(timed["milliseconds"])) * FULL_CORE_MB / memory("api_handler")
    rankings = Decimal(use["rankings"])
    milliseconds = processor + use["calls"] * ROUND_TRIP_MS + asks * STRIPE_MS + rankings * RANKING_MS
    job_ms = use["jobs_calls"] * (ROUND_TRIP_MS + JOB_MS * FULL_CORE_MB / memory("orders_hear")) + jobs_ask * STRIPE_MS
    jobs = Decimal(use["jobs"])
    return {
        "api_request": Decimal(1),
        "lambda_request": 1 + rankings + jobs,
        "lambda_gb_second": _gb_seconds(milliseconds + COLD_SHARE * COLD_MS, memory("api_handler"))
        + _gb_seconds(rankings * (RANKING_MS + COLD_SHARE * COLD_MS), memory("recommend_rank"))
        + _gb_seconds(job_ms + jobs * COLD_SHARE * COLD_MS, memory("orders_hear")),
        "dynamodb_read": Decimal(str(use["reads"])) + Decimal(str(use["jobs_reads"])),
        "dynamodb_write": Decimal(str(use["writes"])) + Decimal(str(use["jobs_writes"])),
        "sqs_request": Decimal(use["messages"]) * 3,
        "sns_publish": Decimal(use["publishes"]),
        "object_write": Decimal(use["object_writes"]),
        "ses_mail": Decimal(use["mails"]),
        "log_gb": (timed["log_bytes"] + PLATFORM_LOG_BYTES) * (1 + rankings + jobs) / GB,
        "transfer_gb": (use["answer_bytes"] + HEADER_BYTES) / GB,
    }


def _gb_seconds(milliseconds: Decimal, megabytes: Decimal) -> Decimal:
    return milliseconds / 1000 * megabytes / 1024


def at_the_edge(name: str, usage: Usage) -> Usage:
    """The same request through CloudFront, which answers most of what it may keep."""
    reached = 1 - HITS if name in CACHEABLE else Decimal(1)
    behind = {thing: number * reached for thing, number in usage.items() if thing != "transfer_gb"}
    return behind | {"cloudfront_request": Decimal(1), "cloudfront_gb": usage["transfer_gb"]}


def mixed(usages: Mapping[str, Usage]) -> Usage:
    """The average request of the mix."""
    total: Usage = {}
    for name, share in MIX.items():
        for thing, number in usages[name].items():
            total[thing] = total.get(thing, Decimal(0)) + number * share / HUNDRED
    return total


def cost(usage: Usage, times: Decimal = Decimal(1), *, free: bool = False) -> Decimal:
    return sum((prices()[thing].of(number * times, free=free) for thing, number in usage.items()), Decimal(0))


def parts(usage: Usage, times: Decimal) -> dict[str, Decimal]:
    """Dollars by what they are for."""
    return {thing: prices()[thing].of(number * times, free=False) for thing, number in usage.items() if number}


@dataclass(frozen=True)
class AlwaysOn:
    """Two small containers and more where the peak needs them, a load balancer, PostgreSQL in two zones."""

    requests: Decimal
    processor_ms: Decimal
    """Of an average request, on a whole core."""
    answer_gb: Decimal

    PEAK, BUSY, VCPU, MEMORY_GB = Decimal(4), Decimal("0.5"), Decimal("0.5"), Decimal(1)
    """The peak is four times the average; a container's half core is planned half busy."""

    SMALL_DATABASE = Decimal(20_000_000)
    """Requests a month up to which the smaller database is taken."""

    @property
    def tasks(self) -> int:
        a_second = self.requests * self.PEAK / (HOURS * 3600)
        each = self.VCPU * self.BUSY * 1000 / self.processor_ms
        return max(2, int((a_second / each).to_integral_value(ROUND_CEILING)))

    def lines(self) -> dict[str, Decimal]:
        """Dollars a month, by what they are for."""
        price = {name: listed.usd for name, listed in prices().items()}
        database = "small" if self.requests <= self.SMALL_DATABASE else "medium"
        containers = self.VCPU * price["fargate_vcpu_hour"] + self.MEMORY_GB * price["fargate_gb_hour"]
        gigabytes = self.requests * self.answer_gb
        units = max(Decimal(1), gigabytes / HOURS)
        return {
            f"{self.tasks} containers (½ vCPU, 1 GB)": self.tasks * containers * HOURS,
            "load balancer": (price["load_balancer_hour"] + units * price["load_balancer_unit_hour"]) * HOURS,
            f"PostgreSQL db.t4g.{database}, two zones": price[f"database_{database}_hour"] * HOURS,
            "public addresses": (self.tasks + 2) * price["address_hour"] * HOURS,
            "transfer out": prices()["transfer_gb"].of(gigabytes),
        }

    @property
    def monthly(self) -> Decimal:
        return sum(self.lines().values(), Decimal(0))
