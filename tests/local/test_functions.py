import logging
from threading import Thread

import pytest

from infra.local.functions import Context, Function, listening


def complain(text):
    try:
        raise ValueError(text)
    except ValueError:
        logging.getLogger("lyceum").exception("caught")


def answer_with_a_set(event, context):
    return {1, 2}


def answer_with_what_came(event, context):
    return {"event": event, "function": context.function_name, "left": context.get_remaining_time_in_millis()}


def test_only_the_errors_of_this_thread_are_heard():
    with listening() as heard:
        other = Thread(target=complain, args=("theirs",))
        other.start()
        other.join()
        complain("ours")
    complain("too late")
    assert [text.partition(" (")[0] for text in heard] == ["ValueError: ours"]
    assert "test_functions.py:" in heard[0]


def test_a_function_is_found_by_its_handler_string():
    answer = Function("sample", f"{__name__}.answer_with_what_came").invoke({"a": (1, 2)})
    assert answer["event"] == {"a": [1, 2]}
    assert answer["function"] == "lyceum-dev-sample"
    assert 0 < answer["left"] <= 60_000


def test_what_json_cannot_carry_fails_as_it_would_at_aws():
    with pytest.raises(TypeError):
        Function("sample", f"{__name__}.answer_with_a_set").invoke({})
    with pytest.raises(TypeError):
        Function("sample", f"{__name__}.answer_with_what_came").invoke({"a": b"bytes"})


def test_a_context_has_what_lambda_gives():
    context = Context("mail_send")
    assert context.aws_request_id != Context("mail_send").aws_request_id
    assert context.invoked_function_arn.endswith(":function:mail_send")
    assert context.log_group_name == "/aws/lambda/mail_send"
