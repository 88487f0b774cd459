"""Each outside effect is decided in a transaction and carried out until it is done, and then never again."""

from typing import Any

import pytest

from chalicelib.core.errors import Conflict
from chalicelib.core.transactions import all_or_nothing
from chalicelib.mail import post
from chalicelib.outbox import tasks, waking
from chalicelib.outbox.tasks import Task
from tests.platform_fixture import Platform


def decide(to: str = "li@example.com", key: str | None = None) -> str:
    with all_or_nothing() as tx:
        letter = {"to": to, "language": "en", "facts": {"name": "Li"}}
        return tasks.put(tx, "mail", "already_registered", letter, key)


def sent(platform: Platform) -> int:
    return len(platform.emulator.mails)


def test_a_letter_is_sent_once_however_often_its_task_arrives(platform: Platform) -> None:
    decide()
    platform.pump(duplicate=True)
    assert sent(platform) == 1
    platform.run_schedule("outbox_sweep")
    platform.pump(duplicate=True)
    assert sent(platform) == 1


def test_nothing_is_sent_when_the_deed_comes_to_nothing(platform: Platform) -> None:
    with pytest.raises(ZeroDivisionError), all_or_nothing() as tx:
        post.send(tx, "already_registered", "li@example.com", "en", name="Li")
        raise ZeroDivisionError
    platform.pump()
    assert sent(platform) == 0


def test_the_same_key_is_the_same_effect(platform: Platform) -> None:
    decide(key="refund:1")
    with pytest.raises(Conflict):
        decide(key="refund:1")
    platform.pump()
    assert sent(platform) == 1


def test_a_service_that_fails_is_asked_again(platform: Platform) -> None:
    decide()
    platform.emulator.faults.fail("ses", "SendEmail", times=3)
    platform.pump(tolerate=True)
    platform.clock.advance(minutes=10)
    platform.run_schedule("outbox_sweep")
    platform.pump()
    assert sent(platform) == 1


def test_what_the_stream_lost_the_sweeper_finds(platform: Platform) -> None:
    key = decide()
    platform.emulator.faults.fail("sqs", "SendMessage", times=100)
    platform.pump(tolerate=True)
    platform.emulator.faults.clear()
    assert (len(platform.sources.parked), sent(platform)) == (1, 0)
    platform.clock.advance(minutes=6)
    platform.run_schedule("outbox_sweep")
    platform.pump()
    task = Task.get(key)
    assert (task.done_at is not None, task.unfinished, sent(platform)) == (True, None, 1)


def test_a_worker_that_died_leaves_its_task_to_the_next(platform: Platform) -> None:
    key = decide()
    died = Task.get(key)
    tasks._lease(died)
    platform.pump(tolerate=True)
    assert sent(platform) == 0
    platform.clock.advance(minutes=6)
    platform.run_schedule("outbox_sweep")
    platform.pump()
    assert sent(platform) == 1


def test_a_task_whose_message_comes_again_gets_no_second_one_beside_it(platform: Platform) -> None:
    decide()
    platform.emulator.faults.fail("ses", "SendEmail", times=1000)
    platform.clock.advance(minutes=6)
    platform.pump(tolerate=True)
    assert waking.wake_late() == 0
    platform.clock.advance(minutes=6)
    assert waking.wake_late() == 1
    platform.emulator.faults.clear()


def test_a_task_that_fails_for_days_is_put_aside_and_wakes_nobody(platform: Platform) -> None:
    key = decide()
    platform.emulator.faults.fail("ses", "SendEmail", times=1000)
    platform.pump(tolerate=True)
    assert Task.get(key).unfinished == "mail"
    platform.clock.advance(days=4)
    for _ in range(11):
        assert Task.get(key).unfinished == "mail"
        platform.clock.advance(minutes=6)
        platform.run_schedule("outbox_sweep")
        platform.pump(tolerate=True)
    assert (Task.get(key).unfinished, Task.get(key).attempts) == ("parked", 12)
    platform.clock.advance(minutes=20)
    assert waking.wake_late() == 0
    platform.emulator.faults.clear()
    waking.wake("mail", key)
    platform.pump()
    assert (Task.get(key).unfinished, sent(platform)) == (None, 1)


def test_a_letter_must_be_one_that_we_have(platform: Platform) -> None:
    with pytest.raises(KeyError), all_or_nothing() as tx:
        post.send(tx, "no such letter", "li@example.com", "en")


def test_letters_speak_both_languages_with_the_same_facts() -> None:
    from string import Formatter

    from chalicelib.mail.letters import LETTERS

    def facts(text: str) -> set[Any]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    for name, letter in LETTERS.items():
        assert set(letter) == {"en", "zh"}, name
        assert facts(letter["en"].subject + letter["en"].body) == facts(letter["zh"].subject + letter["zh"].body), name
