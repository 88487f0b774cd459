"""In one process, each function signs in its own name and remembers its own secrets."""

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from urllib.parse import parse_qs, urlsplit

from chalicelib.content import storage
from chalicelib.core import aws, secrets
from chalicelib.core.secrets import secret
from chalicelib.core.tables import connection
from infra.local.acting import acting_as


def signer(client):
    return client._request_signer._credentials.get_frozen_credentials().access_key


def test_a_request_is_signed_with_the_name_of_the_function_that_acts(platform):
    sqs = aws.client("sqs")
    assert signer(sqs) == "emulated"
    with acting_as("mail_send"):
        assert signer(sqs) == signer(connection().client) == "lyceum-dev-mail_send"
        with acting_as("api_handler"):
            assert signer(sqs) == "lyceum-dev"
        assert signer(sqs) == "lyceum-dev-mail_send"
    assert signer(sqs) == "emulated"


def test_a_presigned_address_carries_the_name_of_its_signer(platform):
    with acting_as("api_handler"):
        address = storage.sign_upload("a-key", 1, 60)
    (credential,) = parse_qs(urlsplit(address).query)["X-Amz-Credential"]
    assert credential.startswith("lyceum-dev/")


def test_other_threads_act_for_themselves_unless_the_context_goes_with_them(platform):
    sqs = aws.client("sqs")
    with acting_as("mail_send"), ThreadPoolExecutor(1) as pool:
        assert pool.submit(signer, sqs).result() == "emulated"
        assert pool.submit(copy_context().run, signer, sqs).result() == "lyceum-dev-mail_send"


def test_each_function_reads_a_secret_for_itself_and_once(platform, guard):
    def reads(function):
        with platform.emulator.meter.counting() as calls, acting_as(function):
            secret("stripe-key")
        return calls.total("ssm")

    for function in ("api_handler", "orders_hear"):
        reads(function)
    assert [reads(function) for function in ("api_handler", "orders_hear", "api_handler")] == [0, 0, 0]
    secrets.kept._of.pop("orders_hear")
    assert [reads(function) for function in ("api_handler", "orders_hear", "orders_hear")] == [0, 1, 0]
