"""The options of an adaptation: how long, from what, and measured how."""

from __future__ import annotations

from dataclasses import dataclass

from sqlft.config.choices import DEFAULT_MODEL
from sqlft.config.option import Options, option

_PAIRS_A_MINUTE = 100
_FEWEST_PAIRS, _MOST_PAIRS = 500, 5000


@dataclass(frozen=True, kw_only=True)
class Adaptation(Options):
    """What an adaptation does with a database."""

    minutes: float = option(20.0, help="Minutes of training, at most.", at_least=0.02)
    examples: str | None = option(
        None,
        help="Pairs of your own: a .csv file (question, sql), a .jsonl file of examples, or a "
        "dataset's folder. Those of the split `test` are asked instead of taught.",
    )
    pairs: int | None = option(
        None,
        help=f"Pairs to make; default: {_PAIRS_A_MINUTE} for each minute, "
        f"{_FEWEST_PAIRS} to {_MOST_PAIRS:,}.",
        at_least=20,
    )
    questions: int = option(60, help="Questions that each side is asked at the end.", at_least=1)
    model: str = option(
        DEFAULT_MODEL, help="The base: a known model's name, a Hugging Face id, a local folder."
    )
    start: str | None = option(
        None,
        help="The adapter to go on from, or none; default: the known adapter `default`, "
        "if it is of this base.",
    )
    device: str = option("auto", help="Where it runs.", choices=("auto", "cpu", "cuda"))
    seed: int = option(7, help="Seed of every random draw.", at_least=0, at_most=2**31 - 1)

    @property
    def wanted_pairs(self) -> int:
        """Pairs to make: more than two cores read in the minutes help nothing.

        >>> [Adaptation(minutes=m).wanted_pairs for m in (1, 10, 60)]
        [500, 1000, 5000]
        """
        if self.pairs is not None:
            return self.pairs
        return min(_MOST_PAIRS, max(_FEWEST_PAIRS, round(self.minutes * _PAIRS_A_MINUTE)))
