"""Recipes are whole, say all that is wrong at once, and mean the same when they are read again."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqlft.config import Recipe, parse_recipe, read_recipe, recipe_names
from sqlft.config.option import Options
from sqlft.config.recipe_file import as_document, from_document
from sqlft.errors import InputError


def test_the_recipes_are_those_that_are_promised() -> None:
    assert recipe_names() == (
        "codellama-7b-lora",
        "codellama-7b-qlora",
        "smollm2-135m-full",
        "smollm2-135m-lora",
        "tiny",
    )


@pytest.mark.parametrize("name", recipe_names())
def test_a_recipe_survives_being_written_down(name: str) -> None:
    found = read_recipe(name, changes=["data=shop.jsonl"])
    assert from_document(as_document(found)) == found
    assert found.run.name == name


def test_the_reference_is_qlora_on_every_linear_layer() -> None:
    found = read_recipe("codellama-7b-qlora")
    assert (found.quantize, found.method, found.lora.target) == ("nf4", "lora", ("all-linear",))
    assert found.optimiser.name.startswith("paged") and found.optimiser.gradient_checkpointing


def groups(kind: type[Options]) -> set[type[Options]]:
    from sqlft.config.recipe_file import _groups

    found = set(_groups(kind).values())
    return {kind} | {deeper for inner in found for deeper in groups(inner)}


def test_every_option_has_help_and_a_default_within_its_bounds() -> None:
    for group in groups(Recipe):
        inner = {f.name for f in fields(group) if "help" not in f.metadata}
        assert all(f.metadata["help"].strip() for f in fields(group) if f.name not in inner)
        group()


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(InputError) as caught:
        parse_recipe(
            {
                "sed": 1,
                "lora": {"rank": 0, "aplha": 2},
                "mix": {"drop_rate": "often"},
                "data": [{"path": "a", "wieght": 1}],
                "optimiser": {"learning_rate": float("nan")},
                "run": 3,
            },
            changes=["packing.accumulate=true", "nonsense"],
        )
    for said in (
        "unknown key sed (did you mean seed?)",
        "lora.rank must be at least 1, not 0",
        "unknown key lora.aplha (did you mean lora.alpha?)",
        "mix.drop_rate must be a number, not 'often'",
        "unknown key data.wieght (did you mean data.weight?)",
        "optimiser.learning_rate must be at least",
        "run must be a table, [run]",
        "packing.accumulate must be a whole number, not True",
        "'nonsense' is not key=value",
    ):
        assert said in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (["method=full", "quantize=nf4"], "needs weights that are not quantised"),
        (["method=full", "init_adapter=a"], "goes on from no adapter"),
        (["method=full", "over_adapter=a"], "learns over no adapter"),
        (["init_adapter=a", "over_adapter=b"], "is not learnt over another"),
        (["validation.execution=5"], "validation.execution: needs validation.data"),
        (["validation.patience=2"], "validation.patience: needs validation.data"),
        (["validation.best_by=accuracy"], "accuracy needs validation.execution"),
        (["packing.tokens_per_step=64"], "is less than packing.tokens_per_row"),
        (['data=[{path="a"}, {path="a"}]'], "a dataset is named twice"),
        (['data=[{path="a", weight=0}]'], "every dataset has the weight 0"),
        (["data=[{weight=1}]"], "data.path: each dataset needs one"),
    ],
)
def test_what_excludes_each_other_is_refused(changes: list[str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_recipe("tiny", changes=changes)


def test_paths_are_taken_from_where_they_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "recipes"
    folder.mkdir()
    (folder / "shop.toml").write_text('[[data]]\npath = "shop"\n[validation]\ndata = "dev"\n')
    monkeypatch.chdir(tmp_path)
    found = read_recipe("recipes/shop.toml", changes=["general.data=general"])
    assert found.data[0].path == str(folder / "shop")
    assert found.validation.data == str(folder / "dev")
    assert found.general.data == str(tmp_path / "general")
    assert found.run.name == "shop"


def test_an_adapter_is_a_folder_that_lies_there_or_else_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "recipes" / "near").mkdir(parents=True)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path)
    path = Path("recipes") / "shop.toml"
    for written, meant in {
        "default": "default",
        "near": str(tmp_path / "recipes" / "near"),
        "../runs/other": str(tmp_path / "recipes" / "../runs/other"),
    }.items():
        for key in ("init_adapter", "over_adapter"):
            path.write_text(f'{key} = "{written}"\n')
            assert getattr(read_recipe(str(path)), key) == meant
    assert read_recipe(str(path), changes=["over_adapter="]).over_adapter is None
    changed = [read_recipe("tiny", changes=[f"over_adapter={one}"]) for one in ("here", "default")]
    assert [one.over_adapter for one in changed] == [str(tmp_path / "here"), "default"]


@settings(deadline=None)  # it reads a file each time
@given(st.text(max_size=30))
def test_no_change_ends_in_anything_but_a_recipe_or_one_line(change: str) -> None:
    try:
        read_recipe("tiny", changes=[change])
    except InputError as error:
        assert "\n" not in error.message


def test_a_recipe_that_is_not_there_is_told_with_the_nearest() -> None:
    with pytest.raises(InputError, match="no recipe is called 'tinny'") as caught:
        read_recipe("tinny")
    assert caught.value.hint is not None and caught.value.hint.startswith("did you mean tiny?")
    with pytest.raises(InputError, match="cannot read"):
        read_recipe("nowhere.toml")
