"""Guardian: what is there is documented."""

import re
from pathlib import Path

from openapi_spec_validator import validate

from chalicelib.core import openapi, settings, web
from infra import reference
from tests.world import World


def test_the_reference_pages_are_what_the_code_says(world: World) -> None:
    assert world.platform.app
    for name, text in reference.pages().items():
        assert Path("docs", name).read_text(encoding="utf-8") == text, f"{name} is stale: run `make docs`"


def test_every_route_says_what_it_does(world: World) -> None:
    assert world.platform.app
    for declared in web.declarations:
        assert (declared.deed.__doc__ or "").strip(), declared.name


def test_a_code_means_one_thing(world: World) -> None:
    assert world.platform.app
    every = {refusal for declared in web.declarations for refusal in openapi.refusals(declared)}
    codes = [refusal.code() for refusal in every]
    assert sorted(codes) == sorted(set(codes))


def test_the_document_says_which_headers_a_route_wants_and_what_any_may_answer(world: World) -> None:
    paths = world.get("/openapi.json").json["paths"]
    edit, order, page = paths["/v1/works/{work_id}"]["patch"], paths["/v1/orders"]["post"], paths["/v1/works"]["get"]
    headers = [
        {each["name"] for each in route["parameters"] if each["in"] == "header"} for route in (edit, order, page)
    ]
    assert headers == [{"If-Match"}, {"Idempotency-Key"}, {"If-None-Match"}]
    assert "304" in page["responses"] and "404" in edit["responses"]
    assert all("default" in operation["responses"] for methods in paths.values() for operation in methods.values())


def test_every_setting_that_the_code_reads_is_listed() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in Path("chalicelib").rglob("*.py"))
    read = set(re.findall(r'settings\.value\("(\w+)"\)', code))
    assert read <= set(settings.ENVIRONMENT)
    assert set(re.findall(r'secret\("([\w-]+)"\)', code)) <= set(settings.SECRETS)


def test_every_make_target_has_a_help_text_and_is_in_the_readme() -> None:
    makefile, readme = Path("Makefile").read_text(encoding="utf-8"), Path("README.md").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):(?!=)", makefile, re.MULTILINE))
    helped = set(re.findall(r"^([a-z-]+):.*## .+", makefile, re.MULTILINE))
    assert targets == helped
    assert {target for target in targets if f"make {target}" not in readme} == set()


def test_the_openapi_document_is_valid_and_names_every_route(world: World) -> None:
    document = world.get("/openapi.json").json
    validate(document)
    assert document["openapi"].startswith("3.1")
    operations = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert operations == {(declared.method, declared.path) for declared in web.declarations}


def test_the_documentation_page_reads_in_both_languages_and_fetches_nothing(world: World) -> None:
    for language, word in (("en", "How to begin"), ("zh", "如何开始"), ("zh", "调用者")):
        page = world.get("/docs", headers={"accept-language": language}).body
        assert word in page
        assert not re.search(r"<script|<link|src=|https?://", page)
