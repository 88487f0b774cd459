"""Reasons to refuse an upload that are not in the file, and every reason's words."""

from typing import Any

from chalicelib.content.extraction import refusals
from chalicelib.content.extraction.refusals import Unreadable


class FileSizeMismatch(Unreadable):
    """What arrived is not what was announced."""

    en = "The file has {found} bytes, but {expected} were announced. Upload it again."
    zh = "文件大小为 {found} 字节，但声明的大小是 {expected} 字节。请重新上传。"


class DraftMovedOn(Unreadable):
    """The draft was submitted, or was full, before the file had been checked."""

    en = "The draft was submitted, or full, before the file had been checked. Upload it to an open draft."
    zh = "文件检查完成前，草稿已提交或文件数已满。请上传到可修改的草稿。"


_OURS = {cls.code(): cls for cls in (FileSizeMismatch, DraftMovedOn)}


def sentence(code: str, facts: dict[str, Any], language: str) -> str:
    """What a stored refusal says to a person."""
    if code in _OURS:
        return _OURS[code](**facts).detail("zh" if language.startswith("zh") else "en")
    return refusals.sentence(code, facts, "zh" if language.startswith("zh") else "en")
