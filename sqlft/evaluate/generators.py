"""What writes the replies: weights on this machine, or an endpoint."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sqlft.config import ModelChoice, Progress
from sqlft.evaluate.generating import GeneratorOf
from sqlft.evaluate.predictor import Predictor
from sqlft.model import Generator

if TYPE_CHECKING:
    from sqlft.generate import LocalGenerator


def generators(
    predictors: Sequence[Predictor] = (), progress: Progress | None = None
) -> GeneratorOf:
    """Makes the generator of a predictor's choice when it is asked for.

    The adapters that ``predictors`` have of one model share it in memory; the model before it is
    let go.
    """
    return _Loading(choices=[one.choice for one in predictors], progress=progress).generator


@dataclass(kw_only=True)
class _Loading:
    choices: Sequence[ModelChoice]
    progress: Progress | None
    loaded: dict[ModelChoice, LocalGenerator] = field(default_factory=dict)

    def generator(self, choice: ModelChoice) -> Generator:
        if choice.model.startswith("endpoint:"):
            from sqlft.model import EndpointGenerator

            return EndpointGenerator(choice)
        if choice not in self.loaded:
            self.loaded.clear()
            gc.collect()  # the next model may need all of the device's memory
            self._load(choice)
        return self.loaded[choice]

    def _load(self, choice: ModelChoice) -> None:
        from sqlft.generate import LocalGenerator
        from sqlft.model import load_models
        from sqlft.model.adapters import NO_ADAPTER

        alike = [
            one for one in dict.fromkeys([*self.choices, choice]) if _base(one) == _base(choice)
        ]
        names = {str(place): one for place, one in enumerate(alike)}
        adapters = {
            n: None if one.adapter == NO_ADAPTER else one.adapter for n, one in names.items()
        }
        first: LocalGenerator | None = None
        for name, loaded in load_models(choice, adapters, progress=self.progress).items():
            found = LocalGenerator(loaded, beside=first)
            first = first or found
            self.loaded[names[name]] = found


def _base(choice: ModelChoice) -> ModelChoice:
    """What two choices must share to share a model in memory."""
    return replace(choice, adapter=None)
