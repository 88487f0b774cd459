"""What may be done in each state of a work, and that nothing else may."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.builders import a_draft, with_a_file
from tests.world import Person, Reply, World

ACTIONS = ("edit", "upload", "detach", "submit", "claim", "decide", "publish", "begin", "withdraw", "take down")

# State → action → the code it is refused with. An action that is not named is allowed.
REFUSED: dict[str, dict[str, str]] = {
    "draft": {
        "claim": "not_claimable",
        "decide": "not_in_your_review",
        "publish": "not_approved",
        "begin": "draft_exists",
        "withdraw": "not_published",
        "take down": "not_published",
    },
    "submitted": {
        "edit": "draft_closed",
        "upload": "draft_closed",
        "detach": "draft_closed",
        "submit": "not_submittable",
        "decide": "not_in_your_review",
        "publish": "not_approved",
        "begin": "draft_exists",
        "withdraw": "not_published",
        "take down": "not_published",
    },
    "in review": {
        "edit": "draft_closed",
        "upload": "draft_closed",
        "detach": "draft_closed",
        "submit": "not_submittable",
        "claim": "not_claimable",
        "publish": "not_approved",
        "begin": "draft_exists",
        "withdraw": "not_published",
        "take down": "not_published",
    },
    "approved": {
        "submit": "not_submittable",
        "claim": "not_claimable",
        "decide": "not_in_your_review",
        "begin": "draft_exists",
        "withdraw": "not_published",
        "take down": "not_published",
    },
    "rejected": {
        "claim": "not_claimable",
        "decide": "not_in_your_review",
        "publish": "not_approved",
        "begin": "draft_exists",
        "withdraw": "not_published",
        "take down": "not_published",
    },
    "published": {
        "edit": "draft_closed",
        "upload": "draft_closed",
        "detach": "not_found",
        "submit": "not_submittable",
        "claim": "not_claimable",
        "decide": "not_in_your_review",
        "publish": "not_approved",
    },
    "withdrawn": {
        "edit": "draft_closed",
        "upload": "draft_closed",
        "detach": "not_found",
        "submit": "not_submittable",
        "claim": "not_claimable",
        "decide": "not_in_your_review",
        "publish": "not_approved",
        "withdraw": "not_published",
    },
    "taken down": {
        "edit": "draft_closed",
        "upload": "draft_closed",
        "detach": "not_found",
        "submit": "not_submittable",
        "claim": "not_claimable",
        "decide": "not_in_your_review",
        "publish": "taken_down",
        "begin": "nothing_published",
        "withdraw": "not_published",
        "take down": "taken_down",
    },
}
ALLOWED = [(state, action) for state, refused in REFUSED.items() for action in ACTIONS if action not in refused]


@dataclass
class Story:
    world: World
    author: Person
    reviewer: Person
    admin: Person
    work_id: str
    file_id: str

    def reach(self, state: str) -> "Story":
        steps = {
            "draft": [],
            "submitted": ["submit"],
            "in review": ["submit", "claim"],
            "approved": ["submit", "claim", "decide"],
            "rejected": ["submit", "claim", "reject"],
            "published": ["submit", "claim", "decide", "publish"],
            "withdrawn": ["submit", "claim", "decide", "publish", "withdraw"],
            "taken down": ["submit", "claim", "decide", "publish", "take down"],
        }[state]
        for step in steps:
            assert self.does(step).status < 300
        return self

    def does(self, action: str) -> Reply:
        path = f"/v1/works/{self.work_id}"
        calls: dict[str, Callable[[], Reply]] = {
            "edit": lambda: self.world.patch(path, {"title": "New"}, as_=self.author, headers={"if-match": self.tag()}),
            "upload": lambda: self.world.post(f"{path}/uploads", {"name": "a.md", "bytes": 3}, as_=self.author),
            "detach": lambda: self.world.delete(f"{path}/files/{self.file_id}", as_=self.author),
            "submit": lambda: self.world.post(f"{path}/submissions", as_=self.author),
            "claim": lambda: self.world.post(f"{path}/claims", as_=self.reviewer),
            "decide": lambda: self.world.post(f"{path}/decisions", {"verdict": "approved"}, as_=self.reviewer),
            "reject": lambda: self.world.post(
                f"{path}/decisions", {"verdict": "rejected", "reasons": ["no"]}, as_=self.reviewer
            ),
            "publish": lambda: self.world.post(f"{path}/publications", as_=self.author),
            "begin": lambda: self.world.post(f"{path}/drafts", as_=self.author),
            "withdraw": lambda: self.world.post(f"{path}/withdrawals", {"reason": "r"}, as_=self.author),
            "take down": lambda: self.world.post(f"{path}/takedowns", {"reason": "r"}, as_=self.admin),
        }
        return calls[action]()

    def seen(self) -> Reply:
        return self.world.get(f"/v1/me/manuscripts/{self.work_id}", as_=self.author)

    def tag(self) -> str:
        return self.seen().headers["ETag"]


@pytest.fixture
def story(world: World) -> Story:
    author = world.author()
    work_id = a_draft(world, author)
    return Story(world, author, world.reviewer(), world.admin(), work_id, with_a_file(work_id))


@pytest.mark.parametrize("state", REFUSED)
def test_what_a_state_does_not_allow_is_refused_and_changes_nothing(story: Story, state: str) -> None:
    before = story.reach(state).seen()
    assert {action: story.does(action).code for action in REFUSED[state]} == REFUSED[state]
    after = story.seen()
    assert (after.headers["ETag"], after.json) == (before.headers["ETag"], before.json)


@pytest.mark.parametrize(("state", "action"), ALLOWED)
def test_what_a_state_allows_is_done(story: Story, state: str, action: str) -> None:
    done = story.reach(state).does(action)
    assert done.status < 300, done.body


def test_a_decision_is_the_claiming_reviewers_alone(story: Story) -> None:
    story.reach("in review")
    story.reviewer = story.world.reviewer("Zoe")
    assert story.does("decide").code == "not_in_your_review"


def test_a_claim_that_is_forgotten_can_be_taken_over(story: Story) -> None:
    story.reach("in review")
    first, second = story.reviewer, story.world.reviewer("Zoe")
    story.reviewer = second
    story.world.clock.advance(days=2, hours=23)
    story.world.signs_in(second)
    assert story.does("claim").code == "not_claimable"
    story.world.clock.advance(hours=2)
    story.world.signs_in(first), story.world.signs_in(second)
    assert story.does("claim").status == 201
    story.reviewer = first
    assert story.does("decide").code == "not_in_your_review"


def test_nobody_reviews_a_work_they_have_a_part_in(world: World) -> None:
    reviewer, author = world.reviewer(), world.author()
    world.put("/v1/me/author", as_=reviewer)
    own = a_draft(world, reviewer)
    shared = a_draft(world, author, shares={author.account_id: 6000, reviewer.account_id: 4000})
    for work_id, owner in ((own, reviewer), (shared, author)):
        with_a_file(work_id)
        world.post(f"/v1/works/{work_id}/submissions", as_=owner)
        assert world.post(f"/v1/works/{work_id}/claims", as_=reviewer).code == "own_manuscript"
        assert (
            world.post(f"/v1/works/{work_id}/decisions", {"verdict": "approved"}, as_=reviewer).code == "own_manuscript"
        )


def test_a_stranger_finds_nothing_to_act_on(story: Story) -> None:
    story.reach("approved")
    story.author = story.world.author("Eve")
    for action in ("submit", "publish", "begin", "withdraw", "upload", "detach"):
        assert story.does(action).code == "not_found"
    edit = story.world.patch(f"/v1/works/{story.work_id}", {}, as_=story.author, headers={"if-match": "*"})
    assert edit.code == "not_found"


def test_a_reader_neither_writes_nor_reviews(story: Story) -> None:
    story.author = story.reviewer = story.admin = story.world.reader()
    for action in ("submit", "publish", "begin", "withdraw", "upload", "detach", "claim", "decide", "take down"):
        assert story.does(action).code == "forbidden"


def test_a_reviewer_sees_the_manuscript_while_it_is_theirs(story: Story) -> None:
    path = f"/v1/me/manuscripts/{story.work_id}"
    assert story.reach("submitted").world.get(path, as_=story.reviewer).code == "not_found"
    story.does("claim")
    assert story.world.get(path, as_=story.reviewer).status == 200
    story.does("decide"), story.does("publish")
    assert story.world.get(path, as_=story.reviewer).code == "not_found"


def test_the_review_queue_shows_what_waits_oldest_first(world: World) -> None:
    author, reviewer = world.author(), world.reviewer()
    first, second, third = (a_draft(world, author, title=title) for title in ("A", "B", "C"))
    for work_id in (first, second, third):
        with_a_file(work_id)
        world.post(f"/v1/works/{work_id}/submissions", as_=author)
    world.post(f"/v1/works/{first}/claims", as_=reviewer)
    queue = world.get("/v1/review-queue?limit=2", as_=reviewer).json
    assert [(card["title"], card["state"]) for card in queue["items"]] == [("A", "in_review"), ("B", "submitted")]
    rest = world.get(f"/v1/review-queue?limit=2&cursor={queue['next_cursor']}", as_=reviewer).json
    assert [card["title"] for card in rest["items"]] == ["C"]
    world.post(f"/v1/works/{first}/decisions", {"verdict": "approved"}, as_=reviewer)
    assert [card["title"] for card in world.get("/v1/review-queue", as_=reviewer).json["items"]] == ["B", "C"]
    assert world.get("/v1/review-queue", as_=author).code == "forbidden"
