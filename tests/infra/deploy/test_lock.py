"""The lock of a stage, in the emulated S3."""

import pytest

from chalicelib.core import clock
from infra.deploy.account import Account
from infra.deploy.artefacts import Artefacts
from infra.deploy.errors import Stopped
from infra.deploy.lock import LEASE, Lock


@pytest.fixture
def account(platform):
    account = Account("locked")
    Artefacts(account).stand()
    return account


def test_one_holds_the_lock_and_the_next_is_told_who(account):
    with Lock(account).held(), pytest.raises(Stopped, match="--take-over"), Lock(account).held():
        pass
    with Lock(account).held():
        pass


def test_a_dead_deployers_lock_can_be_taken_once_its_lease_has_run_out(account, platform):
    dead = Lock(account)
    dead._take(False)
    clock.move(LEASE.total_seconds() + 1)
    with Lock(account).held():
        with pytest.raises(Stopped, match="took the lock over"):
            dead.renew()
        with pytest.raises(Stopped), Lock(account).held():
            pass


def test_a_deployer_that_works_on_keeps_its_lock(account):
    with Lock(account).held() as lock:
        clock.move(LEASE.total_seconds() * 0.9)
        lock.renew()
        clock.move(LEASE.total_seconds() * 1.5)
        with pytest.raises(Stopped), Lock(account).held():
            pass


def test_a_person_who_knows_it_dead_takes_it_at_once_and_it_does_not_come_back(account):
    dead = Lock(account)
    dead._take(False)
    with Lock(account).held(take_over=True):
        assert not dead._write(clock.now(), IfMatch=dead._tag)


def test_the_artefact_bucket_is_private_encrypted_and_versioned(account, platform):
    s3, bucket = platform.client("s3"), account.artefacts
    assert all(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values())
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    assert s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
