"""A search begins with the recipe, goes on where it was interrupted, and confirms its winner."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sqlft.config import Recipe, read_recipe
from sqlft.errors import InputError
from sqlft.train.callbacks import At
from sqlft.train.search import search, searches_folder

pytestmark = [
    pytest.mark.usefixtures("sqlft_home", "one_thread"),
    pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning"),
]


class _Cut(BaseException):
    pass


def chosen(base: Path, data: Path, validation: Path) -> Recipe:
    changes = [f"base={base}", f"data={data}", f"validation.data={validation}"]
    changes += ["validation.examples=4", "validation.every_steps=1", "optimiser.max_steps=2"]
    return read_recipe("tiny", changes=[*changes, "packing.max_tokens=900"])


def test_a_search_goes_on_where_it_was_interrupted_and_confirms_its_winner(
    tiny_model: Path, taught_data: Path, other_data: Path
) -> None:
    recipe = chosen(tiny_model, taught_data, other_data)
    begun: list[int] = []

    def cut_in_the_second(number: int, at: At) -> None:
        begun.append(number)
        if number == 1:
            raise _Cut

    with pytest.raises(_Cut):
        search(recipe, trials=3, told=cut_in_the_second)
    assert (searches_folder() / "tiny" / "study.sqlite").is_file()
    begun.clear()
    found = search(recipe, trials=3, told=lambda number, at: begun.append(number))
    assert set(begun) == {1, 2}  # the first trial is not repeated
    assert found.trials == 4  # the one that was cut counts as failed
    names = [one.name for one in found.confirmed]
    assert names[0] == "winner" and all(one.loss > 0 for one in found.confirmed)
    assert (found.adapter / "card.json").is_file()
    if len(found.confirmed) == 2:
        first = found.confirmed[1].values
        assert first["rank"] == recipe.lora.rank
        assert first["learning_rate"] == pytest.approx(recipe.optimiser.learning_rate)


def test_a_search_that_could_confirm_nothing_is_refused(
    tiny_model: Path, taught_data: Path, other_data: Path
) -> None:
    recipe = chosen(tiny_model, taught_data, other_data)
    whole = replace(recipe, validation=replace(recipe.validation, examples=9))
    with pytest.raises(InputError, match="nothing is left to confirm with"):
        search(whole, trials=1)
