"""What identifies a way of prompting: an adapter is of use under the one it was taught only."""

from __future__ import annotations

import hashlib
import json

from sqlft.prompt.chat import segments
from sqlft.prompt.layout import Layout
from sqlft.prompt.tokens import Tokenizer, chat_template_of, tokenise_segments
from sqlft.schema import Column, ForeignKey, Schema, Table, ValueMatch

# Changing the probe changes every fingerprint: adapters of older versions would no longer load.
_PROBE = Schema(
    name="probe",
    today="2025-12-31",
    tables=(
        Table(
            name="customers",
            primary_key=("customer_id",),
            comment="who buys",
            columns=(
                Column(name="customer_id", type="INTEGER", nullable=False),
                Column(name="full name", type="VARCHAR", samples=("O'Brien", "Li Na")),
                Column(name="joined", type="DATE", meaning="first order", synonyms=("since",)),
                Column(name="email", type="VARCHAR", private=True),
            ),
        ),
        Table(
            name="order",
            namespace="sales",
            primary_key=("customer_id", "line"),
            columns=(
                Column(name="customer_id", type="BIGINT"),
                Column(name="line", type="SMALLINT"),
                Column(name="total", type="DECIMAL(10,2)", unit="EUR", samples=("12.50",)),
                Column(name="tags", type="VARCHAR[]"),
            ),
        ),
    ),
    foreign_keys=(
        ForeignKey(
            table="sales.order",
            columns=("customer_id",),
            target_table="customers",
            target_columns=("customer_id",),
        ),
    ),
)
_VALUE = ValueMatch(table="customers", column="full name", value="O'Brien")
_NOTE = "regular: customers.joined < DATE '2025-01-01'"
_QUESTION = "How much did O'Brien spend?"


def fingerprint(layout: Layout, tokenizer: Tokenizer | None) -> str:
    """16 hex digits over all that a model sees besides the data itself.

    Covers the layout's text, answer form and refusal, the segments' boundaries and kinds, and,
    with a tokenizer, the chat template, special tokens and how segments become ids. Not the values
    filled in, and not by which strategy they were chosen.
    """
    chat_template = chat_template_of(tokenizer) if tokenizer is not None else None
    seen: list[object] = [layout.answer_form, layout.refusal, layout.answer_start]
    for values, notes in (((), ()), ((_VALUE,), (_NOTE,))):
        prompt = layout.render(_PROBE, _QUESTION, values=values, notes=notes)
        pieces = segments(prompt, chat_template)
        seen += [[piece.text, piece.trusted, piece.shared] for piece in pieces]
        if tokenizer is not None:
            tokenised = tokenise_segments(pieces, tokenizer)
            seen += [tokenised.ids, tokenised.shared_tokens, tokenizer.eos_token_id]
    text = json.dumps(seen, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
