"""Pairs of question and query, made from a schema and its rows and proven by execution."""

from __future__ import annotations

from sqlft.data.synth.coverage import Coverage
from sqlft.data.synth.mix import default_mix, mix_of
from sqlft.data.synth.run import Synthesised, Wanted, synthesise
from sqlft.data.synth.subjects import Subject, subjects_of

__all__ = [
    "Coverage",
    "Subject",
    "Synthesised",
    "Wanted",
    "default_mix",
    "mix_of",
    "subjects_of",
    "synthesise",
]
