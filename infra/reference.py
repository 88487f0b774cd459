"""Writes docs/api.md and docs/settings.md from the code, so that they cannot be wrong. ``--check`` only compares."""

import sys
from pathlib import Path

from chalicelib.core import openapi, settings, web

DOCS = Path("docs")


def pages() -> dict[str, str]:
    """Each page's name and text."""
    import app  # noqa: F401, the routes declare themselves as they are imported

    return {"api.md": _api(), "settings.md": _settings()}


def _api() -> str:
    lines = [
        "# The API",
        "",
        "Written by `make docs` from the route declarations. Shapes and refusals: `/docs` or `/openapi.json`.",
        "Any route may also answer `internal_error` (500) or `unavailable` (503, with `Retry-After`).",
        "",
        "Beside the calls of its deed (`make bench` counts them) a route may ask the store two things, listed here:",
        "how the account stands (`standing`, one consistent BatchGetItem), and whether a limit is spent (`limit`, one",
        "UpdateItem).",
        "",
        "| method | path | who | what | asks also | refuses with |",
        "|---|---|---|---|---|---|",
    ]
    for declared in sorted(web.declarations, key=lambda declared: (declared.path, declared.method)):
        summary = (declared.deed.__doc__ or "").strip().splitlines()[0]
        codes = ", ".join(f"`{refusal.code()}`" for refusal in openapi.refusals(declared))
        asks = ", ".join(
            name for name in ("standing" if declared.fresh else "", "limit" if declared.limit else "") if name
        )
        lines.append(f"| {declared.method} | `{declared.path}` | {declared.who} | {summary} | {asks} | {codes} |")
    return "\n".join(lines) + "\n"


def _settings() -> str:
    lines = ["# Settings", "", "Written by `make docs` from `chalicelib/core/settings.py`.", ""]
    lines += ["| environment variable | what it says |", "|---|---|"]
    lines += [f"| `{name}` | {meaning} |" for name, meaning in settings.ENVIRONMENT.items()]
    lines += ["", "Secrets are SSM parameters `/lyceum/{stage}/…`, never variables:", ""]
    lines += ["| parameter | what it holds |", "|---|---|"]
    lines += [f"| `{name}` | {meaning} |" for name, meaning in settings.SECRETS.items()]
    return "\n".join(lines) + "\n"


def main() -> int:
    stale = [name for name, text in pages().items() if _read(DOCS / name) != text]
    if "--check" in sys.argv:
        print(f"Stale: {', '.join(stale)}. Run `make docs`." if stale else "docs are up to date")
        return 1 if stale else 0
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")
    return 0


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
