"""From a file on the author's disk to a published work, as an author's and a reviewer's client would do it."""

from dataclasses import dataclass, field
from typing import Any

import requests

from infra.demo.caller import Caller, Unexpected, until
from infra.demo.manuscripts import Manuscript, Paper


@dataclass
class Taken:
    """What became of a manuscript's files: accepted by name, and refused by name with code and reason."""

    work_id: str
    accepted: list[str] = field(default_factory=list)
    refused: dict[str, tuple[str, str]] = field(default_factory=dict)


def bring(author: Caller, manuscript: Manuscript) -> Taken:
    """Make the work and upload its files; the answer says what ingestion made of each."""
    work = author.post("/v1/works", manuscript.work)
    lessons = {
        lesson["title"]: lesson["lesson_id"] for chapter in work["draft"]["chapters"] for lesson in chapter["lessons"]
    }
    taken = Taken(work["work_id"])
    for paper in manuscript.papers:
        _upload(author, taken, paper, lessons.get(paper.lesson or ""))
    return taken


def submit(author: Caller, work_id: str) -> None:
    author.post(f"/v1/works/{work_id}/submissions")


def decide(reviewer: Caller, work_id: str, *reasons: str) -> None:
    """Claim the submission and approve it; or, with reasons, reject it."""
    reviewer.post(f"/v1/works/{work_id}/claims")
    verdict = {"verdict": "rejected", "reasons": list(reasons)} if reasons else {"verdict": "approved"}
    reviewer.post(f"/v1/works/{work_id}/decisions", verdict)


def publish(author: Caller, work_id: str) -> None:
    author.post(f"/v1/works/{work_id}/publications")


def bring_out(author: Caller, reviewer: Caller, manuscript: Manuscript) -> Taken:
    """The whole way. Raises Unexpected where a file is refused."""
    taken = bring(author, manuscript)
    if taken.refused:
        raise Unexpected(f"{manuscript.title}: {taken.refused}")
    submit(author, taken.work_id)
    decide(reviewer, taken.work_id)
    publish(author, taken.work_id)
    return taken


def _upload(author: Caller, taken: Taken, paper: Paper, lesson_id: str | None) -> None:
    announced = {"name": paper.name, "bytes": len(paper.data)} | ({"lesson_id": lesson_id} if lesson_id else {})
    answer = author.call("POST", f"/v1/works/{taken.work_id}/uploads", json=announced, refusable=True)
    if answer.status_code >= 400:
        problem = answer.json()
        taken.refused[paper.name] = (problem["code"], problem["detail"])
        return
    ticket = answer.json()
    _send(author, ticket, paper.data)
    upload_id = ticket["upload"]["upload_id"]
    seen = until(f"the ingestion of {paper.name!r}", lambda: _judged(author, upload_id))
    if seen["state"] == "accepted":
        taken.accepted.append(paper.name)
    else:
        taken.refused[paper.name] = (seen["refusal"]["code"], seen["refusal"]["detail"])


def _send(author: Caller, ticket: dict[str, Any], data: bytes) -> None:
    """The bytes go to storage directly, by the presigned addresses: whole, or in parts that are then joined."""
    if ticket["url"]:
        _put(ticket["url"], data)
        return
    sent, place = [], 0
    for part in ticket["parts"]:
        tag = _put(part["url"], data[place : place + part["bytes"]])
        sent.append({"number": part["number"], "etag": tag})
        place += part["bytes"]
    author.post(f"/v1/me/uploads/{ticket['upload']['upload_id']}/completion", {"parts": sent})


def _put(url: str, data: bytes) -> str:
    """The ETag that storage answered. Raises Unexpected."""
    answer = requests.put(url, data=data, timeout=60)
    if answer.status_code >= 400:
        raise Unexpected(f"storage answered {answer.status_code}: {answer.text[:300]}")
    return answer.headers["ETag"]


def _judged(author: Caller, upload_id: str) -> dict[str, Any] | None:
    upload: dict[str, Any] = author.get(f"/v1/me/uploads/{upload_id}")
    return upload if upload["state"] in ("accepted", "refused") else None
