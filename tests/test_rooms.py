"""The structure holds: rooms in one order, a short front door, a light import."""

import ast
import subprocess
import sys
from pathlib import Path

import sqlft

PACKAGE = Path(sqlft.__file__).parent
ORDER = (
    "errors files config compare page sql database schema examples prompt record model generate "
    "execute ask data evaluate train feedback loop cli"
).split()
TORCH_ROOMS = {"model", "generate", "train"}
FRONT_DOOR = [
    "Answer",
    "Assistant",
    "Decoding",
    "FixedGenerator",
    "InputError",
    "Limits",
    "ModelError",
    "Schema",
    "SqlError",
    "SqlftError",
    "check_sql",
    "load",
    "read_schema",
    "run_query",
]


def room_of(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if parts[0] == "sqlft" and len(parts) > 1 else None


def imports_of(file: Path) -> set[str]:
    """Every module that a file imports, at its top or inside a function."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file.name}: relative import"
            found.add(node.module or "")
            if node.module == "sqlft":
                found |= {f"sqlft.{alias.name}" for alias in node.names}
    return found


def source_files() -> list[Path]:
    return [f for f in PACKAGE.rglob("*.py") if "_schemas" not in f.parts]


def home_of(file: Path) -> str:
    return file.relative_to(PACKAGE).with_suffix("").parts[0]


def test_every_file_lies_in_a_room_of_the_order() -> None:
    homes = {home_of(f) for f in source_files()} - {"__init__", "__main__"}
    assert homes <= set(ORDER)


def test_imports_never_step_back_in_the_order() -> None:
    steps_back = []
    for file in source_files():
        home = home_of(file)
        if home not in ORDER:
            continue
        for module in imports_of(file):
            room = room_of(module)
            if room in ORDER and ORDER.index(room) > ORDER.index(home):
                steps_back.append(f"{file.relative_to(PACKAGE)} imports {module}")
    assert steps_back == []


def test_only_the_torch_rooms_import_torch() -> None:
    heavy = {"torch", "transformers", "peft", "bitsandbytes"}
    for file in source_files():
        if home_of(file) not in TORCH_ROOMS:
            assert not {m.split(".")[0] for m in imports_of(file)} & heavy, file


def test_the_front_door_is_the_agreed_sorted_list() -> None:
    assert sqlft.__all__ == FRONT_DOOR == sorted(FRONT_DOOR)
    for name in sqlft.__all__:
        assert getattr(sqlft, name) is not None


def loaded_after(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


def test_import_and_help_never_load_a_heavy_library() -> None:
    heavy = {"torch", "transformers", "duckdb", "pyarrow", "sqlalchemy"}
    assert not loaded_after("import sqlft") & heavy
    usage = "from sqlft.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass"
    assert not loaded_after(usage) & heavy
