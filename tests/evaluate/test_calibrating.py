"""An adapter's confidence is fitted on a run, and `sqlft ask` has it from then on."""

import json
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from sqlft.ask.confidence import calibration_of
from sqlft.cli.calibrate import calibrate
from sqlft.config import Decoding
from sqlft.config.evaluation import Evaluation
from sqlft.errors import InputError
from sqlft.evaluate import Predictor, parse_predictors
from sqlft.evaluate.calibrating import calibrate as fit
from sqlft.evaluate.evaluation import configured, evaluate
from sqlft.evaluate.run_folder import opened_run
from sqlft.examples import Dataset, Example, write_examples, write_manifest
from sqlft.model import Cancel, Reply
from sqlft.prompt import Prompt

ASKED = 80


class Taught:
    """An adapter that is right where it is sure, three times of four."""

    name, layout = "taught", "sqlft"

    def __init__(self, adapter: Path) -> None:
        self.adapter = str(adapter)

    def generate(
        self, prompts: Sequence[Prompt], decoding: Decoding, *, cancel: Cancel | None = None
    ) -> list[tuple[Reply, ...]]:
        found = []
        for prompt in prompts:
            number = int(prompt.question.split()[-1])
            said = number if number % 4 else number + 1
            sure = -1.0 if number % 4 else -30.0
            text = f"FROM orders SELECT id WHERE id = {said}"
            found.append((Reply(text=text, log_probability=sure, output_tokens=10),))
        return found


@pytest.fixture(scope="module")
def adapter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("taught") / "adapter"
    folder.mkdir()
    (folder / "adapter_config.json").write_text("{}")
    (folder / "adapter_model.safetensors").write_bytes(b"")
    (folder / "card.json").write_text(json.dumps({"layout": "sqlft"}))
    return folder


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, adapter: Path) -> Path:
    folder = tmp_path_factory.mktemp("evaluated")
    data, out = folder / "data", folder / "run"
    data.mkdir()
    with duckdb.connect(str(data / "shop.duckdb")) as connection:
        connection.execute("CREATE TABLE orders AS SELECT range AS id FROM range(100)")
    examples = [
        Example(
            id=str(number),
            database="shop",
            question=f"Which order is number {number}",
            gold=(f"SELECT id FROM orders WHERE id = {number}",),
        )
        for number in range(ASKED)
    ]
    write_examples(data / "examples.jsonl", examples)
    described = Dataset(
        name="shop",
        examples_path=data / "examples.jsonl",
        databases={"shop": data / "shop.duckdb"},
    )
    write_manifest(data, described)
    predictors = parse_predictors(f"adapter:{adapter}", Predictor(name=""))
    evaluate(configured([data], predictors, Evaluation()), out, lambda choice: Taught(adapter))
    return out


def test_a_run_becomes_a_confidence_that_tells_right_from_wrong(run: Path, adapter: Path) -> None:
    found, path = fit(opened_run(run), progress=None)
    assert path == adapter / "confidence.json"
    assert found.answers == ASKED and found.error < 0.1
    known = calibration_of(str(adapter)).by_way[1, Decoding().beams]
    assert known.confidence((0.0, 1.0, 1.0, 0.0)) > 0.9
    assert known.confidence((4.0, 1.0, 1.0, 0.0)) < 0.1


def test_the_command_tells_what_was_fitted(run: Path) -> None:
    said = CliRunner().invoke(calibrate, [str(run)], catch_exceptions=False, standalone_mode=False)
    assert f"Fitted    on {ASKED} answers" in said.output
    assert "expected calibration error" in said.output


def test_a_predictor_that_is_not_in_the_run_is_told(run: Path) -> None:
    with pytest.raises(InputError, match="no adapter named 'other'"):
        fit(opened_run(run), "other", progress=None)
