"""The main job on a deployed stage, by the people of the demo: from an author's file to a reader who paid and reads."""

from dataclasses import dataclass, field

import requests

from infra.demo import buying, cast, manuscripts, publishing
from infra.demo.caller import Caller, Unexpected, until
from infra.rehearsal.surroundings import Surroundings

PEOPLE = (cast.ADMIN, cast.REVIEWER, cast.AUTHOR_EN, cast.READER_CARD)


@dataclass
class Play:
    place: Surroundings
    people: dict[str, Caller] = field(default_factory=dict)
    work_id: str = ""

    @property
    def reader(self) -> Caller:
        return self.people[cast.READER_CARD.key]

    @property
    def admin(self) -> Caller:
        return self.people[cast.ADMIN.key]

    def main_job(self) -> str:
        """Raises Unexpected where any of it fails."""
        self._gather()
        self._publish()
        buying.buy(self.reader, "cny", "card", self.work_id)
        read = self.read()
        self.reader.put(f"/v1/works/{self.work_id}/reviews/mine", {"rating": 5, "name": self.reader.name})
        self._balance()
        return f"published, paid by card, {read} bytes read, reviewed, the books balance"

    def read(self) -> int:
        """The bytes of what the reader bought."""
        file_id = self.reader.get(f"/v1/works/{self.work_id}")["files"][0]["file_id"]
        link = self.reader.get(f"/v1/me/works/{self.work_id}/files/{file_id}")
        content = requests.get(link["url"], timeout=30).content
        if len(content) != link["bytes"]:
            raise Unexpected(f"{len(content)} bytes came, not {link['bytes']}")
        return len(content)

    def _gather(self) -> None:
        for part in PEOPLE:
            self.people[part.key] = Caller(self.place, part).join()
        self.admin.made_admin()
        reviewer = self.people[cast.REVIEWER.key]
        self.admin.put(f"/v1/accounts/{reviewer.account_id}/roles", {"roles": ["reviewer"]})

    def _publish(self) -> None:
        author, reviewer = self.people[cast.AUTHOR_EN.key], self.people[cast.REVIEWER.key]
        for_sale = (each for each in manuscripts.corpus() if not each.is_free and len(each.papers) == 1)
        manuscript = next(for_sale)
        self.work_id = publishing.bring_out(author, reviewer, manuscript).work_id

    def _balance(self) -> None:
        """As soon as what follows from the sale has come to rest."""
        self.admin.post("/v1/admin/sweeps")

        def look() -> bool | None:
            return None if self.admin.get("/v1/admin/invariants")["differences"] else True

        until("the invariants to hold", look)
        begun = self.admin.spend("/v1/admin/invariant-reports", None)
        path = f"/v1/admin/invariant-reports/{begun['report_id']}"
        until("the report on the books", lambda: self.admin.get(path)["result"])
