"""Registering: who holds an address is proved by mail, and nobody learns which addresses have accounts."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.world import PASSWORD, World

NEW = {
    "email": "li@example.com",
    "password": PASSWORD,
    "name": "李雷",
    "language": "zh-Hans",
    "time_zone": "Asia/Shanghai",
}


def test_an_account_is_made_by_the_mailed_code(world: World) -> None:
    begun = world.post("/v1/accounts", NEW)
    assert begun.status == 202
    session = world.proves(begun, world.code_mailed_to("li@example.com"))
    assert session.status == 201
    me = world.get("/v1/me", headers={"authorization": f"Bearer {session.json['access_token']}"}).json
    assert (me["name"], me["language"], me["time_zone"], me["roles"]) == (
        "李雷",
        "zh-Hans",
        "Asia/Shanghai",
        ["reader"],
    )


def test_the_mail_speaks_the_readers_language(world: World) -> None:
    world.post("/v1/accounts", NEW)
    assert "验证码" in world.mails("li@example.com")[0]["subject"]
    world.post("/v1/accounts", {**NEW, "email": "lee@example.com", "language": "en"})
    assert "code" in world.mails("lee@example.com")[0]["subject"]


def test_without_a_language_the_mail_speaks_the_visitors(world: World) -> None:
    plain = {name: text for name, text in NEW.items() if name != "language"}
    world.post("/v1/accounts", plain, headers={"accept-language": "zh-CN,zh;q=0.9"})
    assert "验证码" in world.mails("li@example.com")[0]["subject"]


def test_an_address_has_one_spelling(world: World) -> None:
    world.post("/v1/accounts", {**NEW, "email": "  ＬＩ@Bücher.example "})
    assert world.mails("li@xn--bcher-kva.example")


def test_registering_a_taken_address_answers_the_same_and_tells_its_owner(world: World) -> None:
    owner = world.reader()
    free, taken = world.post("/v1/accounts", NEW), world.post("/v1/accounts", {**NEW, "email": owner.email})
    assert (free.status, free.json.keys()) == (taken.status, taken.json.keys())
    assert len(free.json["registration_id"]) == len(taken.json["registration_id"])
    assert "already" in world.mails(owner.email)[-1]["subject"]


def test_a_claim_of_ones_address_by_somebody_else_opens_nothing_for_them(world: World) -> None:
    mine = world.post("/v1/accounts", NEW)
    my_code = world.code_mailed_to("li@example.com")
    theirs = world.post("/v1/accounts", {**NEW, "password": "the attacker's password"})
    their_code = world.code_mailed_to("li@example.com")
    if my_code != their_code:
        assert world.proves(mine, their_code).code == "code_wrong"
    assert world.proves(mine, my_code).status == 201
    assert world.proves(theirs, their_code).code == "code_wrong"
    assert world.post("/v1/sessions", {"email": "li@example.com", "password": "the attacker's password"}).status == 401
    assert world.post("/v1/sessions", {"email": "li@example.com", "password": PASSWORD}).status == 201


def test_a_registration_for_a_taken_address_cannot_be_proved(world: World) -> None:
    owner = world.reader()
    begun = world.post("/v1/accounts", {**NEW, "email": owner.email})
    for code in ("000000", "123456", "999999"):
        assert world.proves(begun, code).code == "code_wrong"


def test_the_letter_with_the_code_holds_nothing_that_the_visitor_wrote(world: World) -> None:
    world.post("/v1/accounts", {**NEW, "name": "claim your prize at https://evil.example"})
    assert "evil" not in world.mails("li@example.com")[0]["text"]


def test_a_code_opens_for_five_tries_only(world: World) -> None:
    begun = world.post("/v1/accounts", NEW)
    code = world.code_mailed_to("li@example.com")
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(5):
        assert world.proves(begun, wrong).code == "code_wrong"
    assert world.proves(begun, code).code == "code_wrong"


def test_a_code_dies_of_age(world: World) -> None:
    begun = world.post("/v1/accounts", NEW)
    code = world.code_mailed_to("li@example.com")
    world.clock.advance(minutes=31)
    assert world.proves(begun, code).code == "code_wrong"


def test_a_code_makes_one_account_however_often_it_is_sent_at_once(world: World) -> None:
    begun = world.post("/v1/accounts", NEW)
    code = world.code_mailed_to("li@example.com")
    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda _: world.proves(begun, code).status, range(4)))
    assert sorted(replies)[0] == 201
    assert replies.count(201) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"email": "a@b"}, "email"),
        ({"email": "x<victim@example.com>"}, "email"),
        ({"email": "(c)victim@example.com"}, "email"),
        ({"email": "g:victim@example.com;"}, "email"),
        ({"email": '"a"victim@example.com'}, "email"),
        ({"email": "a,victim@example.com"}, "email"),
        ({"email": "vic\u200btim@example.com"}, "email"),
        ({"email": "victim@example.com;"}, "email"),
        ({"email": "victim@-example.com"}, "email"),
        ({"email": "victim@10.0.0.1"}, "email"),
        ({"email": "a..b@example.com"}, "email"),
        ({"email": f"{'a' * 65}@example.com"}, "email"),
        ({"password": "short"}, "password"),
        ({"name": "evil\u202ename"}, "name"),
        ({"name": ""}, "name"),
        ({"name": " "}, "name"),
        ({"name": "\u3000"}, "name"),
        ({"name": "\u200d"}, "name"),
        ({"name": "\u3164"}, "name"),
        ({"name": "Lyceum Support\u200b"}, "name"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"language": "not a language"}, "language"),
        ({"roles": ["admin"]}, "roles"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(world: World, change: dict[str, object], field: str) -> None:
    reply = world.post("/v1/accounts", {**NEW, **change})
    assert (reply.status, reply.json["errors"][0]["field"]) == (422, field)
    chinese = world.post("/v1/accounts", {**NEW, **change}, headers={"accept-language": "zh-CN"})
    assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese.json["detail"])


def test_registrations_for_one_address_are_limited(world: World) -> None:
    assert [world.post("/v1/accounts", NEW).status for _ in range(6)] == [202] * 5 + [429]


def test_the_dot_of_the_root_makes_no_second_address(world: World) -> None:
    owner = world.reader()
    world.post("/v1/accounts", {**NEW, "email": owner.email + "."})
    assert "already" in world.mails(owner.email)[-1]["subject"]
    assert world.post("/v1/accounts", {**NEW, "email": "li@com."}).code == "field_invalid"
