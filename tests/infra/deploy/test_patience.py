"""A role's new rights are waited for; anything else that is refused is not."""

import pytest
from botocore.exceptions import ClientError

from infra.deploy import patience

NOT_YET = "The function execution role does not have permissions to call SendMessage on SQS"


class Lambda:
    """Refuses some times, as the service does, then answers."""

    def __init__(self, message: str, times: int) -> None:
        self.message, self.left, self.asked = message, times, 0

    def update(self, **asked: str) -> dict[str, str]:
        self.asked += 1
        if self.left:
            self.left -= 1
            code = {"Code": "InvalidParameterValueException", "Message": self.message}
            raise ClientError({"Error": code}, "UpdateEventSourceMapping")
        return asked


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch):
    monkeypatch.setattr(patience, "PAUSE_SECONDS", 0)


def test_a_role_that_may_not_yet_is_waited_for():
    service = Lambda(NOT_YET, 3)
    assert patience.once_the_role_may(service.update, UUID="u") == {"UUID": "u"}
    assert service.asked == 4


def test_another_bad_parameter_is_an_error_at_once():
    service = Lambda("Unsupported event source type", 1)
    with pytest.raises(ClientError):
        patience.once_the_role_may(service.update)
    assert service.asked == 1


def test_patience_ends(monkeypatch):
    monkeypatch.setattr(patience, "PATIENCE_SECONDS", 0)
    with pytest.raises(ClientError, match="execution role"):
        patience.once_the_role_may(Lambda(NOT_YET, 1_000_000).update)
