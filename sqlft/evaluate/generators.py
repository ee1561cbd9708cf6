"""What writes the replies: weights on this machine, or an endpoint."""

from __future__ import annotations

from sqlft.config import ModelChoice, Progress
from sqlft.evaluate.generating import GeneratorOf
from sqlft.model import Generator


def generators(progress: Progress | None = None) -> GeneratorOf:
    """Makes the generator of a choice; models are loaded when they are asked for."""

    def generator_of(choice: ModelChoice) -> Generator:
        if choice.model.startswith("endpoint:"):
            from sqlft.model import EndpointGenerator

            return EndpointGenerator(choice)
        from sqlft.generate import LocalGenerator
        from sqlft.model import load_model

        return LocalGenerator(load_model(choice, progress=progress))

    return generator_of
