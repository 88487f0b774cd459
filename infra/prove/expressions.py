"""DynamoDB's expressions, as our code uses them: conditions and updates, compiled once a text.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any

Item = dict[str, Any]
"""Attributes as the wire has them: ``{"S": "text"}``."""
Names = dict[str, str]
Values = dict[str, Any]
Condition = Callable[[Item, Names, Values], bool]
Operand = Callable[[Item, Names, Values], Any]
Update = Callable[[Item, Names, Values], Item]

_TOKEN = re.compile(r"\s*([(),+\-]|<>|<=|>=|=|<|>|[:#]?[A-Za-z0-9_.\[\]#]+)")
_FUNCTIONS = {"attribute_exists", "attribute_not_exists", "begins_with", "contains"}


class Invalid(Exception):
    """What DynamoDB would refuse with a ValidationException."""


@cache
def condition(text: str) -> Condition:
    parser = _Parser(text)
    found = parser.either()
    parser.must_be_done()
    return found


@cache
def update(text: str) -> Update:
    return _Updating(text).whole()


class _Tokens:
    def __init__(self, text: str) -> None:
        self._text, self._tokens, place = text, [], 0
        while place < len(text.rstrip()):
            found = _TOKEN.match(text, place)
            if found is None:
                raise Invalid(f"syntax error near {text[place : place + 20]!r}")
            self._tokens.append(found[1])
            place = found.end()
        self._at = 0

    def peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def take(self, wanted: str = "") -> str:
        token = self.peek()
        if not token or (wanted and token.upper() != wanted):
            raise Invalid(f"{token!r} where {wanted or 'more'} is due in {self._text!r}")
        self._at += 1
        return token

    def takes(self, wanted: str) -> bool:
        if self.peek().upper() == wanted:
            self._at += 1
            return True
        return False

    def must_be_done(self) -> None:
        if self.peek():
            raise Invalid(f"{self.peek()!r} is too much in {self._text!r}")

    def operand(self) -> Operand:
        token = self.take()
        if token.startswith(":"):
            return lambda item, names, values: _given(values, token)
        if token == "size":
            self.take("(")
            inner = self.operand()
            self.take(")")
            return lambda item, names, values: _size(inner(item, names, values))
        steps = token.split(".")
        if len(steps) == 1:
            return lambda item, names, values: item.get(_name(names, token))
        return lambda item, names, values: _deep(item, [_name(names, step) for step in steps])


class _Parser(_Tokens):
    def either(self) -> Condition:
        parts = [self._both()]
        while self.takes("OR"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else lambda i, n, v: any(part(i, n, v) for part in parts)

    def _both(self) -> Condition:
        parts = [self._not()]
        while self.takes("AND"):
            parts.append(self._not())
        return parts[0] if len(parts) == 1 else lambda i, n, v: all(part(i, n, v) for part in parts)

    def _not(self) -> Condition:
        if self.takes("NOT"):
            inner = self._not()
            return lambda i, n, v: not inner(i, n, v)
        if self.takes("("):
            inner = self.either()
            self.take(")")
            return inner
        return self._function() if self.peek() in _FUNCTIONS else self._comparison()

    def _function(self) -> Condition:
        name = self.take()
        self.take("(")
        first = self.operand()
        second = self.operand() if self.takes(",") else None
        self.take(")")
        if name == "attribute_exists":
            return lambda i, n, v: first(i, n, v) is not None
        if name == "attribute_not_exists":
            return lambda i, n, v: first(i, n, v) is None
        if second is None:
            raise Invalid(f"{name} takes two operands")
        test = _begins_with if name == "begins_with" else _contains
        return lambda i, n, v: test(first(i, n, v), second(i, n, v))

    def _comparison(self) -> Condition:
        left = self.operand()
        if self.takes("BETWEEN"):
            low = self.operand()
            self.take("AND")
            high = self.operand()
            return lambda i, n, v: (
                _compare(">=", left(i, n, v), low(i, n, v)) and _compare("<=", left(i, n, v), high(i, n, v))
            )
        if self.takes("IN"):
            self.take("(")
            options = [self.operand()]
            while self.takes(","):
                options.append(self.operand())
            self.take(")")
            return lambda i, n, v: any(_compare("=", left(i, n, v), option(i, n, v)) for option in options)
        sign = self.take()
        right = self.operand()
        if sign not in ("=", "<>", "<", "<=", ">", ">="):
            raise Invalid(f"{sign!r} compares nothing")
        return lambda i, n, v: _compare(sign, left(i, n, v), right(i, n, v))


class _Updating(_Tokens):
    def whole(self) -> Update:
        steps: list[Callable[[Item, Item, Names, Values], None]] = []
        seen: set[str] = set()
        while self.peek():
            clause = self.take().upper()
            if clause in seen or clause not in ("SET", "REMOVE", "ADD", "DELETE"):
                raise Invalid(f"{clause!r} is no clause, or there twice")
            seen.add(clause)
            steps.append(self._step(clause))
            while self.takes(","):
                steps.append(self._step(clause))

        def carry_out(item: Item, names: Names, values: Values) -> Item:
            new = dict(item)
            for step in steps:
                step(item, new, names, values)
            return new

        return carry_out

    def _step(self, clause: str) -> Callable[[Item, Item, Names, Values], None]:
        token = self.take()
        if "." in token or "[" in token:
            raise Invalid("no update of ours goes into an attribute")
        if clause == "REMOVE":
            return lambda old, new, n, v: new.pop(_name(n, token), None) and None
        if clause == "SET":
            self.take("=")
            value = self._sum()

            def put(old: Item, new: Item, n: Names, v: Values) -> None:
                found = value(old, n, v)
                if found is None:
                    raise Invalid("an attribute that is not there has no value")
                new[_name(n, token)] = found

            return put
        value, combine = self.operand(), _added if clause == "ADD" else _deleted

        def change(old: Item, new: Item, n: Names, v: Values) -> None:
            name = _name(n, token)
            found = combine(old.get(name), value(old, n, v))
            if found is None:
                new.pop(name, None)
            else:
                new[name] = found

        return change

    def _sum(self) -> Operand:
        left = self._term()
        if self.peek() not in ("+", "-"):
            return left
        sign = 1 if self.take() == "+" else -1
        right = self._term()
        return lambda i, n, v: _number(_decimal(left(i, n, v)) + sign * _decimal(right(i, n, v)))

    def _term(self) -> Operand:
        if self.peek() not in ("if_not_exists", "list_append"):
            return self.operand()
        name = self.take()
        self.take("(")
        first = self.operand()
        self.take(",")
        second = self.operand()
        self.take(")")
        if name == "list_append":
            return lambda i, n, v: {"L": first(i, n, v)["L"] + second(i, n, v)["L"]}
        return lambda i, n, v: second(i, n, v) if (known := first(i, n, v)) is None else known


def _name(names: Names, token: str) -> str:
    if not token.startswith("#"):
        return token
    if token not in names:
        raise Invalid(f"{token} is not defined")
    return names[token]


def _given(values: Values, token: str) -> Any:
    if token not in values:
        raise Invalid(f"{token} is not defined")
    return values[token]


def _deep(item: Item, steps: list[str]) -> Any:
    value: Any = {"M": item}
    for step in steps:
        value = value.get("M", {}).get(step) if value else None
    return value


def _compare(sign: str, left: Any, right: Any) -> bool:
    if left is None or right is None:
        return sign == "<>" and (left is None) != (right is None)
    if sign in ("=", "<>"):
        return _same(left, right) == (sign == "=")
    ((kind, one),), ((other, two),) = left.items(), right.items()
    if kind != other:
        return False
    one, two = (Decimal(one), Decimal(two)) if kind == "N" else (one, two)
    return bool({"<": one < two, "<=": one <= two, ">": one > two, ">=": one >= two}[sign])


def _same(left: Any, right: Any) -> bool:
    ((kind, one),), ((other, two),) = left.items(), right.items()
    if kind != other:
        return False
    if kind == "N":
        return Decimal(one) == Decimal(two)
    return set(one) == set(two) if kind in ("SS", "NS", "BS") else bool(one == two)


def _begins_with(value: Any, start: Any) -> bool:
    return value is not None and "S" in value and value["S"].startswith(start["S"])


def _contains(value: Any, part: Any) -> bool:
    if value is None:
        return False
    ((kind, held),), ((_, wanted),) = value.items(), part.items()
    return part in held if kind == "L" else wanted in held


def _size(value: Any) -> Any:
    return None if value is None else {"N": str(len(next(iter(value.values()))))}


def _decimal(value: Any) -> Decimal:
    if value is None or "N" not in value:
        raise Invalid("only numbers are added")
    return Decimal(value["N"])


def _number(value: Decimal) -> dict[str, str]:
    return {"N": str(int(value)) if value == int(value) else format(value.normalize(), "f")}


def _added(old: Any, value: Any) -> Any:
    if "N" in value:
        return _number((_decimal(old) if old is not None else Decimal(0)) + _decimal(value))
    ((kind, more),) = value.items()
    if kind not in ("SS", "NS", "BS") or (old is not None and kind not in old):
        raise Invalid("only numbers and sets of one kind are added to")
    return {kind: sorted({*(old or {}).get(kind, ()), *more})}


def _deleted(old: Any, value: Any) -> Any:
    ((kind, less),) = value.items()
    if old is None:
        return None
    if kind not in ("SS", "NS", "BS") or kind not in old:
        raise Invalid("only sets of one kind are taken from")
    left = sorted(set(old[kind]) - set(less))
    return {kind: left} if left else None
