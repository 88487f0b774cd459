"""The edge's template as CloudFront would act on it: which behaviour a path falls in, and what its functions do."""

import re
from typing import Any, NamedTuple

import dukpy

from infra.edge.stack import TEMPLATE
from infra.local import template

RESOURCES: dict[str, Any] = template.load(TEMPLATE)["Resources"]
CACHES = ("PageCache", "ListCache", "LanguageCache")
IMPORT = "import cf from 'cloudfront';"


class Sent(NamedTuple):
    """What a viewer function made of a request; ``origin`` where it chose one."""

    headers: dict[str, str]
    origin: str | None


def config(name: str) -> dict[str, Any]:
    return dict(RESOURCES[name]["Properties"]["DistributionConfig"])


def behaviours(name: str) -> list[dict[str, Any]]:
    """The default one last, as it is tried."""
    own = config(name)
    return [*own["CacheBehaviors"], own["DefaultCacheBehavior"]]


def behaviour_of(path: str, name: str = "Api") -> dict[str, Any]:
    """The first whose pattern fits: ``*`` is anything, with slashes, ``?`` one character; the case counts."""
    for each in behaviours(name):
        parts = {"*": ".*", "?": "."}
        pattern = "".join(parts.get(letter, re.escape(letter)) for letter in each.get("PathPattern", "*"))
        if re.fullmatch(pattern, path, re.DOTALL):
            return each
    raise AssertionError(path)


def cache_of(path: str) -> str | None:
    """The cache policy that a path of the API falls under; None where nothing is cached."""
    policy = behaviour_of(path)["CachePolicyId"]
    return str(policy["Ref"]) if isinstance(policy, dict) else None


def key_of(cache: str) -> dict[str, Any]:
    own: dict[str, Any] = RESOURCES[cache]["Properties"]["CachePolicyConfig"]
    return dict(own["ParametersInCacheKeyAndForwardedToOrigin"])


def run(function: str, method: str, headers: dict[str, str], *, by_url: bool = False) -> Sent:
    """A viewer function's real code. dukpy knows no modules: the import is taken off, and its module stood in for."""
    code = _code(function, by_url).replace(IMPORT, "")
    sent = {"method": method, "headers": {name: {"value": text} for name, text in headers.items()}}
    event = {"request": sent, "viewer": {"ip": "203.0.113.9"}}
    said: Any = dukpy.evaljs(
        f"""var chosen = null, cf = {{ selectRequestOriginById: function(id) {{ chosen = id; }} }};
        {code}
        var answered = handler(dukpy['event']);
        ({{ headers: answered.headers, origin: chosen }})""",
        event=event,
    )
    return Sent({name: header["value"] for name, header in said["headers"].items()}, said["origin"])


def _code(function: str, by_url: bool) -> str:
    code = RESOURCES[function]["Properties"]["FunctionCode"]
    if isinstance(code, str):
        return code
    text, values = code["Fn::Sub"]
    for name, (condition, there, otherwise) in ((name, value["Fn::If"]) for name, value in values.items()):
        assert condition == "HasFunctionUrl"
        text = text.replace(f"${{{name}}}", there if by_url else otherwise)
    return str(text)
