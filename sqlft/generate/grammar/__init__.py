"""Answers that cannot name what is not there: grammars of schemas, as masks on tokens."""

from sqlft.generate.grammar.masks import Masks

__all__ = ["Masks"]
