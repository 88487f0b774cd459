"""``make demo``: plays the main job through HTTP, narrates it, and ends with a table of what was checked."""

import argparse
import sys
import time
from pathlib import Path

from infra.demo import cast, manuscripts
from infra.demo.caller import Unexpected
from infra.demo.play import Play
from infra.demo.scenes import SCENES
from infra.local.supervisor import LocalPlatform, PartFailed


def main() -> int:
    told = _arguments()
    if told.files and not told.files.is_dir():
        print(
            f"There is no folder {told.files}. Name one that holds Markdown, HTML or PDF files: make demo FILES=folder"
        )
        return 2
    if told.files and not manuscripts.files_below(told.files):
        print(f"The folder {told.files} holds no files (links are not followed).")
        return 2
    for each in manuscripts.left_out(told.files) if told.files else []:
        print(f"  left out: {str(each).encode(errors='replace').decode()}: it is a link, or its name is no UTF-8")
    print("Starting Lyceum on free ports …", flush=True)
    began = time.monotonic()
    try:
        with LocalPlatform(tell=lambda line: print(f"  {line}", flush=True)) as platform:
            play = Play(platform, _manuscripts(told.files))
            held = _perform(play)
    except PartFailed as error:
        print(f"A part of the platform failed.\n{error}")
        return 1
    print(f"\n{play.checks.table()}  ({time.monotonic() - began:.0f} s)")
    return 0 if held else 1


def _perform(play: Play) -> bool:
    for scene in SCENES:
        try:
            scene(play)
        except (Unexpected, LookupError, StopIteration) as error:
            play.checks.check(f"the scene {scene.__name__.replace('_', ' ')} could be played to its end", False, error)
            return False
    return play.checks.all_held


def _manuscripts(files: Path | None) -> list[manuscripts.Manuscript]:
    """Somebody's own files come beside the corpus, so that every scene has its works."""
    own = manuscripts.folder(files, cast.AUTHOR_EN.key) if files else []
    return manuscripts.corpus() + own


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--files", type=Path, help="a folder of your own files (make demo FILES=folder)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
