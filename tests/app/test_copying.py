"""A server is not asked: its tables are copied, and the copy is, with what it lacks in sight.

SQLite's dialect stands in for a server, under a name of its own.
"""

import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.dialects import registry

from analyst.snapshots import Snapshot, snapshot_beside
from analyst.uploads import upload_path, uploads_folder

Session = Callable[[], Any]
registry.register("shelf", "sqlalchemy.dialects.sqlite.pysqlite", "SQLiteDialect_pysqlite")


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file behind a server that the app was told of."""
    path = tmp_path / "shop.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE stores (store_id INTEGER PRIMARY KEY, city VARCHAR)")
        connection.executemany("INSERT INTO stores VALUES (?, 'Rome')", [(i,) for i in range(30)])
        connection.execute("CREATE TABLE bad (t TEXT)")
        connection.execute("INSERT INTO bad VALUES (CAST(x'ff' AS TEXT))")
    connection.close()
    monkeypatch.setenv("SQLFT_DATABASE_SHOP", f"shelf:///{path}")
    return path


def at_the_server(session: Session) -> Any:
    one = session()
    one.app.query_params["db"] = "server~shop"
    one.app.run()
    assert "No question is run on a server" in one.text
    return one


def test_every_page_that_asks_offers_the_copy(session: Session, shop: Path) -> None:
    one = at_the_server(session)
    for page in ("data", "compare"):
        assert "No question is run on a server" in one.turn_to(page).text


def test_a_server_is_copied_then_asked_and_what_was_cut_is_said(
    session: Session, shop: Path
) -> None:
    one = at_the_server(session)
    (most,) = one.app.number_input
    most.set_value(7)
    one.press("Copy").finish("copy-job")
    token = one.app.session_state["place"].partition("~")[2]
    path = upload_path(token)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    known = snapshot_beside(path)
    assert known is not None and known.cut == {"stores": 7} and "UTF-8" in known.missing["bad"]
    text = one.ask("How many stores are there?").text
    assert ">7<" in text and "A copy of shelf" in text and known.moment in text
    assert "the first 7 rows" in text and "Not copied: bad" in text
    assert "the first 7 rows" in one.turn_to("data").text
    with sqlite3.connect(shop) as connection:
        assert connection.execute("SELECT count(*) FROM stores").fetchone() == (30,)
    connection.close()


def test_a_whole_copy_has_no_warning(session: Session, shop: Path) -> None:
    one = at_the_server(session)
    (chosen,) = one.app.multiselect
    chosen.set_value(["stores"])
    one.press("Copy").finish("copy-job")
    app = one.ask("How many stores are there?").app
    assert ">30<" in one.text and not app.warning


def test_a_copy_that_fails_says_why_and_leaves_nothing(session: Session, shop: Path) -> None:
    one = at_the_server(session)
    shop.unlink()
    one.press("Copy").finish("copy-job")
    assert "has no tables" in one.app.error[0].value
    assert not list(uploads_folder().glob("*"))


@pytest.mark.parametrize("text", ["", "[]", '{"source": 1}', '{"source": "a", "more": 2}'])
def test_a_damaged_note_of_a_copy_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "copy.json").write_text(text)
    assert snapshot_beside(tmp_path / "a.duckdb") is None


def test_a_moment_is_in_words() -> None:
    known = Snapshot(source="", taken_at="2026-03-04T05:06:07+00:00", cut={}, missing={})
    assert known.moment == "4 March 2026, 05:06 UTC"
