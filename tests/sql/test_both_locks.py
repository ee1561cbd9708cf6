"""The policy and the worker each hold alone: one is tried with the other switched off."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sqlft.config import Limits
from sqlft.database import Database, close_workers, locate, read, read_catalog
from sqlft.errors import SqlError, SqlftError
from sqlft.execute import run_query
from sqlft.schema import build_bundled

CANARY = "canary-7f3a"
LIMITS = Limits(timeout_s=1, memory_mib=256, max_rows=50)
Blocks = list[tuple[str, str]]


@pytest.fixture(scope="module")
def retail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The retail file, alone with a secret file in its folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SQLFT_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv("SQLFT_CANARY", CANARY)
        path = build_bundled("retail")
        for name in ("secret.csv", "secret.json", "secret.txt"):
            (path.parent / name).write_text(CANARY)
        yield locate(path)
    close_workers()


def state_of(folder: Path) -> dict[str, str]:
    """Every file of the folder, with its digest."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_there_are_hundreds_of_each_kind(hostile_blocks: Blocks, legitimate_blocks: Blocks) -> None:
    for blocks in (hostile_blocks, legitimate_blocks):
        assert len({text.strip() for _, text in blocks}) >= 200


@pytest.mark.parametrize("door", [read, read_catalog])
def test_with_the_policy_off_the_worker_lets_nothing_out(
    retail: Database, hostile_blocks: Blocks, door: Callable[..., object]
) -> None:
    folder = Path(retail.location).parent
    before, environment = state_of(folder), dict(os.environ)
    leaks = []
    for title, text in hostile_blocks:
        try:
            result = door(retail, text.replace("secret.csv", str(folder / "secret.csv")), LIMITS)
        except SqlftError as error:
            result = error.message
        if CANARY in str(getattr(result, "table", result)):
            leaks.append(title)
    assert leaks == []
    assert state_of(folder) == before
    assert dict(os.environ) == environment


def test_what_the_policy_refuses_never_reaches_the_worker(
    retail: Database, hostile_blocks: Blocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reached(*arguments: object, **options: object) -> object:
        raise AssertionError("the worker was asked")

    monkeypatch.setattr("sqlft.execute.run.read", reached)
    for title, text in hostile_blocks:
        with pytest.raises(SqlError) as caught:
            run_query(text, retail, LIMITS)
        assert caught.value.kind in {"parse_error", "forbidden"}, title


def test_every_legitimate_query_runs_and_returns_rows(
    retail: Database, legitimate_blocks: Blocks
) -> None:
    limits = Limits(timeout_s=20, max_rows=5)
    failed = []
    for title, text in legitimate_blocks:
        try:
            if run_query(text, retail, limits).table.num_rows == 0:
                failed.append(f"{title}: no rows")
        except SqlError as error:
            failed.append(f"{title}: {error.kind}: {error.message}")
    assert failed == []
