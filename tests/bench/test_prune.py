"""Pruning a schema of hundreds of tables costs as little as laying it out, once it is indexed."""

import random
import time
from statistics import median

from sqlft.prompt import layout
from sqlft.schema import Column, ForeignKey, Schema, Table, pruned

TABLES, QUESTIONS, TEXTS_AT_MOST = 700, 60, 4
WORDS = (
    "customer order invoice product store region sale price city country employee salary manager "
    "contract patient ward doctor visit flight airport ticket seat course student teacher grade "
    "match player team score album singer concert book author loan account branch deposit claim"
).split()


def large(draw: random.Random) -> Schema:
    tables = tuple(
        Table(
            name=f"{draw.choice(WORDS)}_{draw.choice(WORDS)}_{number}",
            columns=tuple(
                Column(name=f"{draw.choice(WORDS)}_{place}", type="VARCHAR") for place in range(9)
            ),
        )
        for number in range(TABLES)
    )
    keys = tuple(
        ForeignKey(
            table=one.name,
            columns=(one.columns[0].name,),
            target_table=tables[number // 2].name,
            target_columns=(tables[number // 2].columns[0].name,),
        )
        for number, one in enumerate(tables)
        if number
    )
    return Schema(name="large", tables=tables, foreign_keys=keys)


def test_a_question_costs_a_few_layouts_of_the_schema_after_the_first() -> None:
    draw = random.Random(5)
    schema, text = large(draw), layout("sqlft").schema_text
    took = []
    for number in range(QUESTIONS):
        question = f"How many {' and '.join(draw.sample(WORDS, 4))} of number {number}?"
        start = time.process_time()
        cut = pruned(schema, question, text=text, most_tokens=2000)
        took.append((time.process_time() - start) * 1000)
        assert 5 < len(cut.tables) < 100
    whole = []
    for _ in range(5):
        start = time.process_time()
        text(schema)
        whole.append((time.process_time() - start) * 1000)
    print(
        f"index {took[0]:.0f} ms, then {median(took[1:]):.1f} ms a question, "
        f"the whole text {median(whole):.1f} ms"
    )
    assert median(took[1:]) < TEXTS_AT_MOST * median(whole)  # measured 1.1
