"""Whether there is a Java that Spark runs on. Needs nothing but Python: it is asked before anything is installed."""

import os
import re
import subprocess
import sys
from pathlib import Path

OLDEST, NEWEST = 17, 21
"""Spark 3.5 names 8, 11 and 17: 17 is tested here, 21 is let pass. Java 24 lost what Hadoop's login needs."""
WHAT_TO_DO = (
    f"Spark runs on Java {OLDEST} to {NEWEST}. Install it (Debian, Ubuntu: apt-get install openjdk-17-jre-headless; "
    "macOS: brew install openjdk@17), or let JAVA_HOME name the folder where it is; then run this again."
)


def lacking() -> str | None:
    """What is wrong, and what to do about it; None where Spark can run."""
    home = os.environ.get("JAVA_HOME")
    command = str(Path(home) / "bin" / "java") if home else "java"
    try:
        said = subprocess.run([command, "-version"], capture_output=True, text=True, check=True).stderr
    except (OSError, subprocess.CalledProcessError):
        return f"There is no Java here ({command} does not run). {WHAT_TO_DO}"
    found = version(said)
    if found is None or not OLDEST <= found <= NEWEST:
        return f"The Java here is {found or 'unknown'}. {WHAT_TO_DO}"
    return None


def version(said: str) -> int | None:
    """The number that counts in what ``java -version`` says: 17 of 17.0.15, 8 of 1.8.0."""
    found = re.search(r'version "(?:1\.)?(\d+)', said)
    return int(found[1]) if found else None


if __name__ == "__main__":
    sys.exit(lacking())
