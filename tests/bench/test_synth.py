"""Pairs cost so little work that two cores make fifty a second, in processes that stay small."""

import resource
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
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < MIB_AT_MOST * 1024
