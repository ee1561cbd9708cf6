"""The options of an evaluation: what is asked, how prompts are made, and what asking costs."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlft.config.option import Options, option

STRATEGIES = (
    "bare",
    "persona",
    "few-shot",
    "few-shot:jaccard",
    "few-shot:bm25",
    "rag",
    "plan",
    "self-correct",
)
SCHEMA_TEXTS = ("compact", "create-tables")
RULES = ("spider", "bird", "sql-eval", "strict")

_MILLION = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Asking(Options):
    """How a predictor's prompts are made."""

    strategy: str = option("bare", help="The prompting strategy.", choices=STRATEGIES)
    shots: int = option(4, help="Examples that few-shot shows.", at_least=1, at_most=64)
    schema_text: str | None = option(
        None,
        help="The schema's text in prompts; default: the adapters', else the layout's own.",
        choices=SCHEMA_TEXTS,
    )


@dataclass(frozen=True, kw_only=True)
class Prices(Options):
    """What asking and tuning cost, in one currency."""

    price_per_million_prompt_tokens: float = option(
        0.0, help="Price of a million prompt tokens.", at_least=0
    )
    price_per_million_output_tokens: float = option(
        0.0, help="Price of a million written tokens.", at_least=0
    )
    price_per_hour: float = option(
        0.0, help="Price of an hour of the machine that the model runs on.", at_least=0
    )
    tuning_price: float = option(
        0.0, help="What making the adapter, or the tuned model, cost once.", at_least=0
    )

    def of(self, *, prompt_tokens: int, output_tokens: int, seconds: float) -> float:
        """What so many tokens and seconds cost.

        >>> Prices(price_per_million_prompt_tokens=2.5).of(
        ...     prompt_tokens=400_000, output_tokens=9, seconds=1.0)
        1.0
        """
        tokens = (
            prompt_tokens * self.price_per_million_prompt_tokens
            + output_tokens * self.price_per_million_output_tokens
        )
        return tokens / _MILLION + seconds * self.price_per_hour / 3600

    @property
    def known(self) -> bool:
        """Any price of asking is named."""
        return any(value for name, value in asdict(self).items() if name != "tuning_price")


@dataclass(frozen=True, kw_only=True)
class Evaluation(Options):
    """Which questions are asked, and how the answers are scored."""

    split: str | None = option(
        None, help="Only questions of this split, or `all`; default: test where there is one."
    )
    sample: int | None = option(
        None, help="Questions of each dataset, drawn with the seed; default: all.", at_least=1
    )
    sample_seed: int = option(0, help="Seed of the sample and of the pool's order.", at_least=0)
    rule: str | None = option(
        None,
        help="The headline rule; default: strict, and spider for a folder in its layout.",
        choices=RULES,
    )
    keep_distinct: bool = option(False, help="The spider rule leaves DISTINCT in place.")
    files: str | None = option(
        None, help="Question files of a folder in Spider's layout, by commas."
    )
    engine: str | None = option(
        None,
        help="What the databases must be; default: what they are.",
        choices=("duckdb", "sqlite"),
    )
    pool: str | None = option(
        None, help="Dataset that few-shot examples are from; default: the datasets' train split."
    )
    in_domain: bool = option(
        False, help="Few-shot may show examples over the database that is asked."
    )
    query_timeout_s: float = option(
        10.0, help="Seconds a query may run.", at_least=0.01, at_most=3600
    )
