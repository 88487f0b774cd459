"""What authors bring: the demo corpus, or any folder of somebody's own files."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).parents[1] / "local" / "corpus"
KINDS = {".pdf": "document", ".epub": "book"}
"""A file's kind of work; whatever is not named is an article."""


@dataclass(frozen=True)
class Paper:
    """One file to upload; in a course it belongs to a lesson."""

    name: str
    data: bytes
    lesson: str | None = None


@dataclass(frozen=True)
class Manuscript:
    author: str
    work: dict[str, Any]
    papers: list[Paper] = field(default_factory=list)

    @property
    def title(self) -> str:
        return str(self.work["title"])

    @property
    def is_free(self) -> bool:
        return not any(self.work["prices"].values())


def corpus() -> list[Manuscript]:
    """The committed bilingual works."""
    listed = json.loads((CORPUS / "catalogue.json").read_text(encoding="utf-8"))["works"]
    return [_from_corpus(entry) for entry in listed]


def folder(path: Path, author: str) -> list[Manuscript]:
    """One work for each file below the folder."""
    return [_from_file(each, author) for each in files_below(path)]


def files_below(path: Path) -> list[Path]:
    """The files below the folder, however they are named; what is no plain file is left out."""
    return sorted(each for each in path.rglob("*") if each.is_file() and not _is_left_out(each))


def left_out(path: Path) -> list[Path]:
    """Links, which may lead anywhere, and names that no client could send as text."""
    return sorted(each for each in path.rglob("*") if _is_left_out(each))


def _is_left_out(path: Path) -> bool:
    return path.is_symlink() or any("\ud800" <= letter <= "\udfff" for letter in path.name)


def _from_corpus(entry: dict[str, Any]) -> Manuscript:
    names = ("kind", "title", "summary", "language", "subjects", "tags", "prices")
    work = {name: entry[name] for name in names}
    path = CORPUS / entry["file"]
    if path.name != "course.json":
        return Manuscript(entry["author"], work, [Paper(path.name, path.read_bytes())])
    chapters = json.loads(path.read_text(encoding="utf-8"))["chapters"]
    work["chapters"] = [
        {"title": chapter["title"], "lessons": [{"title": lesson["title"]} for lesson in chapter["lessons"]]}
        for chapter in chapters
    ]
    papers = [
        Paper(lesson["file"], (path.parent / lesson["file"]).read_bytes(), lesson["title"])
        for chapter in chapters
        for lesson in chapter["lessons"]
    ]
    return Manuscript(entry["author"], work, papers)


def _from_file(path: Path, author: str) -> Manuscript:
    work = {
        "kind": KINDS.get(path.suffix.lower(), "article"),
        "title": _printable(path.stem)[:120] or "Untitled",
        "language": "zh" if any("\u4e00" <= letter <= "\u9fff" for letter in path.name) else "en",
        "summary": "",
        "subjects": ["education"],
        "tags": [],
        "prices": {"usd": 300, "cny": 1900},
    }
    return Manuscript(author, work, [Paper(path.name, path.read_bytes())])


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()
