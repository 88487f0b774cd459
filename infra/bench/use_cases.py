"""What people do most, each with the calls to DynamoDB that it may cost: asserted by tests, printed by the bench.

A use case's function prepares what is needed, and gives back the deed that is counted. ``search`` follows with its
room.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from infra.bench.stage import Stage

Deed = Callable[[], Any]

READS = {"GetItem", "BatchGetItem", "Query"}


@dataclass(frozen=True)
class UseCase:
    """``calls`` are exact, by operation. ``standing`` are those of them that ask how the account stands."""

    name: str
    calls: dict[str, int]
    prepare: Callable[[Stage], Deed]
    standing: int = 0

    @property
    def only_reads(self) -> bool:
        return READS.issuperset(self.calls)


USE_CASES: dict[str, UseCase] = {}


def use_case(*, standing: int = 0, **calls: int) -> Callable[[Callable[[Stage], Deed]], Callable[[Stage], Deed]]:
    """Enter a function under its own name: ``@use_case(Query=1)``."""

    def enter(prepare: Callable[[Stage], Deed]) -> Callable[[Stage], Deed]:
        USE_CASES[prepare.__name__] = UseCase(prepare.__name__, calls, prepare, standing)
        return prepare

    return enter


@use_case()
def health(stage: Stage) -> Deed:
    visitor = stage.anonymous()
    return lambda: visitor.get("/v1/health")


@use_case(GetItem=1)
def profile_page(stage: Stage) -> Deed:
    reader = stage.a_reader()
    return lambda: reader.get("/v1/me")


@use_case(Query=1)
def catalogue_page(stage: Stage) -> Deed:
    stage.published_works()
    visitor = stage.anonymous()
    return lambda: visitor.get("/v1/works")


@use_case(Query=1)
def work_page(stage: Stage) -> Deed:
    work_id, visitor = stage.published_works()[0], stage.anonymous()
    return lambda: visitor.get(f"/v1/works/{work_id}")


@use_case(BatchGetItem=1)
def work_page_personal(stage: Stage) -> Deed:
    work_id = stage.published_works()[0]
    reader = stage.a_reader_of(work_id)
    return lambda: reader.get(f"/v1/me/works/{work_id}")


@use_case(BatchGetItem=1)
def home_feed(stage: Stage) -> Deed:
    stage.published_works()
    reader = stage.a_reader()
    return lambda: reader.get("/v1/me/home")


@use_case(standing=1, BatchGetItem=1, TransactWriteItems=1)
def submit_review(stage: Stage) -> Deed:
    work_id = stage.published_works()[0]
    reader = stage.a_reader_of(work_id)
    return lambda: reader.ask("PUT", f"/v1/works/{work_id}/reviews/mine", {"rating": 5})


@use_case(Query=1)
def library_page(stage: Stage) -> Deed:
    reader = stage.a_reader_of(stage.published_works()[0])
    return lambda: reader.get("/v1/me/library")


@use_case(BatchGetItem=1)
def signed_url(stage: Stage) -> Deed:
    work_id = stage.published_works()[0]
    reader = stage.a_reader_of(work_id)
    (file,) = stage.anonymous().get(f"/v1/works/{work_id}")["files"]
    path = f"/v1/me/works/{work_id}/files/{file['file_id']}"
    reader.get(path)  # the first time, that it was handed over is kept
    return lambda: reader.get(path)


@use_case(standing=1, UpdateItem=1, BatchGetItem=2, TransactWriteItems=2)
def create_order(stage: Stage) -> Deed:
    """Count it towards the limit; read works and access; record the order with its key; note where it is paid."""
    work_id, reader = stage.published_works()[0], stage.a_reader()

    def order() -> Any:
        with stage.trading():
            return stage.order(reader, work_id)

    return order


@use_case(PutItem=1)
def webhook(stage: Stage) -> Deed:
    work_id, reader = stage.published_works()[0], stage.a_reader()
    with stage.trading():
        event = stage.paid(stage.order(reader, work_id))
    return lambda: stage.stripe.deliver(events=[event.id])


@use_case(Query=1, TransactWriteItems=1)
def settle_order(stage: Stage) -> Deed:
    """Read the order; enter payment, access, journals and receipt in one transaction."""
    from chalicelib.orders import hearing

    work_id, reader = stage.published_works()[0], stage.a_reader()
    with stage.trading():
        event = stage.paid(stage.order(reader, work_id))
        stage.stripe.deliver(events=[event.id])

    def settle() -> None:
        with stage.trading():
            hearing.hear(event)

    return settle
