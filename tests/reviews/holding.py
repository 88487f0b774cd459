"""Readers who have works, for stories that are not about how they got them."""

from chalicelib.catalog import cards, works
from chalicelib.core.transactions import all_or_nothing
from chalicelib.library import access
from tests.world import Person


def has(person: Person, work_id: str, source: str = "order#1") -> None:
    work = works.find(work_id)
    with all_or_nothing() as tx:
        access.grant(tx, person.account_id, cards.of(work), work.files, source)


def loses(person: Person, work_id: str, source: str = "order#1") -> None:
    with all_or_nothing() as tx:
        access.revoke(tx, person.account_id, work_id, source)
