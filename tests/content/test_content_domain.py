"""Where a stage has a content domain, a link leads there, and nowhere else than to what was bought."""

import json
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from chalicelib.content import content_domain, storage
from chalicelib.content.links import SECONDS
from chalicelib.core import secrets, settings
from infra.edge.keys import private_pem
from tests.builders import TIDES, a_draft, uploads
from tests.content import content_edge
from tests.content.content_edge import ContentEdge
from tests.till import Shop
from tests.world import World

DOMAIN, NAME = "files.lyceum.example", "/lyceum/dev/content-keys"
OURS, OLD, FOREIGN = (generate_private_key(SECP256R1()) for _ in range(3))


@pytest.fixture
def edge(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[ContentEdge]:
    """The domain, trusting two keys; ours signs."""
    monkeypatch.setenv("CONTENT_DOMAIN", DOMAIN)
    monkeypatch.setenv("CONTENT_KEY_PAIR_ID", "KOURS")
    ssm = world.platform.client("ssm")
    pems = json.dumps({"a": private_pem(OURS), "b": private_pem(OLD)})
    ssm.put_parameter(Name=NAME, Value=pems, Type="SecureString", Overwrite=True)
    secrets.kept.clear()
    trusted = {"KOURS": OURS.public_key(), "KOLD": OLD.public_key()}
    edge = ContentEdge(DOMAIN, trusted, world.platform.client("s3"), settings.bucket("content"))
    yield edge
    edge.stop()
    ssm.delete_parameter(Name=NAME)
    secrets.kept.clear()


def a_link(key: str = "works/1/2/3") -> str:
    """To an object that lies in the content bucket, as delivery signs it."""
    storage.write(key, TIDES.decode(), "text/markdown")
    return storage.sign_download(key, "tides.md", "text/markdown", SECONDS, inline=True)


def get(edge: ContentEdge, link: str, **headers: str) -> requests.Response:
    return requests.get(edge.reached_by(link), headers=headers, timeout=10)


def test_a_bought_file_is_delivered_and_to_nobody_without_the_link(edge: ContentEdge, shop: Shop) -> None:
    shop.bought(shop.reader, shop.works["tides"])
    [owned] = shop.world.get("/v1/me/library", as_=shop.reader).json["items"]
    path = f"/v1/me/works/{shop.works['tides']}/files/{owned['files'][0]['file_id']}"
    with shop.world.platform.emulator.meter.counting() as calls:
        reply = shop.world.get(path, as_=shop.reader)
    used = {"dynamodb.UpdateItem": 1}  # once a file
    assert calls.counts == {"dynamodb.BatchGetItem": 1, "ssm.GetParameter": 1} | used  # the key, once a container
    url = reply.json["url"]
    storage.write(urlsplit(url).path[1:], "# Tides\n\nThe sea rises.", "text/markdown")
    assert get(edge, url).text == "# Tides\n\nThe sea rises."
    assert get(edge, url.partition("?")[0]).status_code == 403
    assert shop.world.get(path, as_=shop.other).code == "no_access"


def test_a_file_keeps_its_name_and_its_type_and_takes_ranges(edge: ContentEdge, world: World) -> None:
    author = world.author()
    work_id = a_draft(world, author)
    file_id = uploads(world, author, work_id, "潮汐 & 'tides' (1).md")["upload_id"]
    link = world.get(f"/v1/me/manuscripts/{work_id}/files/{file_id}", as_=author).json
    whole = get(edge, link["url"])
    assert whole.content == TIDES
    assert whole.headers["Content-Type"] == "text/markdown"
    assert whole.headers["Content-Disposition"].startswith(
        "inline; filename=\"__ & 'tides' (1).md\"; filename*=UTF-8''"
    )
    part = get(edge, link["url"], Range="bytes=2-6")
    assert (part.status_code, part.content) == (206, TIDES[2:7])
    assert get(edge, link["reading_url"]).headers["Content-Type"] == "text/html; charset=utf-8"


def test_a_link_lapses(edge: ContentEdge, world: World) -> None:
    url = a_link()
    world.clock.advance(seconds=SECONDS - 10)
    assert get(edge, url).status_code == 200
    world.clock.advance(seconds=11)
    assert get(edge, url).status_code == 403


@pytest.mark.parametrize(
    ("what", "otherwise"),
    [
        ("Expires=", "Expires=9"),
        ("/works/", "/Works/"),
        ("inline", "attachment"),
        ("text%2Fmarkdown", "text%2Fhtml"),
        ("response-content-type", "response-content-encoding"),
        ("Key-Pair-Id=KOURS", "Key-Pair-Id=KOLD"),
        ("Key-Pair-Id=KOURS", "Key-Pair-Id=KNONE"),
        ("&Hash-Algorithm=SHA256", ""),
        ("?", "?versionId=1&"),
    ],
)
def test_an_altered_link_is_refused(edge: ContentEdge, what: str, otherwise: str) -> None:
    url = a_link()
    assert what in url
    assert get(edge, url.replace(what, otherwise, 1)).status_code == 403


def test_a_link_to_one_file_opens_no_other(edge: ContentEdge) -> None:
    one, other = a_link("works/1"), a_link("works/2")
    assert get(edge, other.partition("?")[0] + "?" + one.partition("?")[2]).status_code == 403


def test_a_foreign_key_opens_nothing(edge: ContentEdge, world: World) -> None:
    pems = json.dumps({"a": private_pem(FOREIGN)})
    world.platform.client("ssm").put_parameter(Name=NAME, Value=pems, Type="SecureString", Overwrite=True)
    secrets.kept.clear()
    assert get(edge, a_link()).status_code == 403


def test_keys_change_without_a_broken_link(edge: ContentEdge, monkeypatch: pytest.MonkeyPatch) -> None:
    before = a_link()
    monkeypatch.setenv("CONTENT_KEY", "b")
    monkeypatch.setenv("CONTENT_KEY_PAIR_ID", "KOLD")
    assert [get(edge, url).status_code for url in (before, a_link())] == [200, 200]


def test_a_key_that_is_none_signs_nothing(edge: ContentEdge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTENT_KEY", "c")
    with pytest.raises(content_domain.NoSuchKey):
        a_link()


def test_the_address_is_short(edge: ContentEdge) -> None:
    query = parse_qs(urlsplit(a_link()).query)
    assert list(query) == ["response-content-disposition", "response-content-type", *content_edge.SIGNING]
    assert len(query["Signature"][0]) <= 96  # an RSA signature takes 344
