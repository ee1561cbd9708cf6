"""How much of Spider's training part comes through preparation proven.

    python tests/spider/check_prepare.py PATH [--out FOLDER] [--jobs N]

PATH is a folder in Spider's layout. Prints the counts by reason and the seconds taken; exits 1 when
fewer than 95 % of the examples whose gold returns rows, on a database that has rows, are verified,
or when it takes ten minutes or more.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from sqlft.data import prepare, source_of

VERIFIED_AT_LEAST = 0.95
SECONDS_AT_MOST = 600


def returning_dropped(folder: Path) -> int:
    """Dropped examples whose gold returns rows on its own database."""
    with (folder / "dropped.jsonl").open(encoding="utf-8") as file:
        return sum(bool(json.loads(line)["gold_rows"]) for line in file)


def check(path: Path, out: Path, jobs: int | None) -> bool:
    started = time.perf_counter()
    made = prepare(source_of("spider", path), out, jobs=jobs, licence="CC BY-SA 4.0")
    seconds = time.perf_counter() - started
    for what, count in made.counts.items():
        print(f"{what:<26}{count}")
    verified = made.counts["verified"]
    comparable = verified + returning_dropped(out)
    print(f"{'with rows to compare':<26}{comparable}")
    print(f"{'verified':<26}{verified / comparable:.2%}")
    print(f"{'seconds':<26}{seconds:.0f}")
    return verified >= VERIFIED_AT_LEAST * comparable and seconds < SECONDS_AT_MOST


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("path", type=Path)
    parser.add_argument("--out", type=Path, help="keep the prepared dataset here")
    parser.add_argument("--jobs", type=int, help="processes; default: one for each core")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        good = check(options.path, options.out or Path(folder) / "spider", options.jobs)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
