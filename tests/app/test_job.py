"""Work beside the page: its stages, its end, and that nobody's work goes on for nobody."""

import time

import pytest

from analyst import job as job_room
from analyst.job import Job
from sqlft.ask import OnStage
from sqlft.errors import InputError
from sqlft.model import Cancel


def until_cancelled(on_stage: OnStage, cancel: Cancel) -> str:
    on_stage("generate")
    until = time.monotonic() + 120
    while not cancel() and time.monotonic() < until:
        time.sleep(0.01)
    return "ended"


def test_stages_are_told_in_order_with_their_seconds() -> None:
    def work(on_stage: OnStage, cancel: Cancel) -> int:
        on_stage("schema")
        time.sleep(0.05)
        on_stage("generate")
        return 7

    job = Job(work=work).start()
    assert job.wait(30) and job.result == 7 and job.error is None
    assert [stage.name for stage in job.stages] == ["schema", "generate"]
    assert job.stages[0].seconds >= 0.05 and all(stage.done for stage in job.stages)
    assert Job(work=work).stages == []


def test_it_ends_when_stopped() -> None:
    job = Job(work=until_cancelled).start()
    job.stop()
    assert job.wait(30) and job.stopping and job.result == "ended"


def test_it_ends_when_nobody_looks_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_room, "UNSEEN_S", 1.0)
    job = Job(work=until_cancelled).start()
    for _ in range(15):
        job.look()
        assert not job.wait(0.1)
    assert job.wait(30) and not job.stopping


def test_errors_and_defects_become_a_message_and_a_hint() -> None:
    def wrong(on_stage: OnStage, cancel: Cancel) -> None:
        raise InputError("no such file", hint="check the path")

    def defect(on_stage: OnStage, cancel: Cancel) -> None:
        raise ZeroDivisionError("x\ny")

    for work, words in ((wrong, "no such file"), (defect, "ZeroDivisionError: x y")):
        job = Job(work=work).start()
        assert job.wait(30) and job.error is not None
        assert words in job.error.message and job.error.hint
