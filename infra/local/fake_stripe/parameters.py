"""What a request may carry: checks that turn texts into values, and refuse every name they do not know.

A check takes the text (or list, or dict) that came and the parameter's path, and gives the value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from infra.local.fake_stripe.problems import bad_parameter, missing_parameter, unknown_parameter

Check = Callable[[Any, str], Any]
_WHOLE = re.compile(r"-?[0-9]{1,18}")


class Fields:
    """A hash with these members and no others."""

    def __init__(self, checks: dict[str, Check], required: tuple[str, ...] = ()) -> None:
        self.checks, self.required = checks, required

    def __call__(self, given: Any, path: str = "") -> dict[str, Any]:
        if not isinstance(given, dict):
            raise bad_parameter(path, "Invalid object")
        for name in given:
            if name not in self.checks:
                raise unknown_parameter(_within(path, name))
        for name in self.required:
            if name not in given:
                raise missing_parameter(_within(path, name))
        return {name: self.checks[name](value, _within(path, name)) for name, value in given.items()}


class Each:
    """A list whose every member passes the same check."""

    def __init__(self, check: Check, most: int = 100) -> None:
        self.check, self.most = check, most

    def __call__(self, given: Any, path: str) -> list[Any]:
        if not isinstance(given, dict) or not all(name.isascii() and name.isdigit() for name in given):
            raise bad_parameter(path, "Invalid array")
        if len(given) > self.most:
            raise bad_parameter(path, f"Array {path} has more than {self.most} members")
        return [self.check(given[name], f"{path}[{name}]") for name in sorted(given, key=int)]


def text(longest: int = 5_000) -> Check:
    def check(given: Any, path: str) -> str:
        if not isinstance(given, str):
            raise bad_parameter(path, f"Invalid string: {path} must be a string")
        if not given:
            message = f"You passed an empty string for '{path}', which cannot be unset."
            raise bad_parameter(path, message, "parameter_invalid_empty")
        if len(given) > longest:
            raise bad_parameter(path, f"Invalid string: {path} must be at most {longest} characters")
        return given

    return check


def whole(least: int = 0, most: int = 99_999_999) -> Check:
    def check(given: Any, path: str) -> int:
        if not isinstance(given, str) or not _WHOLE.fullmatch(given):
            raise bad_parameter(path, f"Invalid integer: {str(given)[:50]}", "parameter_invalid_integer")
        if not least <= int(given) <= most:
            message = f"Invalid integer: {path} must be between {least} and {most}"
            raise bad_parameter(path, message, "parameter_invalid_integer")
        return int(given)

    return check


def truth(given: Any, path: str) -> bool:
    if given not in ("true", "false"):
        raise bad_parameter(path, f"Invalid boolean: {str(given)[:50]}")
    return bool(given == "true")


def one_of(*names: str) -> Check:
    def check(given: Any, path: str) -> str:
        if not isinstance(given, str) or given not in names:
            raise bad_parameter(path, f"Invalid {path}: must be one of {', '.join(names)}")
        return given

    return check


def url(given: Any, path: str) -> str:
    address = str(text()(given, path))
    if not re.match(r"https?://[^/?#\s]+", address):
        raise bad_parameter(path, "Not a valid URL", "url_invalid")
    return address


def email(given: Any, path: str) -> str:
    address = str(text(512)(given, path))
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", address):
        raise bad_parameter(path, f"Invalid email address: {address}", "email_invalid")
    return address


def metadata(given: Any, path: str) -> dict[str, str]:
    """At most 50 pairs, names of 40 characters and values of 500. An empty text stands for no metadata."""
    if given == "":
        return {}
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise bad_parameter(path, "Invalid metadata: must be a hash of strings")
    if len(given) > 50:
        raise bad_parameter(path, "Metadata can have at most 50 keys")
    for name, value in given.items():
        if len(name) > 40 or len(value) > 500:
            raise bad_parameter(_within(path, name), "Metadata keys have at most 40 characters and values 500")
    return dict(given)


EXPAND = Each(text(200), most=20)


def _within(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name
