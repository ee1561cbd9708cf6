"""What came of an adaptation: whether the new adapter answers as much as what there was before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlft.evaluate.paired import mcnemar
from sqlft.evaluate.words import p_words
from sqlft.loop.measuring import ADAPTER, BEFORE


@dataclass(frozen=True, kw_only=True)
class Rival:
    """What the new adapter is held against, on the same questions and on equal terms."""

    name: str
    """In words."""
    right: int
    gained: int
    """Questions that only the new adapter has right."""
    lost: int
    """Questions that only this one has right."""

    def __str__(self) -> str:
        p_value = p_words(mcnemar(self.gained, self.lost))
        return (
            f"It gains {self.gained:,} over {self.name} and loses {self.lost:,} "
            f"(exact McNemar {p_value})."
        )


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The new adapter beside the best prompting and the adapter that training went on from."""

    total: int
    """Questions that have an answer."""
    right: int
    rivals: tuple[Rival, ...]

    @property
    def is_taken(self) -> bool:
        """None of them has more questions right: ``sqlft ask`` takes the new one by itself."""
        return all(self.right >= rival.right for rival in self.rivals)

    def __str__(self) -> str:
        others = "".join(f", {rival.name} {rival.right:,}" for rival in self.rivals)
        said = f"of {self.total:,} questions it answers {self.right:,} rightly{others}"
        if self.is_taken:
            return f"The new adapter is taken: {said}."
        return f"The new adapter is left aside, for it answers less than what there was: {said}."


def outcome(results: Mapping[str, Any]) -> Outcome:
    """What an adaptation's evaluation found.

    Args:
        results: of the evaluation, as its ``results.json`` has them.
    """
    best = str(results["best_baseline"])
    names = {best: f"prompting ({best})", BEFORE: "the adapter before it"}
    sides = {row["name"] for row in results["predictors"]}
    new = _right(results, ADAPTER)
    rivals = tuple(
        _rival(words, new, _right(results, name)) for name, words in names.items() if name in sides
    )
    return Outcome(total=len(new), right=sum(new.values()), rivals=rivals)


def _rival(words: str, new: Mapping[str, bool], other: Mapping[str, bool]) -> Rival:
    return Rival(
        name=words,
        right=sum(other.values()),
        gained=sum(right and not other[key] for key, right in new.items()),
        lost=sum(right and not new[key] for key, right in other.items()),
    )


def _right(results: Mapping[str, Any], name: str) -> dict[str, bool]:
    """By question that has an answer, whether this one's is right."""
    rule = results["rule"]
    return {
        one["id"]: bool(one["said"][name]["rules"].get(rule))
        for one in results["answers"]
        if one["gold"]
    }
