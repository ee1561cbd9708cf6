"""A pair costs a few dozen readings of its SQL, in processes that stay small."""

import resource
import subprocess
import sys
from pathlib import Path

from sqlft.data.synth import Wanted, subjects_of, synthesise
from sqlft.database import close_workers
from sqlft.examples import dataset
from sqlft.schema import read_schema
from sqlft.sql import canonical

PAIRS, CORES = 300, 2
READINGS_AT_MOST = 30
"""Of the pairs' SQL into its canonical form. Measured: 9 to 11, which was 145 pairs a second of two
cores; at 30 they would make fifty."""
MIB_AT_MOST = 400
PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
"""Run in between by a small process: a new one takes over the peak of the one that starts it, and
the tests' own process is larger than what is measured."""


def cpu_s() -> float:
    """CPU seconds of this process and its ended children; unlike the clock's, those of others
    on the machine do not count."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(used.ru_utime + used.ru_stime for used in both)


def test_a_pair_costs_at_most_thirty_readings_of_its_sql(sqlft_home: Path, tmp_path: Path) -> None:
    subjects = subjects_of(["retail"])  # built before the clock starts
    close_workers()
    before = cpu_s()
    made = synthesise(subjects, tmp_path / "pairs", Wanted(pairs=PAIRS), jobs=1)
    close_workers()  # whose CPU seconds count once they ended
    seconds = cpu_s() - before
    assert made.pairs == PAIRS
    schema = read_schema(subjects[0].place)
    golds = [gold for example in dataset(made.path).examples() for gold in example.gold]
    reading = []
    for _ in range(3):
        before = cpu_s()
        for gold in golds:
            canonical(gold, schema)
        reading.append(cpu_s() - before)
    ratio = seconds / min(reading)
    print(f"{PAIRS * CORES / seconds:.0f} pairs a second on two cores; {ratio:.1f} readings")
    assert ratio < READINGS_AT_MOST


def test_making_pairs_takes_little_memory(sqlft_home: Path, tmp_path: Path) -> None:
    words = ["data", "synth", "retail", str(tmp_path / "pairs"), "--n", "100", "--jobs", "1"]
    command = [sys.executable, "-c", PEAK, sys.executable, "-m", "sqlft", *words]
    made = subprocess.run(command, check=True, capture_output=True, text=True)
    peak_mib = int(made.stdout.split()[-1]) / 1024
    assert 50 < peak_mib < MIB_AT_MOST
