"""Evaluation runs under SQLFT_HOME, as the Quality page reads them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analyst.settings import Settings
from analyst.ways import generator_of
from analyst.writer import writers
from sqlft.config import ModelChoice, Progress, bundled, home
from sqlft.config.evaluation import Evaluation
from sqlft.errors import InputError
from sqlft.evaluate.evaluation import configured, default_out, evaluate
from sqlft.evaluate.predictor import Predictor, parse_predictors
from sqlft.evaluate.run_folder import REPORT_PAGE, RESULTS, is_run, read_json
from sqlft.examples import dataset as open_dataset
from sqlft.model import Generator
from sqlft.schema import read_schema

AS_IN_ASK = "as-in-ask"
"""Among strategies: what the Ask page does over the dataset's database."""

_SEED = 0


class Stopped(Exception):
    """Somebody pressed stop; what was written so far is kept."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """One complete evaluation."""

    path: Path
    results: dict[str, Any]

    @property
    def report(self) -> Path:
        """The page that `sqlft eval` wrote."""
        return self.path / REPORT_PAGE


def run_folders() -> list[Path]:
    """Folders of complete runs, the latest first."""
    root = home() / "runs" / "eval"
    found = [path for path in root.glob("*") if is_run(path) and (path / RESULTS).is_file()]
    return sorted(found, key=lambda path: -(path / RESULTS).stat().st_mtime)


def read_run(path: Path) -> Run:
    """A run.

    Raises:
        InputError: its results are damaged, or of another version.
    """
    results = read_json(path / RESULTS)
    if not isinstance(results, dict) or not {"predictors", "answers", "rule"} <= results.keys():
        raise InputError(
            f"{path.name} is not a run of this version", hint=f"score it anew: sqlft score {path}"
        )
    return Run(path=path, results=results)


def datasets() -> list[Path]:
    """Datasets for a small evaluation: those that come with sqlft, where this copy has them."""
    return sorted(path.parent for path in bundled("data").glob("*/examples.jsonl"))


def small_evaluation(
    dataset: Path, strategies: str, sample: int, chosen: Settings, progress: Progress
) -> Path:
    """The folder of a run over a few questions, with the app's own model.

    Raises:
        InputError: the dataset cannot be read.
        ModelError: the model failed.
    """
    common = Predictor(name="", choice=chosen.model, decoding=chosen.decoding)
    progress("Loading the model", None)
    strategies = strategies.replace(AS_IN_ASK, _as_in_ask(dataset))
    config = configured(
        [dataset],
        parse_predictors(strategies, common),
        Evaluation(sample=sample, sample_seed=_SEED),
    )

    def own_or_loaded(choice: ModelChoice) -> Generator:
        return generator_of(choice, chosen.model)

    return evaluate(config, default_out(config), own_or_loaded, progress=progress)


def _as_in_ask(folder: Path) -> str:
    """The predictor that asks as the Ask page does: with the adapter that fits, where one does."""
    databases = open_dataset(folder).databases
    schema = read_schema(next(iter(databases.values())))
    adapter = writers().result().folder_for(schema)
    return "rag" if adapter is None else f"adapter:{adapter}"
