"""The platform on somebody else's Stripe: its address and secret by settings, its pages, its webhooks."""

import json
import os
import signal
import subprocess
from pathlib import Path
from types import SimpleNamespace

import requests

from infra.demo import buying, cast, manuscripts, publishing
from infra.demo.caller import Caller, until
from infra.local.fake_stripe import FakeStripe, Merchant, serve
from tests.local.make_run import free_port, python, running

SECRET, KEY = "whsec_of_an_examiner", "sk_test_of_an_examiner"


def people(folder: Path, api_url: str) -> tuple[Caller, Caller, Caller]:
    """An author, a reviewer and admin, and a reader, as make run's shell makes them."""
    (note,) = (folder / ".lyceum" / "running").iterdir()
    env = json.loads(note.read_text(encoding="utf-8"))
    place = SimpleNamespace(api_url=api_url, lobby_url=env["PUBLIC_URL"], env=env)
    author, admin, reader = (Caller(place, part).join() for part in (cast.AUTHOR_EN, cast.ADMIN, cast.READER_CARD))
    assert python(folder, "infra.admin", "--email", cast.ADMIN.email, "--stage", "local").returncode == 0
    return author, admin, reader


def test_a_purchase_is_paid_at_somebody_elses_stripe_and_gives_access(tmp_path, monkeypatch):
    monkeypatch.delenv("LYCEUM_CLOCK_FILE", raising=False)  # their Stripe goes by the time that it is
    port = free_port()
    api_url = f"http://127.0.0.1:{port}"
    fake = FakeStripe(SECRET, f"{api_url}/v1/webhooks/stripe", Merchant(settle_after=0), KEY, "theirs")
    with serve(fake, courier=True) as theirs:
        told = {"STRIPE_API_BASE": theirs.url, "STRIPE_WEBHOOK_SECRET": SECRET, "STRIPE_KEY": KEY}
        with running(tmp_path, port, **told) as lines:
            assert any(line.startswith(f"Stripe (yours) {theirs.url}") for line in lines)
            assert not [line for line in lines if "Stripe (fake)" in line]
            author, admin, reader = people(tmp_path, api_url)
            work_id = publishing.bring_out(author, admin, manuscripts.corpus()[0]).work_id
            order = buying.order(reader, "cny", work_id)
            assert order["pay_at"].startswith(f"{theirs.url}/c/")
            assert buying.pay(order, "card").status_code == 303
            buying.await_status(reader, order["order_id"], "paid")
            assert [owned["work_id"] for owned in reader.get("/v1/me/library")["items"]] == [work_id]
            assert len(fake.every("charge")) == 1
            _killed_it_comes_back(api_url)
            _sweeps_and_reports(reader.platform.lobby_url, admin)


def _killed_it_comes_back(api_url: str) -> None:
    part = f"infra.local.child api --port {api_url.rpartition(':')[2]}"
    listed = subprocess.run(["ps", "-axo", "pid=,command="], capture_output=True, text=True, check=True).stdout
    (pid,) = [int(line.split()[0]) for line in listed.splitlines() if line.endswith(part)]
    os.kill(pid, signal.SIGKILL)
    until("the API to answer again", lambda: _answers(f"{api_url}/v1/health"))


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=10).ok
    except requests.ConnectionError:
        return False


def _sweeps_and_reports(lobby_url: str, admin: Caller) -> None:
    """What an examiner then pulls: the clock, the sweepers, and a report on the books."""
    moved = requests.post(f"{lobby_url}/levers/clock", json={"advance_seconds": 360}, timeout=10).json()
    assert round(moved["offset_seconds"]) == 360
    begun = requests.post(f"{lobby_url}/levers/sweeps", timeout=10)
    swept = _after("running", lambda: requests.get(lobby_url + begun.headers["Location"], timeout=10).json())
    assert (begun.status_code, swept["state"], swept["schedules"]["orders_sweep"]) == (202, "done", "done")
    asked = admin.call("POST", "/v1/admin/invariant-reports", headers={"Idempotency-Key": "an-examiners-1"})
    report = _after("pending", lambda: admin.get(asked.headers["Location"]))
    assert (report["state"], report["differences"]) == ("done", 0)
    assert requests.get(report["result"]["url"], timeout=10).json()["orders"] == 1


def _after(state, look):
    return until(f"the end of {state}", lambda: seen if (seen := look())["state"] != state else None)


def test_half_of_their_stripe_is_refused_before_anything_starts(tmp_path):
    told = python(tmp_path, "infra.local", STRIPE_API_BASE="http://127.0.0.1:9")
    assert (told.returncode, "go together" in told.stdout) == (1, True)
