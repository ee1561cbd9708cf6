"""Pairs cost so little work that two cores make fifty a second, in processes that stay small."""

import os
import resource
import subprocess
import sys
from pathlib import Path

from sqlft.data.synth import Wanted, subjects_of, synthesise
from sqlft.database import close_workers

PAIRS, CORES = 300, 2
PAIRS_A_SECOND_AT_LEAST = 50
MIB_AT_MOST = 400


def cpu_s() -> float:
    """CPU seconds of this process and its ended children; unlike the clock's, those of others
    on the machine do not count."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(used.ru_utime + used.ru_stime for used in both)


def test_fifty_pairs_a_second_on_two_cores(sqlft_home: Path, tmp_path: Path) -> None:
    subjects = subjects_of(["retail"])  # built before the clock starts
    close_workers()
    before = cpu_s()
    made = synthesise(subjects, tmp_path / "pairs", Wanted(pairs=PAIRS), jobs=1)
    close_workers()  # whose CPU seconds count once they ended
    seconds = (cpu_s() - before) / CORES
    assert made.pairs == PAIRS
    assert PAIRS / seconds >= PAIRS_A_SECOND_AT_LEAST


def test_making_pairs_takes_little_memory(sqlft_home: Path, tmp_path: Path) -> None:
    words = ["data", "synth", "retail", str(tmp_path / "pairs"), "--n", "100", "--jobs", "1"]
    made = subprocess.Popen([sys.executable, "-m", "sqlft", *words], stdout=subprocess.DEVNULL)
    # Of this command and what it started alone: other tests' processes were larger.
    _, status, used = os.wait4(made.pid, 0)
    made.returncode = os.waitstatus_to_exitcode(status)
    assert made.returncode == 0
    assert used.ru_maxrss < MIB_AT_MOST * 1024
