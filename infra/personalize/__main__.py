"""`make personalize STAGE=prod`: sets Amazon Personalize up for a stage, from its lake, and says what to write into
its settings. Cut off, it goes on where it was. `ANEW=1` imports and trains anew.

`make personalize-away` takes all of it down; `make personalize-forget` has it forget readers who erased their history.
See docs/decisions/0033-personalize.md.
"""

import argparse
import sys

from infra import on_stage
from infra.deploy.errors import Stopped
from infra.deploy.stage_settings import settings_of
from infra.deploy.tree import ROOT
from infra.personalize import price
from infra.personalize.service import Service


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make personalize", description=__doc__)
    parser.add_argument("deed", choices=["up", "away", "forget"])
    parser.add_argument("--stage", required=True)
    parser.add_argument("--yes", action="store_true", help="it may cost what it says")
    parser.add_argument("--anew", action="store_true", help="import and train although that was done before")
    wanted = parser.parse_args(arguments)
    return on_stage.perform(lambda: _perform(wanted))


def _perform(wanted: argparse.Namespace) -> int:
    stage = on_stage.enter(wanted.stage)
    if wanted.deed == "up":
        return _set_up(wanted.yes, wanted.anew)
    return _take_away(stage) if wanted.deed == "away" else _forget()


def _set_up(yes: bool, anew: bool) -> int:
    from infra.personalize import setting_up

    _say(price.text())
    if not yes:
        raise Stopped("Say YES=1 to go on.")
    for line in setting_up.set_up(_service(), on_stage.client("iam"), anew=anew):
        _say(line)
    return 0


def _take_away(stage: str) -> int:
    from infra.personalize import taking_away

    if settings_of(stage, ROOT).recommender == "personalize":
        raise Stopped(f"The stage ranks by it: take RECOMMENDER out of infra/stages/{stage}.json and deploy it first.")
    taking_away.take_away(_service(), on_stage.client("iam"))
    return 0


def _forget() -> int:
    from infra.personalize import forgetting, role

    forgetting.forget(_service(), role.arn())
    return 0


def _service() -> Service:
    return Service(on_stage.client("personalize"), _say)


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
