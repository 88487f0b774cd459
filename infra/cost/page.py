"""docs/cost.md, from what was measured, the prices and the templates."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from chalice.app import Chalice

from infra.cost import bill, idle
from infra.cost.bill import MILLION, MIX, AlwaysOn, Usage
from infra.cost.prices import READ_ON, REGION, prices

MONTHS = (Decimal(10_000), MILLION, 100 * MILLION)
CHART = (10_000, 100_000, 1_000_000, 3_000_000, 10_000_000, 30_000_000, 100_000_000)
BAR = 40

NAMES = {
    "api_request": "API Gateway",
    "lambda_request": "Lambda requests",
    "lambda_gb_second": "Lambda time",
    "dynamodb_read": "DynamoDB reads",
    "dynamodb_write": "DynamoDB writes",
    "sqs_request": "SQS",
    "sns_publish": "SNS",
    "object_read": "S3 reads",
    "object_write": "S3 writes",
    "ses_mail": "mail",
    "log_gb": "logs",
    "transfer_gb": "transfer out",
}


class Costs:
    """Everything that the page tells. ``measured`` is measured.json."""

    def __init__(self, measured: dict[str, Any], app: Chalice) -> None:
        uses, timed = measured["uses"], measured["timed"]["requests"]
        self.measured = measured
        self.usages = {name: bill.of_request(name, uses[name], timed[name]) for name in uses}
        self.direct = bill.mixed(self.usages)
        self.edge = bill.mixed({name: bill.at_the_edge(name, usage) for name, usage in self.usages.items()})
        self.stacks = idle.templates()
        self.idle = idle.lines(app, measured["schedules"], self.stacks)
        self.processor_ms = sum(
            (Decimal(str(timed[name]["milliseconds"])) * share / 100 for name, share in MIX.items()), Decimal(0)
        )

    def monthly(self, usage: Usage, requests: Decimal) -> Decimal:
        """Use and idling together, after what is always free."""
        return bill.cost(_together(usage, requests, self.idle), free=True)

    def always_on(self, requests: Decimal) -> AlwaysOn:
        return AlwaysOn(requests, self.processor_ms, self.direct["transfer_gb"])

    def break_even(self) -> Decimal:
        """Requests a month from which always on is cheaper, to the nearest hundred thousand."""
        low, high = Decimal(0), Decimal(10**10)
        while high - low > 50_000:
            middle = (low + high) / 2
            cheaper = self.monthly(self.direct, middle) < self.always_on(middle).monthly
            low, high = (middle, high) if cheaper else (low, middle)
        return (low / 100_000).quantize(Decimal(1)) * 100_000


def _together(usage: Usage, requests: Decimal, idling: dict[str, tuple[str, Decimal]]) -> Usage:
    """What idling uses counts against the same allowances. Every metric is taken for written in every hour."""
    used = {name: number * requests for name, number in usage.items()}
    for name, (number, _) in idling.items():
        used[name] = used.get(name, Decimal(0)) + Decimal(number.replace(",", ""))
    return used | {"custom_metric": Decimal(idle.ALL_METRICS)}


def render(measured: dict[str, Any], app: Chalice) -> str:
    costs = Costs(measured, app)
    sections = (_front, _uses, _months, _chart, _idle, _assumptions, _prices)
    return "\n".join(line for section in sections for line in [*section(costs), ""]).rstrip() + "\n"


def _front(costs: Costs) -> Iterator[str]:
    small, medium, large = (usd(costs.monthly(costs.direct, requests)) for requests in MONTHS)
    yield "# What will it cost?"
    yield ""
    yield f"- **Nobody uses it: {usd(idle.total(costs.idle))} a month**, storage apart."
    yield f"- **A month of 10,000 requests: {small}; of 1 million: {medium}; of 100 million: {large}.**"
    yield (
        f"- **Always-on servers begin at {usd(costs.always_on(MONTHS[0]).monthly)} a month** and are cheaper from "
        f"about {costs.break_even() / MILLION:.1f} million requests a month."
    )
    yield ""
    yield (
        f"Written by `make cost` from what was measured ({costs.measured['timed']['on']}) and AWS's list prices in "
        f"{REGION} ({READ_ON}). Stripe's own fees are not in it."
    )


def _uses(costs: Costs) -> Iterator[str]:
    yield "## A million of each"
    yield ""
    yield (
        "Requests straight to the API, with the jobs that follow them, before anything that AWS gives away. Units are "
        "DynamoDB's request units, computed at the wire by its published rules; calls and bytes are counted there."
    )
    yield ""
    yield "| use case | calls | read units | write units | of that, jobs | answer, bytes | $ per million |"
    yield "|---|--:|--:|--:|--:|--:|--:|"
    for name, use in costs.measured["uses"].items():
        reads, writes = use["reads"] + use["jobs_reads"], use["writes"] + use["jobs_writes"]
        jobs = f"{use['jobs_reads']:g} + {use['jobs_writes']:g}" if use["jobs"] else "–"
        calls = use["calls"] + use["jobs_calls"]
        price = plain(bill.cost(costs.usages[name], MILLION))
        yield f"| {name} | {calls} | {reads:g} | {writes:g} | {jobs} | {use['answer_bytes']:,} | {price} |"
    yield f"| **the mix** | | | | | | **{plain(bill.cost(costs.direct, MILLION))}** |"
    yield f"| the mix, through CloudFront | | | | | | {plain(bill.cost(costs.edge, MILLION))} |"
    yield ""
    yield "A sale is one create_order and one webhook. The mix, in hundred requests: " + (
        ", ".join(f"{name} {share}" for name, share in MIX.items()) + "."
    )
    yield ""
    yield "Where the mix's dollars go:"
    yield ""
    yield "```"
    shares = bill.parts(costs.direct, MILLION)
    for name, amount in sorted(shares.items(), key=lambda part: -part[1]):
        share = amount / sum(shares.values())
        yield f"{NAMES[name]:16} {amount:6.2f}  {share:4.0%}  {'█' * round(share * BAR)}"
    yield "```"


def _months(costs: Costs) -> Iterator[str]:
    yield "## A month"
    yield ""
    yield "After what AWS gives every account for good, with what idling costs."
    yield ""
    yield "| requests a month | straight to the API | through CloudFront | always on |"
    yield "|--:|--:|--:|--:|"
    for requests in MONTHS:
        ours, edge = costs.monthly(costs.direct, requests), costs.monthly(costs.edge, requests)
        yield f"| {requests:,} | {usd(ours)} | {usd(edge)} | {usd(costs.always_on(requests).monthly)} |"
    yield ""
    yield (
        "Always on is what one would otherwise rent: containers on Fargate behind an application load balancer, and "
        "PostgreSQL in two zones, sized by the same processor time, a peak of four times the average, and half a "
        "core planned half busy. No staff, no NAT gateway, no cache. Its lines:"
    )
    yield ""
    for requests in MONTHS:
        parts = costs.always_on(requests).lines()
        yield f"- {requests:,}: " + ", ".join(f"{name} {usd(amount)}" for name, amount in parts.items())


def _chart(costs: Costs) -> Iterator[str]:
    yield "## Cost against requests"
    yield ""
    yield "```"
    yield f"{'requests':>11}  ▓ ours   ░ always on   (two marks more: twice the dollars)"
    for requests in map(Decimal, CHART):
        for mark, amount in (
            ("▓", costs.monthly(costs.direct, requests)),
            ("░", costs.always_on(requests).monthly),
        ):
            label = f"{requests:>11,}" if mark == "▓" else " " * 11
            yield f"{label}  {mark * _marks(amount)} {usd(amount)}"
    yield f"{'':11}  even at {costs.break_even():,} requests"
    yield "```"


def _marks(amount: Decimal) -> int:
    """Two marks for each doubling from 25 cents on."""
    marks = 1
    while Decimal("0.25") * Decimal(2) ** (Decimal(marks) / 2) < amount:
        marks += 1
    return marks


def _idle(costs: Costs) -> Iterator[str]:
    yield "## While nobody uses it"
    yield ""
    yield "| what | how much a month | $ |"
    yield "|---|--:|--:|"
    for name, (number, amount) in costs.idle.items():
        yield f"| {NAMES.get(name, name.replace('_', ' '))} | {number} | {plain(amount)} |"
    yield f"| **together** | | **{plain(idle.total(costs.idle))}** |"
    yield ""
    yield (
        "SQS is Lambda's long polling, two open polls at an idle queue, five at one with a maximum concurrency; and a "
        "question every five minutes whether a queue of dead letters is empty. S3 is an hourly look into the lake. "
        "Tables, queues, topics, buckets, parameters (SecureString under AWS's own key) and distributions cost nothing "
        "until they are used or filled. By setting, a month:"
    )
    yield ""
    by_setting = {each.price: each for each in idle.fixed(costs.stacks) if each.setting}
    for name in ("alarm", "dashboard", "custom_metric", "customer_key", "secret", "web_acl", "waf_rule", "hosted_zone"):
        price, declared = prices()[name], by_setting.get(name)
        free = f", {price.free} free" if price.free else ""
        where = f"; {declared.number} where {declared.setting}" if declared else "; none by setting"
        yield f"- {name.replace('_', ' ')}: {usd(price.usd)} a {price.per}{free}{where}"


def _assumptions(costs: Costs) -> Iterator[str]:
    yield "## What is assumed"
    yield ""
    yield f"- A call to DynamoDB takes {bill.ROUND_TRIP_MS} ms, one to Stripe {bill.STRIPE_MS} ms."
    yield (
        f"- Processor time was measured on {costs.measured['timed']['on']} ({costs.measured['timed']['machine']}), "
        f"{costs.processor_ms:.1f} ms for the mix's average request, and stretched to Lambda's share of a core. Jobs "
        f"take {bill.JOB_MS} ms a call. These are figures of one machine; everything else here is the same on any."
    )
    yield f"- To rank works for a reader who did something takes {bill.RANKING_MS} ms of a function of its own."
    yield (
        f"- One invocation in a hundred starts cold and is billed {bill.COLD_MS / 1000:g} s more. Each record of a job "
        "comes alone."
    )
    yield f"- CloudFront answers {bill.HITS:.0%} of {' and '.join(bill.CACHEABLE)} by itself."
    yield (
        f"- Files that readers download are not in it: {usd_exact('cloudfront_gb')} a GB from the edge, after the "
        "first terabyte."
    )
    yield (
        f"- Nor is storage, a GB and month: DynamoDB {usd_exact('dynamodb_storage_gb')} (25 GB free) and "
        f"{usd_exact('recovery_gb')} for point-in-time recovery, S3 {usd_exact('object_storage_gb')}, logs "
        f"{usd_exact('log_storage_gb')}."
    )


def _prices(costs: Costs) -> Iterator[str]:
    yield "## Prices"
    yield ""
    yield (
        f"{REGION}, read {READ_ON}. Where it says quoted, AWS's own page could not be read by machine; the figure was "
        "taken from pages that quote it, and is to be checked against the page named."
    )
    yield ""
    yield "| what | $ | for one | always free | source |"
    yield "|---|--:|---|--:|---|"
    for name, price in prices().items():
        free = f"{price.free:,}" if price.free else ""
        yield f"| {name.replace('_', ' ')} | {price.usd:f} | {price.per} | {free} | [{price.source}]({price.page}) |"


def usd_exact(name: str) -> str:
    return f"${prices()[name].usd:f}"


def usd(amount: Decimal) -> str:
    return f"${plain(amount)}"


def plain(amount: Decimal) -> str:
    cents = amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"{cents:,}" if amount < 1000 else f"{amount.quantize(Decimal(1), ROUND_HALF_UP):,}"
