"""The demo corpus is whole: every work has its file, its price and its shelf."""

import json

import pytest

from chalicelib.catalog import terms
from chalicelib.catalog.subjects import SUBJECTS
from chalicelib.content.extraction.extracting import extract
from infra.local.corpus import hostile
from infra.local.corpus.make_pdf import HERE

CATALOGUE = json.loads((HERE / "catalogue.json").read_text(encoding="utf-8"))
WORKS = CATALOGUE["works"]
COURSE = json.loads((HERE / "reading-numbers" / "course.json").read_text(encoding="utf-8"))
LESSONS = [lesson for chapter in COURSE["chapters"] for lesson in chapter["lessons"]]


@pytest.mark.parametrize("work", WORKS, ids=lambda work: work["file"])
def test_every_work_could_be_published(work):
    terms.check_prices(work["prices"])
    terms.check_subjects(work["subjects"])
    assert work["author"] in CATALOGUE["authors"] and len(work["summary"]) <= 600 and len(work["tags"]) <= 10
    assert (HERE / work["file"]).is_file()


@pytest.mark.parametrize("work", [work for work in WORKS if work["kind"] != "course"], ids=lambda work: work["file"])
def test_every_file_says_what_the_catalogue_says(work):
    found = extract(work["file"], (HERE / work["file"]).read_bytes())
    assert found.title == work["title"]
    assert found.preview


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson["file"])
def test_every_lesson_can_be_read(lesson):
    found = extract(lesson["file"], (HERE / "reading-numbers" / lesson["file"]).read_bytes())
    assert (found.title, found.language) == (lesson["title"], lesson["language"])


def test_the_shelves_are_not_empty():
    widest = {SUBJECTS[slug].parent or slug for work in WORKS for slug in work["subjects"]}
    assert len(WORKS) >= 8 and len(widest) >= 4
    assert {work["language"] for work in WORKS} == {"zh", "en"}
    assert {0 in work["prices"].values() for work in WORKS} == {True, False}


def test_the_hostile_set_is_written_as_far_as_the_file_system_goes(tmp_path):
    written = hostile.write(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {one.name: one.data for one in written}
    assert len(written) >= 25
    assert {one.refusal for one in written} >= {None, "file_name_unprintable", "file_name_path", "pdf_corrupt"}
