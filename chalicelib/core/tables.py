"""What every room's rows share: a version ``v``, one client, pages, and reads over several tables in one call."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from botocore.session import Session
from pynamodb.attributes import UnicodeAttribute
from pynamodb.connection.base import Connection
from pynamodb.connection.table import TableConnection
from pynamodb.exceptions import PutError, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.pagination import ResultIterator

from chalicelib.core import aws, logs, settings
from chalicelib.core.versions import Item, Versioned


class Row(Versioned):
    """A stored item. ``v`` is the version of its shape: code reads v and v − 1."""

    @classmethod
    def is_new(cls) -> Condition:
        """There is no item with this key."""
        return cls._hash_key_attribute().does_not_exist()  # type: ignore[no-untyped-call, no-any-return]

    def update_if(self, condition: Condition, actions: list[Action]) -> bool:
        """Whether the condition held; where it did not, nothing is written."""
        return _held(lambda: self.update(actions=actions, condition=condition))

    def save_if(self, condition: Condition) -> bool:
        """The same, of the whole row."""
        return _held(lambda: self.save(condition=condition))

    @classmethod
    def _get_connection(cls) -> TableConnection:
        """pynamodb would build a client for each model: half a cold start. All models share one."""
        known = getattr(cls, "_connection", None) is not None
        table = super()._get_connection()
        if not known:
            table.connection._client = connection().client
        return table


class Told(Row):
    """A row of which others hear: it says which request or job wrote it last, so that a log can be followed."""

    correlation_id = UnicodeAttribute(null=True)

    @classmethod
    def stamped(cls, actions: Sequence[Action]) -> list[Action]:
        writer = logs.correlation_id()
        return super().stamped([*actions, cls.correlation_id.set(writer)] if writer else actions)

    def serialize(self, null_check: bool = True) -> Item:
        self.correlation_id = logs.correlation_id() or None
        return super().serialize(null_check)


class Place:
    """What the Meta of every model says; each adds its ``table_name``."""

    region = settings.region()
    connect_timeout_seconds = aws.CONNECT_SECONDS
    read_timeout_seconds = aws.READ_SECONDS


class _Connection(Connection):
    """pynamodb would make a session of its own, which costs half as much as a client."""

    @property
    def session(self) -> Session:
        return aws.session()


@cache
def connection() -> Connection:
    """The one connection to DynamoDB; pynamodb needs no boto3."""
    return _Connection(
        region=settings.region(),
        connect_timeout_seconds=aws.CONNECT_SECONDS,
        read_timeout_seconds=aws.READ_SECONDS,
    )


def _held(write: Callable[[], object]) -> bool:
    try:
        write()
    except (PutError, UpdateError) as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        return False
    return True


def batch_get(keys: Sequence[Any], *, consistent: bool = False) -> list[Any]:
    """The rows of these keys, over any tables, in one call; None where there is none. At most 100 keys.

    A key is ``(Model, hash)`` or ``(Model, hash, range)``; answers come in the keys' order.
    """
    wanted: dict[str, Any] = {}
    for model, *key in keys:
        places = wanted.setdefault(model.Meta.table_name, {"Keys": [], "ConsistentRead": consistent})
        if (named := _named(model, key)) not in places["Keys"]:
            places["Keys"].append(named)
    found: dict[str, list[Any]] = {}
    while wanted:
        answer = connection().dispatch("BatchGetItem", {"RequestItems": wanted})
        for name, items in answer["Responses"].items():
            found.setdefault(name, []).extend(items)
        wanted = answer.get("UnprocessedKeys") or {}
    return [_match(found.get(model.Meta.table_name, []), model, _named(model, key)) for model, *key in keys]


def _named(model: type[Row], key: Sequence[str]) -> dict[str, Any]:
    schema = model._get_connection().get_meta_table()
    names = [schema.hash_keyname, schema.range_keyname]
    return {name: {"S": part} for name, part in zip(names, key, strict=False) if name}


def _match(items: list[Any], model: type[Row], named: dict[str, Any]) -> Any:
    for item in items:
        if all(item[name] == part for name, part in named.items()):
            return model.from_raw_data(item)
    return None


def keep_facts(row: Row, facts: Mapping[str, Any]) -> list[Action]:
    """The row has them from now on, and the actions let the stored one have them; None takes a fact away."""
    actions: list[Action] = []
    for name, value in facts.items():
        setattr(row, name, value)
        attribute = getattr(type(row), name)
        actions.append(attribute.remove() if value is None else attribute.set(value))
    return actions


def page(results: ResultIterator[Any]) -> tuple[list[Any], dict[str, Any] | None]:
    """What a query found, and the key after which the next page begins."""
    rows = list(results)
    return rows, results.last_evaluated_key
