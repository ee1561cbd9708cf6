"""A model folder is whole or not there."""

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from sqlft.errors import ModelError
from sqlft.model.folder import install, verify, weights_digest

SLOW_MAKE = """
import sys, time
from pathlib import Path
from sqlft.model.folder import install

folder, log, go = (Path(text) for text in sys.argv[1:])

def make(partial):
    (partial / "weights.safetensors").write_bytes(b"0" * 1000)
    with log.open("a") as file:
        file.write("made\\n")
    until = time.monotonic() + 120
    while not go.exists() and time.monotonic() < until:
        time.sleep(0.02)
    return {"package": "tiny"}

install(folder, make)
"""


def make(partial: Path) -> dict[str, Any]:
    (partial / "weights.safetensors").write_bytes(b"0" * 1000)
    (partial / "config.json").write_text("{}")
    return {"package": "tiny"}


def started(folder: Path, log: Path, go: Path) -> subprocess.Popen[bytes]:
    """A process that makes the folder as soon as the file ``go`` is there."""
    command = [sys.executable, "-c", SLOW_MAKE, str(folder), str(log), str(go)]
    return subprocess.Popen(command)


def wait_for(log: Path) -> None:
    give_up = time.monotonic() + 120
    while not log.exists():
        assert time.monotonic() < give_up
        time.sleep(0.02)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def test_an_installed_folder_is_whole_and_alone(tmp_path: Path) -> None:
    folder = install(tmp_path / "models" / "tiny", make)
    assert verify(folder, full=True) == folder
    assert names(folder.parent) == ["tiny"]


def test_a_killed_making_leaves_nothing_that_looks_whole_and_the_next_cleans_up(
    tmp_path: Path,
) -> None:
    folder, log = tmp_path / "tiny", tmp_path / "log"
    process = started(folder, log, tmp_path / "never")
    wait_for(log)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not folder.exists()
    assert names(tmp_path) == ["log", f"tiny.partial-{process.pid}"]
    install(folder, make)
    assert names(tmp_path) == ["log", "tiny"]


def test_of_two_at_once_one_makes_it_and_both_have_it(tmp_path: Path) -> None:
    folder, log = tmp_path / "tiny", tmp_path / "log"
    first = started(folder, log, tmp_path / "go")
    wait_for(log)
    said: list[str] = []

    def progress(message: str, share: float | None) -> None:
        said.append(message)
        (tmp_path / "go").touch()

    install(folder, make, progress=progress)
    assert first.wait() == 0
    assert said == ["waiting for another process that fetches tiny"]
    assert log.read_text() == "made\n"
    assert sorted(p.name for p in folder.iterdir()) == ["sqlft.json", "weights.safetensors"]


def test_a_killed_replacement_puts_the_old_folder_back(tmp_path: Path) -> None:
    folder = install(tmp_path / "tiny", make)
    folder.rename(tmp_path / "tiny.partial-replaced")  # where it lies between the two renames

    def never(partial: Path) -> dict[str, Any]:
        raise AssertionError("made again")

    assert install(folder, never) == folder


def test_force_replaces_and_a_failed_replacement_keeps_what_was_there(tmp_path: Path) -> None:
    folder = install(tmp_path / "tiny", make)

    def fails(partial: Path) -> dict[str, Any]:
        (partial / "half").write_text("x")
        raise ModelError("no")

    with pytest.raises(ModelError, match="no"):
        install(folder, fails, force=True)
    assert verify(folder, full=True) == folder

    def other(partial: Path) -> dict[str, Any]:
        (partial / "weights.safetensors").write_bytes(b"1")
        return {}

    before = weights_digest(folder)
    install(folder, other, force=True)
    assert weights_digest(folder) != before
    assert names(tmp_path) == ["tiny"]


@pytest.mark.parametrize("full", [False, True])
def test_a_truncated_or_missing_file_is_damage_that_names_the_remedy(
    tmp_path: Path, full: bool
) -> None:
    folder = install(tmp_path / "tiny", make)
    os.truncate(folder / "weights.safetensors", 999)
    with pytest.raises(ModelError, match=r"is damaged: weights\.safetensors") as caught:
        verify(folder, full=full)
    assert caught.value.hint == "sqlft model fetch --force tiny"
    (folder / "weights.safetensors").unlink()
    with pytest.raises(ModelError, match="is damaged"):
        verify(folder, full=full)


def test_a_changed_byte_is_found_by_the_full_check(tmp_path: Path) -> None:
    folder = install(tmp_path / "tiny", make)
    (folder / "weights.safetensors").write_bytes(b"1" + b"0" * 999)
    verify(folder)
    with pytest.raises(ModelError, match="is damaged"):
        verify(folder, full=True)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"files": {}}', '{"files": {"a": 1}}'])
def test_a_damaged_list_is_damage(tmp_path: Path, text: str) -> None:
    folder = install(tmp_path / "tiny", make)
    (folder / "sqlft.json").write_text(text)
    with pytest.raises(ModelError, match=r"damaged: sqlft\.json"):
        verify(folder)


def test_a_full_disk_is_one_line_and_nothing_is_left(tmp_path: Path) -> None:
    def fills(partial: Path) -> dict[str, Any]:
        (partial / "half").write_text("x")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(ModelError, match="not enough space"):
        install(tmp_path / "tiny", fills)
    assert names(tmp_path) == []


def test_a_home_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match="cannot write in") as caught:
        install(tmp_path / "file" / "models" / "tiny", make)
    assert "SQLFT_HOME" in str(caught.value.hint)
