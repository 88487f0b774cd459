"""From a lake to three campaigns that answer, however often it breaks off, and back to nothing."""

import csv
import io
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.session import Session

from chalicelib.core import aws, clock, settings
from chalicelib.lake import bucket, erasures
from chalicelib.lake.shapes import Erasure
from chalicelib.recommend import arns
from infra.deploy.errors import Stopped
from infra.personalize import __main__ as command
from infra.personalize import exporting, forgetting, price, role, taking_away
from tests.platform_fixture import Platform
from tests.recommend.personalized import READERS, enough, event, fill_the_lake, service, set_up, statuses

WHOLE = {
    "Campaign": 3,
    "Dataset": 2,
    "DatasetGroup": 1,
    "DatasetImportJob": 2,
    "EventTracker": 1,
    "Filter": 2,
    "Schema": 2,
    "Solution": 3,
    "SolutionVersion": 3,
}


def kinds(platform: Platform) -> list[str]:
    """Of all that stands at Personalize."""
    return sorted(each.kind for each in platform.emulator.personalize.state.things.values())


@pytest.fixture
def lake(platform: Platform) -> Platform:
    fill_the_lake(enough())
    return platform


def test_everything_stands_after_one_run_and_the_way_there_is_told(lake: Platform) -> None:
    said: list[str] = []
    lines = set_up(lake, said)
    assert '"RECOMMENDER": "personalize"' in lines[1]
    assert '"PERSONALIZE_TRACKING_ID": "tracking-' in lines[1]
    assert {kind: kinds(lake).count(kind) for kind in kinds(lake)} == WHOLE
    whole = ["CREATE PENDING", "CREATE IN_PROGRESS", "ACTIVE"]
    assert statuses(said, "campaign lyceum-dev-similar") == whole


def test_a_second_run_makes_nothing_and_says_the_same(lake: Platform) -> None:
    first = set_up(lake)
    with lake.emulator.meter.counting() as calls:
        assert set_up(lake) == first
    assert not [name for name in calls.of("personalize") if name.startswith(("Create", "Delete"))]


@pytest.mark.parametrize("when", ["before", "after"])
def test_cut_off_at_its_first_call_then_at_its_second_and_so_on_it_comes_to_the_same_end(
    lake: Platform, when: Any
) -> None:
    assert cut_off_again_and_again(lake, when, lambda: set_up(lake)) > len(WHOLE)
    assert {kind: kinds(lake).count(kind) for kind in kinds(lake)} == WHOLE
    assert cut_off_again_and_again(lake, when, lambda: taking_away.take_away(service(lake), lake.client("iam"))) > 10
    assert kinds(lake) == []


def cut_off_again_and_again(platform: Platform, when: Any, deed: Callable[[], object]) -> int:
    """Until it is through; how often that was. ``after``: what was asked for is done, and nobody hears of it."""
    model = Session().get_service_model("personalize")
    for breaks in count():
        calls = count()
        for operation in model.operation_names:
            platform.emulator.faults.fail(
                "personalize", operation, when=when, matching=lambda _, calls=calls, last=breaks: next(calls) == last
            )
        try:
            deed()
            return breaks
        except ClientError:
            continue
        finally:
            platform.emulator.faults.clear()
    raise AssertionError


def test_anew_imports_and_trains_again_beneath_the_same_campaigns(lake: Platform) -> None:
    set_up(lake)
    lake.clock.advance(days=1)
    set_up(lake, anew=True)
    assert [kinds(lake).count(kind) for kind in ("DatasetImportJob", "SolutionVersion", "Campaign")] == [4, 6, 3]


def test_what_was_written_down_for_it_does_not_stay(lake: Platform) -> None:
    set_up(lake)
    assert list(bucket.listed(role.PREFIX)) == []


def test_only_what_speaks_for_a_work_is_written_down(lake: Platform) -> None:
    fill_the_lake([event("LIN", "W01", "rating", rating=1), event("LIN", "W02", "dismiss", number=1)])
    fill_the_lake([event("LIN", "W03", "rating", rating=5, number=2)], withdrawn=["W01"])
    exporting.write("INTERACTIONS")
    rows = [row for row in written("interactions") if row["USER_ID"] == "LIN"]
    assert [(row["ITEM_ID"], row["EVENT_TYPE"], row["EVENT_VALUE"]) for row in rows] == [("W03", "rating", "10")]
    exporting.write("ITEMS")
    first, second, *_ = written("items")
    assert (first["WITHDRAWN"], second["WITHDRAWN"]) == ("False", "True")
    assert (second["SUBJECTS"], second["AUTHORS"]) == ("nutrition|sleep", "ADA")


def written(dataset: str) -> list[dict[str, str]]:
    texts = [bucket.read(each.key) for each in bucket.listed(f"{role.PREFIX}{dataset}/")]
    return [row for text in texts if text for row in csv.DictReader(io.StringIO(text.data.decode()))]


def test_a_lake_with_too_little_in_it_is_refused_before_anything_is_imported(platform: Platform) -> None:
    fill_the_lake(enough()[:999])
    with pytest.raises(Stopped, match="999 events"):
        set_up(platform)
    assert "DatasetImportJob" not in kinds(platform)


def test_what_failed_is_told_with_its_reason(lake: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "FEWEST_EVENTS", 0)
    monkeypatch.setattr(exporting, "FEWEST_READERS", 0)
    bucket.remove([each.key for each in bucket.listed("interactions/")])
    fill_the_lake(enough()[:30])
    with pytest.raises(Stopped, match="There are 30 interactions, and must be 1000"):
        set_up(lake)


def test_taken_away_nothing_is_left_and_doing_it_again_is_no_matter(lake: Platform) -> None:
    set_up(lake)
    taking_away.take_away(service(lake), lake.client("iam"))
    assert kinds(lake) == []
    assert [each for each in roles(lake) if "personalize" in each] == []
    taking_away.take_away(service(lake), lake.client("iam"))


def roles(platform: Platform) -> list[str]:
    return [each["RoleName"] for each in platform.client("iam").list_roles()["Roles"]]


def test_it_is_set_up_again_after_it_was_taken_away(lake: Platform) -> None:
    set_up(lake)
    taking_away.take_away(service(lake), lake.client("iam"))
    set_up(lake)
    assert kinds(lake).count("Campaign") == 3


def test_who_erased_something_is_forgotten_once(lake: Platform) -> None:
    set_up(lake)
    erasures.add([Erasure(reader=READERS[0], until=clock.rfc3339(clock.now()))])
    lake.clock.advance(hours=1)
    assert forgetting.forget(service(lake), role.arn()) == 1
    assert READERS[0] not in {row["USER_ID"] for row in lake.emulator.personalize.state.events.values()}
    assert list(bucket.listed(role.PREFIX)) == []
    lake.clock.advance(hours=1)
    assert forgetting.forget(service(lake), role.arn()) == 0


def test_the_command_says_the_price_before_it_does_anything(lake: Platform, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["up", "--stage", "dev"]) == 1
    said = capsys.readouterr()
    assert f"${price.idle_month():,.0f} a month" in said.out
    assert said.err == "Say YES=1 to go on.\n"
    assert kinds(lake) == []


def refusal(platform: Platform, operation: str, **said: Any) -> str:
    with pytest.raises(ClientError) as refused:
        getattr(platform.client("personalize"), operation)(**said)
    return str(refused.value.response["Error"]["Code"])


def test_the_fake_refuses_what_personalize_refuses(lake: Platform) -> None:
    group = arns.of("dataset-group")
    assert refusal(lake, "describe_dataset_group", datasetGroupArn=group) == "ResourceNotFoundException"
    set_up(lake)
    assert refusal(lake, "create_dataset_group", name="lyceum-dev") == "ResourceAlreadyExistsException"
    assert refusal(lake, "delete_dataset_group", datasetGroupArn=group) == "ResourceInUseException"
    solution = arns.of("solution", "similar")
    assert refusal(lake, "delete_solution", solutionArn=solution) == "ResourceInUseException"
    assert refusal(lake, "create_dataset_group", name="n" * 64) == "InvalidInputException"
    wrong = {"name": "wrong", "datasetGroupArn": group, "filterExpression": "EVERYTHING"}
    assert refusal(lake, "create_filter", **wrong) == "InvalidInputException"
    assert settings.region() in aws.client("personalize-events").meta.region_name
