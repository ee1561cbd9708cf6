"""A new adapter is taken only where nothing that there was answers more."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sqlft.loop.outcome import outcome

SIDES = ("bare", "rag", "before", "adapter")


def results(right: list[tuple[bool, ...]], *, sides: tuple[str, ...] = SIDES) -> dict[str, Any]:
    """An evaluation's results: by question, whether each side is right."""
    hits = {side: sum(one[at] for one in right) for at, side in enumerate(sides)}
    return {
        "rule": "strict",
        "best_baseline": max(("bare", "rag"), key=lambda name: hits[name]),
        "predictors": [{"name": side} for side in sides],
        "answers": [
            {
                "id": str(number),
                "gold": ["SELECT 1"],
                "said": {
                    side: {"rules": {"strict": flag}} for side, flag in zip(sides, one, strict=True)
                },
            }
            for number, one in enumerate(right)
        ],
    }


@given(st.lists(st.tuples(*[st.booleans()] * 4), min_size=1, max_size=30))
def test_it_is_taken_where_no_other_has_more_right(right: list[tuple[bool, ...]]) -> None:
    bare, rag, before, new = (sum(one[at] for one in right) for at in range(4))
    found = outcome(results(right))
    assert found.is_taken == (new >= max(bare, rag, before))
    assert (found.total, found.right) == (len(right), new)
    assert [rival.right for rival in found.rivals] == [max(bare, rag), before]
    assert all(found.right - one.right == one.gained - one.lost for one in found.rivals)


def test_what_cannot_be_answered_does_not_count_and_a_bare_start_has_one_rival() -> None:
    found = results([(True, False, True), (False, False, True)], sides=("bare", "rag", "adapter"))
    found["answers"].append({"id": "none", "gold": [], "said": {}})
    said = outcome(found)
    assert said.is_taken and said.total == 2 and len(said.rivals) == 1
    assert str(said).startswith("The new adapter is taken: of 2 questions it answers 2 rightly")
    assert str(said.rivals[0]).startswith("It gains 1 over prompting (bare) and loses 0")
