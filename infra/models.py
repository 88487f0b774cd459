"""``make models``: which model of a stage is live, and which were before it; ``BACK=1`` brings the one before back.

Containers look once a minute, so that it is so everywhere a minute later.
"""

import argparse

from infra import on_stage
from infra.deploy.errors import Stopped


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make models", description=__doc__)
    parser.add_argument("--stage", required=True)
    parser.add_argument("--back", action="store_true")
    wanted = parser.parse_args(arguments)
    return on_stage.perform(lambda: _show(wanted.stage, wanted.back))


def _show(stage: str, back: bool) -> int:
    on_stage.enter(stage)
    from chalicelib.recommend import live

    if back:
        try:
            live.roll_back()
        except live.NoSuchModel:
            raise Stopped("There is no model before: train and publish one with make train.") from None
    standing, _ = live.read()
    if standing is None:
        print("No model is live: readers are shown what is popular. Train one with make train STAGE=…")
        return 0
    print(f"live    {standing.version} since {standing.at}")
    for version in standing.before:
        print(f"before  {version}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
