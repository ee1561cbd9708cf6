"""What is measured: a model with a strategy, and how it is asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from sqlft.config import Decoding, ModelChoice, Options
from sqlft.config.evaluation import STRATEGIES, Asking, Prices
from sqlft.errors import InputError
from sqlft.model.adapters import NO_ADAPTER

ADAPTER = "adapter:"
SHIPPED = "ask:"
"""Before an adapter's path: that adapter at the product's own settings."""
_KNOWN = f"{', '.join(STRATEGIES)}, {ADAPTER}PATH, {SHIPPED}PATH"


@dataclass(frozen=True, kw_only=True)
class Predictor:
    """One row of the report."""

    name: str
    choice: ModelChoice = field(default_factory=ModelChoice)
    decoding: Decoding = field(default_factory=Decoding)
    asking: Asking = field(default_factory=Asking)
    prices: Prices = field(default_factory=Prices)
    digest: str | None = None
    """Of the adapter's weights."""

    @property
    def is_tuned(self) -> bool:
        """It has an adapter, or cost something to tune; everything else is a baseline."""
        return self.adapter is not None or self.prices.tuning_price > 0

    @property
    def adapter(self) -> str | None:
        """The adapter; none for a model by itself."""
        return None if self.choice.adapter == NO_ADAPTER else self.choice.adapter

    @property
    def is_endpoint(self) -> bool:
        """A server writes, not this machine."""
        return self.choice.model.startswith("endpoint:")

    def as_dict(self) -> dict[str, Any]:
        """JSON-able; ``predictor_of`` takes it back."""
        return asdict(self)


def predictor_of(document: Mapping[str, Any]) -> Predictor:
    """The predictor that ``as_dict`` wrote.

    Raises:
        InputError: an option has since gone or changed.
    """
    kinds: dict[str, type[Options]] = {
        "choice": ModelChoice,
        "decoding": Decoding,
        "asking": Asking,
        "prices": Prices,
    }
    try:
        # What was kept before there were beams was written greedily.
        told = {**document, "decoding": {"beams": 1, **document["decoding"]}}
        groups: dict[str, Any] = {name: kind(**told[name]) for name, kind in kinds.items()}
        return Predictor(name=document["name"], digest=document.get("digest"), **groups)
    except (KeyError, TypeError) as error:
        raise InputError(f"a predictor of another version of sqlft: {error}") from None


def parse_predictors(text: str, common: Predictor) -> tuple[Predictor, ...]:
    """The predictors that ``bare,few-shot:bm25,adapter:PATH`` names, otherwise like ``common``.

    An adapter is shown matched values and terms, as ``sqlft ask`` does it: the strategy ``rag``,
    in its own layout. ``adapter:PATH`` decodes like all others; ``ask:PATH`` at the settings that
    ``sqlft ask`` has by default.

    Raises:
        InputError: an unknown strategy, or the same predictor twice.

    >>> [p.asking.strategy for p in parse_predictors("bare, adapter:runs/shop", Predictor(name=""))]
    ['bare', 'rag']
    """
    names = [piece.strip() for piece in text.split(",") if piece.strip()]
    if not names:
        raise InputError("no predictor is named", hint=f"known: {_KNOWN}")
    found = tuple(_named(name, common) for name in names)
    return distinct(found)


def _named(name: str, common: Predictor) -> Predictor:
    if name.startswith(ADAPTER):
        choice = replace(common.choice, adapter=name.removeprefix(ADAPTER), layout=None)
        asking = replace(common.asking, strategy="rag")
        return replace(common, name=name, choice=choice, asking=asking)
    if name.startswith(SHIPPED):
        alike = _named(ADAPTER + name.removeprefix(SHIPPED), common)
        return replace(alike, name=name, decoding=Decoding())
    if name not in STRATEGIES:
        raise InputError(f"no such predictor: {name}", hint=f"known: {_KNOWN}")
    return replace(common, name=name, asking=replace(common.asking, strategy=name))


def distinct(predictors: tuple[Predictor, ...]) -> tuple[Predictor, ...]:
    """The predictors themselves.

    Raises:
        InputError: two have the same name.
    """
    names = [predictor.name for predictor in predictors]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"the predictor {twice} is named twice")
    return predictors


def file_stem(place: int, name: str) -> str:
    """What a predictor's files are called: its place, and its name in plain letters.

    >>> file_stem(3, "adapter:runs/shop v2")
    '03-adapter-runs-shop-v2'
    """
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60]
    return f"{place:02}-{plain}"


def option_names() -> tuple[str, ...]:
    """Every option that a predictor of an eval.toml may set, besides its name."""
    groups: tuple[type[Options], ...] = (ModelChoice, Decoding, Asking, Prices)
    return tuple(spec.name for group in groups for spec in fields(group))


def with_options(common: Predictor, name: str, values: Mapping[str, Any]) -> Predictor:
    """The predictor ``common`` under another name with these options.

    Raises:
        InputError: an unknown option, or a value of a wrong type or out of bounds.
    """
    odd = sorted(values.keys() - set(option_names()))
    if odd:
        raise InputError(
            f"predictor {name}: unknown option {odd[0]!r}",
            hint=f"known options: {', '.join(option_names())}",
        )

    def changed(group: Any) -> Any:
        own = {spec.name: values[spec.name] for spec in fields(group) if spec.name in values}
        try:
            return replace(group, **own)
        except InputError as error:
            raise InputError(f"predictor {name}: {error.message}", hint=error.hint) from None

    adapter = values.get("adapter")
    base = common
    if adapter is not None and "strategy" not in values:
        base = replace(base, asking=replace(base.asking, strategy="rag"))
    if adapter is not None and "layout" not in values:
        base = replace(base, choice=replace(base.choice, layout=None))
    return replace(
        base,
        name=name,
        choice=changed(base.choice),
        decoding=changed(base.decoding),
        asking=changed(base.asking),
        prices=changed(base.prices),
    )


def resolved_paths(predictor: Predictor, folder: Path) -> Predictor:
    """The predictor with its adapter's path taken from the folder of the file that names it."""
    adapter = predictor.choice.adapter
    if adapter is None or Path(adapter).expanduser().is_absolute():
        return predictor
    beside = folder / adapter
    if not beside.is_dir():
        return predictor
    return replace(predictor, choice=replace(predictor.choice, adapter=str(beside)))
