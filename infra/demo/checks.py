"""What was checked, told as it happens and listed at the end."""

import sys
import unicodedata
from dataclasses import dataclass, field

GREEN, RED, BOLD, END = ("\033[32m", "\033[31m", "\033[1m", "\033[0m") if sys.stdout.isatty() else ("", "", "", "")


@dataclass
class Checks:
    results: list[tuple[str, bool, str]] = field(default_factory=list)

    def scene(self, title: str) -> None:
        print(f"\n{BOLD}{title}{END}", flush=True)

    def say(self, line: str) -> None:
        print(f"  {line}", flush=True)

    def check(self, what: str, held: bool, seen: object = "") -> None:
        """Note whether it held; the story goes on either way."""
        self.results.append((what, held, str(seen)))
        mark = f"{GREEN}✓{END}" if held else f"{RED}✗{END}"
        print(f"  {mark} {what}{'' if held else f' (saw {seen})'}", flush=True)

    @property
    def all_held(self) -> bool:
        return bool(self.results) and all(held for _, held, _ in self.results)

    def table(self) -> str:
        width = max(_width(what) for what, _, _ in self.results)
        rows = [
            f"{number:>3}  {what}{' ' * (width - _width(what))}  {'holds' if held else 'FAILS'}"
            for number, (what, held, _) in enumerate(self.results, start=1)
        ]
        failed = sum(not held for _, held, _ in self.results)
        return "\n".join([*rows, "", f"{len(rows) - failed} of {len(rows)} hold."])


def _width(text: str) -> int:
    """Columns on a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
