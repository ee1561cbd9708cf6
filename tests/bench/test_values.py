"""A large index is built in seconds, and a question is answered from it in milliseconds."""

from __future__ import annotations

import statistics
import time

from sqlft.schema.value_candidates import candidates
from sqlft.schema.value_index import build_index
from sqlft.schema.value_words import question_words

VALUES = 100_000
QUESTIONS = (
    "How many people bought the blue oak chair model 7919?",
    "orders of 'steel lamp model 23757' in Chciago",
    "Which grene tables and odder wrods are in the storehuose?",
)


def test_a_hundred_thousand_values_are_indexed_in_seconds_and_asked_in_milliseconds() -> None:
    colours, things = ("red", "green", "blue", "steel", "oak"), ("lamp", "table", "chair", "door")
    values = [
        f"{colours[n % 5]} {things[n // 5 % 4]} model {n * 7919 % 1_000_003}" for n in range(VALUES)
    ]
    started = time.process_time()
    index = build_index([("products", "title")], [(0, values)])
    assert time.process_time() - started < 6  # a million in 60 s; measured 0.9 s
    assert index.size_mib < 20
    seconds = []
    for question in QUESTIONS * 5:
        started = time.process_time()
        candidates(index, question_words(question), question)
        seconds.append(time.process_time() - started)
    assert statistics.median(seconds) < 0.02  # measured 1 ms
