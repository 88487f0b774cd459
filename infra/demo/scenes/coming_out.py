"""People join, authors bring out works, and readers look at them."""

import json
from typing import Any

from infra.demo import cast, publishing
from infra.demo.caller import Caller
from infra.demo.play import Play


def people_join(play: Play) -> None:
    play.checks.scene("1. People join · 注册")
    for part in cast.PEOPLE:
        play.people[part.key] = Caller(play.platform, part).join()
        play.checks.say(f"{part.name} ({part.role}) registered with the code mailed to {part.email}")
    play.admin.made_admin()
    play.admin.put(f"/v1/accounts/{play.reviewer.account_id}/roles", {"roles": ["reviewer"]})
    roles = play.reviewer.get("/v1/me")["roles"]
    play.checks.check("the reviewer has the role that the admin gave", "reviewer" in roles, roles)
    reader = play.people[cast.READER_CARD.key]
    refused = reader.call("GET", "/v1/review-queue", refusable=True).status_code
    play.checks.check("a reader is kept out of the review queue", refused == 403, refused)


def authors_publish(play: Play) -> None:
    play.checks.scene("2. Authors upload, the reviewer decides, works come out · 创作与审核")
    for number, manuscript in enumerate(play.manuscripts):
        author = play.people[manuscript.author]
        taken = publishing.bring(author, manuscript)
        for name, (code, detail) in taken.refused.items():
            play.checks.say(f"refused  {name[:60]!r}: {code}: {detail}")
            play.checks.check(f"{name[:40]!r} is refused with a reason ({code})", bool(code and detail))
        if not taken.accepted:
            continue
        publishing.submit(author, taken.work_id)
        if number == 0:
            _rejected_once(play, author, taken.work_id)
        publishing.decide(play.reviewer, taken.work_id)
        publishing.publish(author, taken.work_id)
        play.works[manuscript.title] = taken.work_id
        play.checks.say(f"published {manuscript.title} ({', '.join(taken.accepted)[:80]})")
    play.checks.check("good files became published works", len(play.works) > 0, len(play.works))
    listed = [card["work_id"] for card in _every_page(play.stranger, "/v1/works")]
    play.checks.check("all of them are listed, each once", sorted(listed) == sorted(play.works.values()), len(listed))


def _rejected_once(play: Play, author: Caller, work_id: str) -> None:
    publishing.decide(play.reviewer, work_id, "Say in the summary whom it is for. 请在简介中说明读者对象。")
    seen = author.get(f"/v1/me/manuscripts/{work_id}")["draft"]
    play.checks.check("a rejection reaches the author with its reasons", bool(seen["reasons"]), seen)
    hidden = play.stranger.call("GET", f"/v1/works/{work_id}", refusable=True).status_code
    play.checks.check("what is not approved is not public", hidden == 404, hidden)
    publishing.submit(author, work_id)


def _every_page(caller: Caller, path: str) -> list[dict[str, Any]]:
    found, cursor = [], None
    while True:
        page = caller.get(path, limit=3, **({"cursor": cursor} if cursor else {}))
        found += page["items"]
        cursor = page["next_cursor"]
        if not cursor:
            return found


def readers_browse(play: Play) -> None:
    play.checks.scene("3. Readers browse · 浏览")
    work_id = play.for_sale[0]
    page = play.stranger.call("GET", f"/v1/works/{work_id}")
    work = page.json()
    play.checks.say(f"{work['work']['title']}: {work['work']['summary'][:70]} …")
    play.checks.check("a work's page is public, cacheable and has an ETag", "public" in page.headers["Cache-Control"])
    again = play.stranger.call("GET", f"/v1/works/{work_id}", headers={"If-None-Match": page.headers["ETag"]})
    play.checks.check("the same page again is 304", again.status_code == 304, again.status_code)
    play.checks.check("the page has a free preview", bool(work["preview"]), work["preview"][:40])
    play.checks.check("the page tells no storage key", "key" not in json.dumps(work["files"]))
