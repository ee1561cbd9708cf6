"""What few-shot prompts show: never the question's own database unless allowed, never itself."""

from dataclasses import replace

import pytest

from sqlft.errors import InputError
from sqlft.evaluate.shots import Pool, read_pool, shots_for
from sqlft.examples import Example, dataset
from sqlft.prompt import layout

STRATEGIES = ("few-shot", "few-shot:bm25", "few-shot:jaccard")


@pytest.fixture(scope="module")
def pool(shops) -> Pool:
    return read_pool([shops], split=None, seed=0)


@pytest.fixture(scope="module")
def examples(shops) -> list[Example]:
    return list(dataset(shops).examples())


def shown(pool: Pool, example: Example, strategy: str, count: int = 3, in_domain: bool = False):
    return shots_for(
        pool, example, strategy, count=count, layout=layout("ddl"), in_domain=in_domain
    )


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_no_example_is_over_the_database_that_is_asked(pool, examples, strategy):
    for example in examples:
        other = "south" if example.database == "north" else "north"
        found = shown(pool, example, strategy)
        assert len(found) == 3
        assert all(shot.question.endswith(f"({other})") for shot in found)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_in_its_domain_a_question_still_never_sees_itself(pool, examples, strategy):
    spelled = {
        example.id: replace(example, id="another", question=example.question.upper() + " ?")
        for example in examples
    }
    for example in (*examples, *spelled.values()):
        found = shown(pool, example, strategy, count=50, in_domain=True)
        said = {shot.question.lower().strip(" ?") for shot in found}
        assert example.question.lower().strip(" ?") not in said
        assert any(example.database in shot.question for shot in found)


def test_fixed_examples_are_the_same_for_all_questions_of_a_database(pool, examples):
    for name in ("north", "south"):
        asked = [example for example in examples if example.database == name]
        assert len({shown(pool, example, "few-shot") for example in asked}) == 1


def test_chosen_examples_are_like_the_question_and_the_most_like_is_last(pool, examples):
    (asked,) = [one for one in examples if one.question == "Total amount per city? (north)"]
    for strategy in STRATEGIES[1:]:
        assert shown(pool, asked, strategy)[-1].question == "Total amount per city? (south)"


def test_the_pool_holds_answerable_questions_once_in_a_seeded_order(shops, examples):
    one, same, other = (read_pool([shops, shops], split=None, seed=seed) for seed in (0, 0, 1))
    assert one.questions == same.questions != other.questions
    assert sorted(one.questions) == sorted(e.question for e in examples if e.gold)
    train = read_pool([shops], split="train", seed=0)
    assert {example.split for _, example in train.members} == {"train"}


def test_shots_are_in_the_layouts_answer_form(pool, examples):
    asked = replace(examples[0], database="elsewhere")
    found = shots_for(pool, asked, "few-shot", count=9, layout=layout("sqlft"), in_domain=False)
    assert all(shot.answer.startswith("FROM orders SELECT") for shot in found)


def test_a_pool_without_an_example_to_show_is_one_clear_error(examples):
    with pytest.raises(InputError, match="no example to show for north"):
        shown(Pool(()), examples[0], "few-shot")
