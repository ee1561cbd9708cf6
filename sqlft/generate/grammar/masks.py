"""The mask that fits a prompt."""

from __future__ import annotations

import warnings
from functools import cached_property

from sqlft.generate.grammar.canonical import canonical_sentences
from sqlft.generate.grammar.ordinary import ordinary_sentences
from sqlft.generate.grammar.sentence_mask import SentenceMask
from sqlft.generate.grammar.vocabulary import UnknownTokenizer, Vocabulary, vocabulary
from sqlft.generate.mask import Mask
from sqlft.model import LoadedModel
from sqlft.prompt import Prompt, layout


class Masks:
    """Makes masks for one model's answers. The tokenizer is looked into at the first."""

    def __init__(self, loaded: LoadedModel) -> None:
        self._loaded = loaded

    def mask(self, prompt: Prompt) -> Mask | None:
        """What answers to the prompt may be; none where nothing is known to hold them to.

        That is a prompt that shows no schema, or a tokenizer that the grammar engine does not
        know: then a warning says so once, and answers are checked as ever.
        """
        if prompt.schema is None or self._words is None:
            return None
        chosen = layout(prompt.layout)
        if chosen.answer_form == "canonical":
            start = canonical_sentences(prompt.schema, chosen.refusal)
        else:
            start = ordinary_sentences(prompt.schema, chosen.refusal, chosen.stop)
        return SentenceMask(start, self._words)

    @cached_property
    def _words(self) -> Vocabulary | None:
        try:
            return vocabulary(self._loaded.tokenizer, self._loaded.end_ids)
        except UnknownTokenizer as error:
            warnings.warn(
                f"{self._loaded.name} writes unconstrained: its tokenizer is not one that the "
                f"grammar engine knows ({error})",
                stacklevel=2,
            )
            return None
