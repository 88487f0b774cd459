"""`python -m infra.deploy up|diff|rollback|undeploy --stage prod`: see docs/deploying.md."""

import argparse
import sys

from botocore.exceptions import BotoCoreError, ClientError

from infra.deploy import rollback, undeploy, up
from infra.deploy.difference import difference
from infra.deploy.errors import Stopped
from infra.deploy.progress import Progress
from infra.deploy.run import Run
from infra.deploy.stage_settings import must_be_a_stage

STEPS = {"up": up.STEPS, "rollback": rollback.STEPS, "undeploy": undeploy.STEPS, "diff": 1}
DIFFERENT = 2
"""What `diff` ends with where something would change."""


def main() -> int:
    asked = _arguments()
    run = Run(asked.stage, Progress(STEPS[asked.command]), take_over=asked.take_over, url=asked.url)
    try:
        must_be_a_stage(asked.stage)
        return _perform(run, asked)
    except Stopped as stopped:
        print(stopped, file=sys.stderr)
    except (BotoCoreError, ClientError) as error:
        print(
            f"AWS did not do what was asked: {error}. Check AWS_PROFILE and AWS_REGION; then run this again.",
            file=sys.stderr,
        )
    return 1


def _perform(run: Run, asked: argparse.Namespace) -> int:
    match asked.command:
        case "up":
            up.up(run)
        case "rollback":
            rollback.rollback(run, asked.to)
        case "undeploy":
            if asked.data and not _confirmed(asked.stage):
                raise Stopped("Nothing was removed: the name was not that of the stage.")
            undeploy.undeploy(run, data=bool(asked.data))
        case "diff":
            lines = difference(run)
            print("\n".join(lines) if lines else f"{asked.stage} is as declared")
            return DIFFERENT if lines else 0
    return 0


def _confirmed(stage: str) -> bool:
    print(f"This deletes every account, work, order and journal of {stage}, for good.")
    return input(f"Type the stage's name to go on ({stage}): ").strip() == stage


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.deploy", description=__doc__)
    parser.add_argument("command", choices=sorted(STEPS))
    parser.add_argument("--stage", required=True)
    parser.add_argument(
        "--take-over", action="store_true", help="take the lock from a deployment that is known to be dead"
    )
    parser.add_argument("--url", default="", help="where the API answers, if not where the stage's settings say")
    parser.add_argument("--to", default="", help="rollback: the version, if not the one before")
    parser.add_argument("--data", choices=["delete"], help="undeploy: remove the data, too")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
