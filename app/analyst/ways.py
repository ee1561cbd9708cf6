"""Several ways to answer one question: prompting strategies, adapters, an endpoint."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from analyst import places
from analyst.places import Place
from analyst.settings import Settings
from analyst.writer import loaded_writers, writers
from sqlft.ask import Answer, Assistant, clean_question
from sqlft.compare import STRICT, Result, compare, result_of
from sqlft.config import Decoding, ModelChoice, home
from sqlft.errors import SqlftError
from sqlft.evaluate.corridor import Asked
from sqlft.evaluate.generators import generators
from sqlft.evaluate.predictor import Predictor, parse_predictors
from sqlft.evaluate.prompting import Prompter, layout_with
from sqlft.evaluate.shots import Pool
from sqlft.examples import Dataset, Example
from sqlft.feedback import Correction
from sqlft.model import Cancel, Generator, Reply
from sqlft.prompt import Prompt
from sqlft.schema import bundled_names

ENDPOINT_VARIABLE = "SQLFT_ENDPOINT"
"""Names an endpoint to compare with, such as ``endpoint:MODEL@http://localhost:8000/v1``."""
_MORE_MODELS = 2
"""Models kept in memory beside the app's own."""


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way to answer."""

    label: str
    about: str
    predictor: Predictor | None
    """None: as the Ask page does it."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one way gave: an answer, or why there is none."""

    way: Way
    answer: Answer | None
    error: SqlftError | None
    seconds: float


AS_IN_ASK = "As in Ask"
_STRATEGIES = (
    ("bare", "Bare", "the schema and the question alone"),
    ("persona", "Persona", "told to be an expert, with rules of the trade"),
    ("few-shot:bm25", "Few-shot", "with corrections to questions like this one"),
    ("plan", "Plan first", "made to plan before it writes"),
    ("self-correct", "Self-correct", "given its own error to mend"),
)


def ways(chosen: Settings, *, has_corrections: bool) -> list[Way]:
    """The ways that this app can answer, the usual one first."""
    common = Predictor(name="", choice=chosen.model, decoding=chosen.decoding)
    found = [Way(label=AS_IN_ASK, about="the model, adapter and choice of Ask", predictor=None)]
    found += [
        Way(label=label, about=about, predictor=parse_predictors(strategy, common)[0])
        for strategy, label, about in _STRATEGIES
        if has_corrections or not strategy.startswith("few-shot")
    ]
    for folder in adapter_folders():
        predictor = parse_predictors(f"adapter:{folder}", common)[0]
        name = folder.parent.name if folder.name == "adapter" else folder.name
        found.append(Way(label=f"Adapter {name}", about="fine-tuned here", predictor=predictor))
    endpoint = os.environ.get(ENDPOINT_VARIABLE)
    if endpoint:
        choice = ModelChoice(model=endpoint)
        predictor = replace(parse_predictors("rag", common)[0], name="endpoint", choice=choice)
        found.append(Way(label="Endpoint", about=endpoint, predictor=predictor))
    return found


def adapter_folders() -> list[Path]:
    """Adapters that were trained under ``SQLFT_HOME``, the latest first."""
    found = [path.parent for path in (home() / "runs" / "train").glob("**/adapter_config.json")]
    return sorted(found, key=lambda folder: -folder.stat().st_mtime)[:4]


def answer_way(
    way: Way, place: Place, question: str, pool: Pool, chosen: Settings, cancel: Cancel
) -> Outcome:
    """What one way makes of the question; whatever goes wrong is part of the outcome."""
    begun = time.perf_counter()
    try:
        answer, error = _answered(way, place, question, pool, chosen, cancel), None
    except SqlftError as failure:
        answer, error = None, failure
    return Outcome(way=way, answer=answer, error=error, seconds=time.perf_counter() - begun)


def _answered(
    way: Way, place: Place, question: str, pool: Pool, chosen: Settings, cancel: Cancel
) -> Answer:
    if way.predictor is None:
        return places.assistant_for(place, loaded_writers(cancel)).ask(question, cancel=cancel)
    generator = generator_of(way.predictor.choice, chosen.model)
    question = clean_question(question)
    asked = Asked(
        example=Example(id="asked", database=place.key, question=question, gold=()),
        question=question,
        database=place.database,
        schema=places.schema_of(place),
    )
    prompter = Prompter(
        predictor=way.predictor,
        layout=layout_with(generator.layout, way.predictor.asking.schema_text),
        pool=pool,
        in_domain=True,
        limits=chosen.limits,
    )
    assistant = Assistant(
        database=place.database,
        generator=_Led(generator=generator, prompter=prompter, asked=asked),
        notes=place.notes,
        limits=chosen.limits,
        decoding=way.predictor.decoding,
    )
    return assistant.ask(question, cancel=cancel)


@dataclass(kw_only=True)
class _Led:
    """A generator that answers the corridor's first prompt with a strategy's prompts instead."""

    generator: Generator
    prompter: Prompter
    asked: Asked
    _led: bool = False

    @property
    def name(self) -> str:
        return self.generator.name

    @property
    def adapter(self) -> str | None:
        return self.generator.adapter

    @property
    def layout(self) -> str:
        return self.generator.layout

    def generate(
        self, prompts: Sequence[Prompt], decoding: Decoding, *, cancel: Cancel | None = None
    ) -> list[tuple[Reply, ...]]:
        """The replies to the strategy's last prompt; a later call is the corridor's own."""
        if self._led:
            return self.generator.generate(prompts, decoding, cancel=cancel)
        self._led = True
        step = self.prompter.first(self.asked)
        (replies,) = self.generator.generate([step.prompt], step.decoding, cancel=cancel)
        twice = self.prompter.predictor.asking.strategy in ("plan", "self-correct")
        second = self.prompter.second(self.asked, replies) if twice else None
        if second is not None:
            (replies,) = self.generator.generate([second.prompt], second.decoding, cancel=cancel)
        return [replies]


def generator_of(choice: ModelChoice, own: ModelChoice) -> Generator:
    """The app's own model where that is meant, else one that is loaded for it and kept a while."""
    loaded = writers().result()
    if choice == own:
        return loaded.base.generator
    for name, folder in loaded.folders.items():
        if choice == replace(own, adapter=str(folder)):
            return loaded.named[name].generator
    return _other_generator(choice)


@st.cache_resource(show_spinner=False, max_entries=_MORE_MODELS)
def _other_generator(choice: ModelChoice) -> Generator:
    return generators()(choice)


def pool_of(found: Sequence[Correction]) -> Pool:
    """Corrections as a pool of examples to show."""
    members = []
    for correction in found:
        sql = correction.right_sql if correction.judged == "corrected" else correction.sql
        if correction.judged == "wrong" or sql is None or "://" in correction.database:
            continue
        name = correction.database
        place: str | Path = name if name in bundled_names() else Path(name)
        members.append(
            (
                Dataset(name="corrections", examples_path=home(), databases={name: place}),
                Example(id=correction.id, database=name, question=correction.question, gold=(sql,)),
            )
        )
    return Pool(tuple(members))


def agreement(outcomes: Sequence[Outcome]) -> list[int | None]:
    """For each outcome the number of the group whose rows it shares; none without rows.

    Groups are numbered from 0 in the order of the outcomes; order of rows does not count.
    """
    results: list[tuple[int, Result]] = []
    groups: list[int | None] = []
    for outcome in outcomes:
        rows = outcome.answer.rows if outcome.answer is not None else None
        if rows is None:
            groups.append(None)
            continue
        result = result_of(rows)
        same = next(
            (
                group
                for group, other in results
                if compare(other, result, STRICT, ordered=False).equal
            ),
            None,
        )
        group = len({g for g, _ in results}) if same is None else same
        results.append((group, result))
        groups.append(group)
    return groups
