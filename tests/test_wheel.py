"""The wheel holds everything that runs: used from an empty folder, far from the checkout."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds what the wheel holds, and nothing else."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(folder)]
    subprocess.run([*command, str(CHECKOUT)], check=True, capture_output=True, timeout=300)
    (wheel,) = folder.glob("sqlft-*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder / "site")
    return folder / "site"


def sqlft(
    site: Path, here: Path, *arguments: str, without: str = ""
) -> subprocess.CompletedProcess[str]:
    """The wheel's command line, where the module ``without`` is not installed."""
    environment = {**os.environ, "PYTHONPATH": str(site), "SQLFT_HOME": str(here / "home")}
    code = (
        "import importlib.util, sys;"
        "found = importlib.util.find_spec;"
        f"importlib.util.find_spec = lambda name, *_: found(name) if name != {without!r} else None;"
        f"sys.modules.update({{name: None for name in [{without!r}] if name}});"
        "import sqlft, sqlft.cli;"
        f"assert sqlft.__file__.startswith({str(site)!r}), sqlft.__file__;"
        "sqlft.cli.main(sys.argv[1:])"
    )
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=here,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_everything_bundled_is_found_from_an_empty_folder(site: Path, tmp_path: Path) -> None:
    assert "retail" in sqlft(site, tmp_path, "schema", "list").stdout.split()
    built = sqlft(site, tmp_path, "schema", "build", "retail")
    assert built.returncode == 0, built.stderr
    assert Path(built.stdout.strip()).is_file()
    ran = sqlft(site, tmp_path, "run", "retail", "SELECT count(*) AS n FROM stores", "--json")
    assert json.loads(ran.stdout)["rows"][0][0] > 0
    refused = sqlft(site, tmp_path, "check", "retail", "SELECT * FROM read_csv('x')")
    assert refused.returncode == 1 and "forbidden" in refused.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_the_app_offers_the_same_evaluations_as_in_a_checkout(site: Path, tmp_path: Path) -> None:
    code = (
        "from analyst.runs import datasets; from sqlft.examples import dataset;"
        "print(*[f'{path.name}={len(list(dataset(path).examples()))}' for path in datasets()])"
    )
    paths = os.pathsep.join(map(str, (site / "sqlft" / "_app", site)))
    environment = {**os.environ, "PYTHONPATH": paths, "SQLFT_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120
    )
    here = {
        path.parent.name: path.read_text(encoding="utf-8").count("\n")
        for path in (CHECKOUT / "data").glob("*/examples.jsonl")
    }
    assert dict(one.split("=") for one in done.stdout.split()) == {
        name: str(count) for name, count in here.items()
    }, done.stderr


@pytest.mark.parametrize(
    ("extra", "module", "arguments"),
    [
        (
            "endpoint",
            "openai",
            ("ask", "retail", "How many?", "--model", "endpoint:m@http://[::1]:9/v1"),
        ),
        ("app", "streamlit", ("app", "retail")),
    ],
)
def test_a_missing_extra_is_named(
    site: Path, tmp_path: Path, extra: str, module: str, arguments: tuple[str, ...]
) -> None:
    said = sqlft(site, tmp_path, *arguments, without=module)
    assert said.returncode == 1
    assert f"pip install 'sqlft[{extra}]'" in said.stderr
    assert "Traceback" not in said.stderr


def test_the_wheel_claims_one_top_level_package(site: Path) -> None:
    assert {p.name for p in site.iterdir() if not p.name.endswith(".dist-info")} == {"sqlft"}
    assert (site / "sqlft" / "py.typed").is_file()
    app = site / "sqlft" / "_app"
    assert {"main.py", "look.css", "mark.svg", ".streamlit"} <= {p.name for p in app.iterdir()}
    assert (app / ".streamlit" / "config.toml").is_file() and not list(app.rglob("*.pyc"))
    assert "Requires-Python: <3.14,>=3.11" in next(site.glob("*.dist-info/METADATA")).read_text()
