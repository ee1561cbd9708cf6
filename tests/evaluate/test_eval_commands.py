"""`sqlft eval`, `compare` and `score RUN` from the command line, with a real (tiny) model."""

import json
from pathlib import Path

import pytest

from sqlft.cli import main


class Ran:
    """What one command printed, and how it exited."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *arguments: object) -> None:
        with pytest.raises(SystemExit) as exit_:
            main([str(argument) for argument in arguments])
        self.code = exit_.value.code
        self.out, self.err = capsys.readouterr()


@pytest.fixture(scope="module")
def fresh_home(tmp_path_factory: pytest.TempPathFactory):
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("home")
        patch.setenv("SQLFT_HOME", str(home))
        yield home


@pytest.fixture
def evaluated(capsys, shops, tiny_model, tmp_path, fresh_home) -> Path:
    out = tmp_path / "run"
    ran = Ran(
        capsys, "eval", shops, "--model", tiny_model, "--sample", 3, "--out", out,
        "--predictors", "bare,few-shot:bm25,plan,self-correct", "--max-output-tokens", 8,
        "--schema-text", "compact", "--layout", "ddl",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert "execution accuracy, rule strict, 3 questions" in ran.out and str(out) in ran.out
    return out


def test_a_tiny_model_is_evaluated_scored_again_and_compared(capsys, evaluated, shops):
    results = json.loads((evaluated / "results.json").read_text())
    assert [row["name"] for row in results["predictors"]] == [
        "bare",
        "few-shot:bm25",
        "plan",
        "self-correct",
    ]
    for row in results["predictors"]:
        assert row["usage"]["prompt_tokens_mean"] > 50 and row["usage"]["output_tokens_mean"] > 0
        assert row["usage"]["seconds_mean"] > 0
        assert sum(row["outcomes"].values()) == 3
    assert results["scored"]["packages"]["sqlft"] and len(results["written"]) == 1
    lines = (evaluated / "replies" / "02-plan.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in lines] == [1, 1, 1, 2, 2, 2]

    scored = Ran(capsys, "score", evaluated, shops, "--rule", "bird", "--json")
    assert scored.code == 0 and json.loads(scored.out)["rule"] == "bird"
    compared = Ran(capsys, "compare", evaluated, evaluated)
    assert compared.code == 0 and "gained 0" in compared.out
    both = Ran(
        capsys, "compare", evaluated, evaluated, "--predictor", "bare", "--as", "plan", "--json"
    )
    assert json.loads(both.out)["pairs"][0]["second"] == "plan"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("eval", "SHOPS", "--predictors", "bear"), 1, "no such predictor: bear"),
        (("eval", "SHOPS", "--predictors", "none.toml"), 1, "cannot read none.toml"),
        (("eval", "nowhere"), 1, "no dataset at nowhere"),
        (("eval", "SHOPS", "--predictors", "adapter:nowhere"), 1, "the adapter nowhere"),
        (("eval", "SHOPS", "--sample", "0"), 2, "at least 1"),
        (("eval", "SHOPS", "--rule", "kind"), 2, "'kind' is not one of"),
        (("eval", "SHOPS", "--split", "dev"), 1, "no question is of the split dev"),
        (("eval", "SHOPS", "--predictors", "few-shot", "--pool", "nowhere"), 1, "no dataset at"),
        (("compare", "nowhere", "nowhere"), 1, "not the folder of an evaluation"),
        (("score", "nowhere"), 2, "Missing argument 'DATASET'"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(
    capsys, shops, tmp_path, monkeypatch, fresh_home, arguments, code, said
):
    monkeypatch.chdir(tmp_path)
    ran = Ran(capsys, *(shops if one == "SHOPS" else one for one in arguments))
    assert ran.code == code and said in ran.err
    assert len(ran.err.splitlines()) <= 2 and not ran.out
    assert not list(tmp_path.iterdir())
    assert not list(fresh_home.glob("runs/eval/*"))
