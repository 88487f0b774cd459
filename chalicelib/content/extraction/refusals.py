"""Why a file was refused: one class a reason, with the sentence its author reads.

    Unreadable 422
    ├── NameRefused      FileNameEmpty  FileNamePath  FileNameUnprintable  FileNameBidirectional  FileNameTooLong
    ├── about the file   FileEmpty  FileTooLarge  FileTypeUnsupported  FileTypeMismatch  FileUnreadable
    ├── about text       TextNotUtf8  TextEmpty  HtmlTooComplex
    └── about PDF        PdfCorrupt  PdfEncrypted  PdfWithoutPages  PdfTooManyPages

Ingestion stores ``code()`` and ``facts``; ``sentence`` turns them into words again, in the language of whoever asks.
"""

from typing import Any

from chalicelib.core.errors import Unprocessable


class Unreadable(Unprocessable):
    """The file cannot become part of a work."""

    en = "This file cannot be used."
    zh = "无法使用此文件。"


class NameRefused(Unreadable):
    """The file's name could do harm."""


class FileNameEmpty(NameRefused):
    """Nothing is left of the name once it is cleaned."""

    en = "The file has no usable name. Rename it and upload it again."
    zh = "文件没有可用的名称。请重命名后重新上传。"


class FileNamePath(NameRefused):
    """The name points at a place, not at a file."""

    en = "The file's name must not contain a path (“/”, “\\”) nor begin with “..”."
    zh = "文件名不能包含路径（“/”或“\\”），也不能以“..”开头。"


class FileNameUnprintable(NameRefused):
    """The name contains control characters or broken Unicode."""

    en = "The file's name contains control characters. Rename it and upload it again."
    zh = "文件名包含控制字符。请重命名后重新上传。"


class FileNameBidirectional(NameRefused):
    """The name contains characters that make it read as another name."""

    en = "The file's name contains characters that reverse the direction of text. Rename it and upload it again."
    zh = "文件名包含会反转文字方向的字符。请重命名后重新上传。"


class FileNameTooLong(NameRefused):
    """The name is longer than any file system would keep."""

    en = "The file's name is too long: at most {limit} characters."
    zh = "文件名过长：最多 {limit} 个字符。"


class FileEmpty(Unreadable):
    """The file has no bytes."""

    en = "The file is empty."
    zh = "文件是空的。"


class FileTooLarge(Unreadable):
    """The file exceeds what its type may weigh."""

    en = "The file is too large: {size} bytes, where at most {limit} are accepted for this type."
    zh = "文件过大：{size} 字节，此类型最多接受 {limit} 字节。"


class FileTypeUnsupported(Unreadable):
    """The platform does not publish files of this type."""

    en = "Files of this type ({found}) are not accepted: send Markdown, text, HTML, PDF, EPUB, DOCX, PPTX or media."
    zh = "不接受此类型的文件（{found}）。请上传 Markdown、纯文本、HTML、PDF、EPUB、DOCX、PPTX、音频或视频文件。"


class FileTypeMismatch(Unreadable):
    """The content is not what the name says."""

    en = "The name ends in “{extension}”, but the content is something else ({found})."
    zh = "文件名以“{extension}”结尾，但内容是其他类型（{found}）。"


class FileUnreadable(Unreadable):
    """Reading the file ended the process that read it. Ingestion gives this reason when it finds such a file again."""

    en = "The file could not be read: it may be damaged or far too complex."
    zh = "无法读取此文件：它可能已损坏或过于复杂。"


class TextNotUtf8(Unreadable):
    """The bytes are text in no encoding that can be told with certainty."""

    en = "The text's encoding cannot be recognised. Save it as UTF-8 and upload it again."
    zh = "无法识别文本的编码。请以 UTF-8 编码保存后重新上传。"


class TextEmpty(Unreadable):
    """There is nothing to read."""

    en = "There is no text in the file."
    zh = "文件中没有文字。"


class HtmlTooComplex(Unreadable):
    """The markup is nested or attributed beyond any real page."""

    en = "The page's markup is too complex: too deeply nested, or with too many attributes."
    zh = "网页结构过于复杂：嵌套过深或属性过多。"


class PdfCorrupt(Unreadable):
    """Neither reader can open the PDF."""

    en = "The PDF is damaged and cannot be opened."
    zh = "PDF 文件已损坏，无法打开。"


class PdfEncrypted(Unreadable):
    """The PDF wants a password."""

    en = "The PDF is protected by a password. Upload it without one."
    zh = "PDF 文件受密码保护。请移除密码后重新上传。"


class PdfWithoutPages(Unreadable):
    """The PDF opens, but shows nothing."""

    en = "The PDF has no pages."
    zh = "PDF 文件没有页面。"


class PdfTooManyPages(Unreadable):
    """The PDF has more pages than are read."""

    en = "The PDF has {pages} pages: at most {limit} are accepted."
    zh = "PDF 文件有 {pages} 页：最多接受 {limit} 页。"


def _below(cls: type[Unreadable]) -> list[type[Unreadable]]:
    return [cls, *(found for child in cls.__subclasses__() for found in _below(child))]


REFUSALS: dict[str, type[Unreadable]] = {cls.code(): cls for cls in _below(Unreadable)}


def sentence(code: str, facts: dict[str, Any], language: str) -> str:
    """What a stored refusal says to a person."""
    return REFUSALS.get(code, Unreadable)(**facts).detail(language)
