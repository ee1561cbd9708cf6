"""Bundled schemas: built at first use, again only when their files change, never half."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from sqlft.database import close_workers
from sqlft.errors import InputError, ModelError
from sqlft.schema import (
    build_bundled,
    bundled,
    bundled_names,
    bundled_path,
    load_notes,
    notes_path,
    open_database,
    read_schema,
)

ROWS = '''
"""Rows of a tiny shop."""
from __future__ import annotations
from collections.abc import Iterator
from dataclasses import dataclass
import pyarrow as pa

@dataclass
class Size:
    rows: int

def tables(seed: int = 7) -> Iterator[tuple[str, pa.Table]]:
    yield "city", pa.table({"id": pa.array(range(Size(rows=seed).rows), pa.int32())})
    yield "flat", pa.table({"city_id": pa.array([1], pa.int32())})
'''


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of one bundled schema, ``homes``; everything is built under ``tmp_path``."""
    homes = tmp_path / "schemas" / "homes"
    homes.mkdir(parents=True)
    (homes / "schema.sql").write_text(
        "CREATE TABLE city (id INTEGER PRIMARY KEY);\n"
        "CREATE TABLE flat (city_id INTEGER REFERENCES city (id)); -- the end"
    )
    (homes / "rows.py").write_text(ROWS)
    (homes / "notes.toml").write_text("[tables.city]\nmeaning = 'a town'")
    monkeypatch.setattr(bundled, "bundled", lambda name: tmp_path / name)
    monkeypatch.setenv("SQLFT_HOME", str(tmp_path / "home"))
    return homes


def _version(path: Path) -> tuple[int, int, int]:
    found = path.stat()  # less its access time, which reading changes
    return found.st_mtime_ns, found.st_size, found.st_ino


def test_a_bundled_database_is_built_once_with_its_notes(folder: Path) -> None:
    heard: list[str] = []
    database = open_database("homes", progress=lambda text, share: heard.append(text))
    assert heard == ["building homes: city", "building homes: flat"]
    notes = notes_path(database)
    schema = read_schema(database, notes=notes)
    assert notes == folder / "notes.toml"
    assert [(t.name, t.row_count, t.meaning) for t in schema.tables] == [
        ("city", 7, "a town"),
        ("flat", 1, None),
    ]
    built = _version(Path(database.location))
    assert open_database("homes") == database
    assert _version(Path(database.location)) == built
    assert len(heard) == 2


@pytest.mark.parametrize("changed", ["schema.sql", "rows.py", "names.json"])
def test_changed_inputs_are_built_anew_and_changed_notes_are_not(
    folder: Path, changed: str
) -> None:
    first = _version(build_bundled("homes"))
    (folder / "notes.toml").write_text("")
    assert _version(build_bundled("homes")) == first
    with (folder / changed).open("a") as file:
        file.write("\n")
    assert _version(build_bundled("homes")) != first


def test_force_builds_in_any_case(folder: Path) -> None:
    first = _version(build_bundled("homes"))
    assert _version(build_bundled("homes", force=True)) != first


def test_a_build_that_fails_leaves_what_was_there(folder: Path) -> None:
    before = build_bundled("homes").read_bytes()
    (folder / "rows.py").write_text(ROWS + "    raise ValueError('no\\nmore')\n")
    with pytest.raises(ModelError, match="homes cannot be built: ValueError: no more"):
        build_bundled("homes")
    assert bundled_path("homes").read_bytes() == before
    assert [p.name for p in bundled_path("homes").parent.iterdir()] == ["homes.duckdb"]


def test_rows_that_do_not_compile_are_the_installations_to_mend(folder: Path) -> None:
    (folder / "rows.py").write_text("def tables(:")
    with pytest.raises(ModelError, match="homes cannot be built: SyntaxError"):
        build_bundled("homes")


def test_rows_may_come_from_several_files_and_nothing_is_written_beside_them(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    for rows in (3, 5):
        (folder / "drawing.py").write_text(f"COUNT = {rows}\n")
        text = ROWS.replace(
            "import pyarrow as pa", "import pyarrow as pa\nfrom .drawing import COUNT"
        )
        (folder / "rows.py").write_text(text.replace("rows=seed", "rows=COUNT"))
        city = read_schema(open_database("homes")).table("city")
        assert city is not None and city.row_count == rows
    assert not list(folder.rglob("__pycache__")) and not sys.dont_write_bytecode


def test_a_file_that_is_no_database_or_of_another_origin_is_replaced(folder: Path) -> None:
    path = bundled_path("homes")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"half a file")
    assert read_schema(open_database("homes")).table("city") is not None
    path.unlink()
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE other (a INTEGER)")
    assert read_schema(open_database("homes")).table("city") is not None


def test_a_file_cut_short_behind_its_stamp_is_built_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SQLFT_HOME", str(tmp_path))
    path = build_bundled("retail")  # large enough for the catalog to lie before the cut
    whole = path.stat().st_size
    with path.open("r+b") as file:
        file.truncate(1 << 20)
    with duckdb.connect(str(path), read_only=True) as connection:
        assert connection.execute("SELECT sqlft_built_from()").fetchone()
    build_bundled("retail")
    assert path.stat().st_size > whole * 0.9


HOLD = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1])
connection.execute("CREATE TABLE more (a INTEGER)")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("force", [False, True])
def test_a_file_that_another_program_writes_is_not_replaced_under_it(
    folder: Path, force: bool
) -> None:
    path = build_bundled("homes")
    close_workers()
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None and holder.stdin is not None
        assert holder.stdout.readline() == b"held\n"
        inode = path.stat().st_ino
        with pytest.raises(InputError, match="open for writing in another program"):
            build_bundled("homes", force=force)
        assert path.stat().st_ino == inode
        holder.stdin.close()
    assert read_schema(open_database("homes")).table("more") is not None


def test_building_writes_nothing_beside_the_schema(folder: Path) -> None:
    before = sorted(folder.iterdir())
    build_bundled("homes")
    assert sorted(folder.iterdir()) == before


def test_an_unknown_word_gives_the_nearest_bundled_names(folder: Path) -> None:
    with pytest.raises(InputError, match="'hoems'") as caught:
        open_database("hoems")
    assert caught.value.hint == "did you mean homes?"
    with pytest.raises(InputError) as caught:
        open_database("xyzzy")
    assert caught.value.hint == "bundled: homes"
    with pytest.raises(InputError, match="no bundled database"):
        build_bundled("hoems")
    with pytest.raises(InputError, match="no such database"):
        open_database("hoems.duckdb")


def test_a_path_is_a_file_even_where_a_bundled_schema_has_its_name(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with duckdb.connect("homes") as connection:
        connection.execute("CREATE TABLE mine (a INTEGER)")
    for given in ("./homes", Path("homes")):
        assert open_database(given).location == str(tmp_path / "homes")
    assert open_database("homes").location == str(bundled_path("homes"))


def test_the_notes_of_a_file_lie_beside_it(duckdb_of, tmp_path: Path) -> None:
    database = duckdb_of("CREATE TABLE t (a INTEGER)")
    assert notes_path(database) is None
    shared, own = tmp_path / "notes.toml", tmp_path / "shop.notes.toml"
    shared.write_text("")
    assert notes_path(database) == shared
    own.write_text("")
    assert notes_path(database) == own


@pytest.mark.parametrize("name", bundled_names())
def test_every_shipped_schema_has_notes_that_fit_its_tables(name: str) -> None:
    from sqlft.schema import bundled_folder, parse_ddl

    shipped = bundled_folder(name)
    schema = parse_ddl((shipped / "schema.sql").read_text(encoding="utf-8"), name)
    noted = load_notes(shipped / "notes.toml", schema)
    assert noted.glossary and noted.today
