"""How many golds, which are right, are doubted for what can be read off them.

python tests/evidence/doubted_golds.py DATASET ...
"""

from __future__ import annotations

import argparse
from pathlib import Path

from sqlft.ask.doubts import doubts
from sqlft.evaluate.question import Question, read_questions
from sqlft.schema import match_values, read_schema


def is_doubted(question: Question) -> bool:
    """Each gold of it is."""
    example, database = question.example, question.place.databases[0]
    schema = read_schema(database)
    values = match_values(database, schema, example.question)
    return all(doubts(gold, example.question, values, schema) for gold in example.gold)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("datasets", nargs="+", type=Path)
    total = doubted = 0
    for path in parser.parse_args().datasets:
        asked = [q for q in read_questions(path) if q.example.gold and q.place.databases]
        found = sum(map(is_doubted, asked))
        print(f"{path}: {found} of {len(asked):,}", flush=True)
        total, doubted = total + len(asked), doubted + found
    print(f"together {doubted} of {total:,}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
