"""The bytes decide the type; the name can only agree or be refused."""

import io
import zipfile

import pytest

from chalicelib.content.extraction import sniffing
from chalicelib.content.extraction.refusals import FileTypeMismatch, FileTypeUnsupported, TextNotUtf8

ELF = b"\x7fELF" + bytes(100)


def zipped(*members, comment=b""):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in members:
            archive.writestr(name, content)
        archive.comment = comment
    return packed.getvalue()


TYPES = ("[Content_Types].xml", "")
DOCX = zipped(TYPES, ("word/document.xml", ""))
PPTX = zipped(TYPES, ("ppt/presentation.xml", ""))
EPUB = zipped(("mimetype", "application/epub+zip"), ("OPS/a.xhtml", ""))
MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42" + bytes(100)
M4A = b"\x00\x00\x00\x18ftypM4A \x00\x00\x02\x00M4A mp42" + bytes(100)
WEBM = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x84webm" + bytes(
    100
)
SRT = b"1\r\n00:00:01,000 --> 00:00:02,500\r\nHello\r\n"


@pytest.mark.parametrize(
    ("name", "data", "media_type"),
    [
        ("a.md", b"# Hello", "text/markdown"),
        ("a.MARKDOWN", b"<h1 align=center>Logo</h1>\n\ntext", "text/markdown"),
        ("bm25.md", b"BM25 ranks words", "text/markdown"),
        ("mz.txt", "MZ 世代在想什么".encode(), "text/plain"),
        ("a.txt", b"plain", "text/plain"),
        ("README", b"no extension", "text/plain"),
        ("a.html", b"<!-- saved -->\n<!DOCTYPE html><p>x", "text/html"),
        ("a.htm", b"<p>a fragment</p>", "text/html"),
        ("a.xhtml", b'<?xml version="1.0"?>\n<html xmlns="http://www.w3.org/1999/xhtml"></html>', "text/html"),
        ("a.pdf", b"%PDF-1.7\n...", "application/pdf"),
        ("a.pdf", b"\xef\xbb\xbf\r\n%PDF-1.7\n...", "application/pdf"),
        ("no extension", b"%PDF-1.7\n", "application/pdf"),
        ("a.epub", EPUB, sniffing.EPUB),
        ("a.docx", DOCX, sniffing.DOCX),
        ("a.pptx", PPTX, sniffing.PPTX),
        ("a.mp3", b"ID3\x04" + bytes(100), "audio/mpeg"),
        ("a.m4a", M4A, "audio/mp4"),
        ("a.m4a", MP4, "audio/mp4"),
        ("a.ogg", b"OggS" + bytes(100), "audio/ogg"),
        ("a.mp4", MP4, "video/mp4"),
        ("a.webm", WEBM, "video/webm"),
        ("a.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\nHi", "text/vtt"),
        ("a.srt", SRT, "application/x-subrip"),
    ],
)
def test_every_accepted_type_is_recognised(name, data, media_type):
    assert sniffing.media_type(name, data) == media_type


@pytest.mark.parametrize(
    ("name", "data", "found"),
    [
        ("a.pdf", ELF, "application/x-executable"),
        ("a.pdf", b"MZ\x90\x00" + bytes(100), "application/x-msdownload"),
        ("a.pdf", b"hello", "text/plain"),
        ("a.pdf", DOCX, sniffing.DOCX),
        ("a.md", ELF, "application/x-executable"),
        ("a.md", b"%PDF-1.7\n", "application/pdf"),
        ("a.md", b"<!DOCTYPE html><p>x", "text/html"),
        ("a.txt", b"{\\rtf1 hello}", "application/rtf"),
        ("a.txt", b"%!PS-Adobe-3.0", "application/postscript"),
        ("a.html", b"no markup at all", "text/plain"),
        ("a.srt", b"only text", "text/plain"),
        ("a.docx", PPTX, sniffing.PPTX),
        ("a.docx", zipped(TYPES, ("word/document.xml", ""), ("word/vbaProject.bin", "")), "application/zip"),
        ("a.docx", b"PK\x03\x04" + bytes(100), "application/zip"),
        ("a.mp4", WEBM, "video/webm"),
        ("a.mp3", b"\x89PNG\r\n\x1a\n" + bytes(100), "image/png"),
    ],
)
def test_content_that_contradicts_the_name_is_refused(name, data, found):
    with pytest.raises(FileTypeMismatch) as refused:
        sniffing.media_type(name, data)
    assert refused.value.facts["found"] == found


@pytest.mark.parametrize("name", ["a.exe", "a.docm", "a.zip", "a.svg", "a.js"])
def test_other_extensions_are_unsupported(name):
    with pytest.raises(FileTypeUnsupported):
        sniffing.media_type(name, b"anything")


def test_an_executable_without_extension_is_unsupported():
    with pytest.raises(FileTypeUnsupported):
        sniffing.media_type("program", ELF)


def test_text_in_an_unknown_encoding_is_told_so():
    with pytest.raises(TextNotUtf8):
        sniffing.media_type("a.txt", "déjà vu".encode("latin-1"))


def test_a_character_cut_at_the_samples_end_is_no_damage():
    assert sniffing.media_type("a.txt", ("a" + "字" * 100_000).encode()) == "text/plain"


def test_an_archive_that_claims_a_huge_table_of_contents_stays_unread():
    damaged = DOCX[:-10] + b"\xff\xff\xff\x7f" + DOCX[-6:]
    assert sniffing.recognise(damaged) == "application/zip"
