"""How much of Spider's training part comes through preparation proven.

    python tests/spider/check_prepare.py PATH [--out FOLDER] [--jobs N]

PATH is a folder in Spider's layout. Prints the counts by reason and the seconds taken; exits 1 when
fewer than 95 % of the examples whose gold returns rows, on a database that has rows, are verified,
when the parts drawn are not those of data/spider-split.toml, or when it takes ten minutes or more
both by the clock and in processor time (other work on the machine stretches the first).
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from pathlib import Path

from sqlft.data import (
    parse_parts,
    prepare,
    read_named_split,
    source_of,
    split_as_named,
    split_dataset,
)
from sqlft.examples import dataset

NAMED = Path(__file__).resolve().parents[2] / "data" / "spider-split.toml"
DRAW, SEED = "train=rest,choose=20,report=20", 0
VERIFIED_AT_LEAST = 0.95
SECONDS_AT_MOST = 600


def returning_dropped(folder: Path) -> int:
    """Dropped examples whose gold returns rows on its own database."""
    with (folder / "dropped.jsonl").open(encoding="utf-8") as file:
        return sum(bool(json.loads(line)["gold_rows"]) for line in file)


def is_split_as_written(prepared: Path) -> bool:
    """Whether the draw and the file of names give the same parts, to the byte."""
    made = dataset(prepared)
    with tempfile.TemporaryDirectory() as folder:
        drawn, named = Path(folder) / "drawn", Path(folder) / "named"
        counts = split_dataset(made, drawn, parts=parse_parts(DRAW), seed=SEED)
        split_as_named(made, named, read_named_split(NAMED))
        for part, count in counts.items():
            print(f"{'part ' + part:<26}{count}")
        return all(
            (drawn / part / made.examples_path.name).read_bytes()
            == (named / part / made.examples_path.name).read_bytes()
            for part in counts
        )


def processor_seconds() -> float:
    """What this process and its ended children have used so far, on all cores together."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def check(path: Path, out: Path, jobs: int | None) -> bool:
    started = time.perf_counter()
    made = prepare(source_of("spider", path), out, jobs=jobs, licence="CC BY-SA 4.0")
    seconds, processor = time.perf_counter() - started, processor_seconds()
    for what, count in made.counts.items():
        print(f"{what:<26}{count}")
    verified = made.counts["verified"]
    comparable = verified + returning_dropped(out)
    print(f"{'with rows to compare':<26}{comparable}")
    print(f"{'verified':<26}{verified / comparable:.2%}")
    print(f"{'seconds':<26}{seconds:.0f}")
    print(f"{'seconds of processor':<26}{processor:.0f}")
    as_written = is_split_as_written(out)
    print(f"{'parts as written down':<26}{'yes' if as_written else 'NO'}")
    in_time = min(seconds, processor) < SECONDS_AT_MOST
    return as_written and in_time and verified >= VERIFIED_AT_LEAST * comparable


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
