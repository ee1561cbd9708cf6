"""The options of asking: what a query may use, how a model writes, and which model it is."""

from __future__ import annotations

from dataclasses import dataclass

from sqlft.config.option import Options, option

DEFAULT_MODEL = "smollm2-135m"


@dataclass(frozen=True, kw_only=True)
class Limits(Options):
    """What one query may use. Times in seconds, sizes in MiB (2**20 bytes), results in rows.

    Args:
        timeout_s: seconds a query may run.
        memory_mib: MiB of memory a query may use.
        max_rows: rows fetched at most; an answer says when there were more.
        max_result_mib: MiB of result fetched at most.

    >>> Limits(timeout_s=2).max_rows
    1000
    >>> Limits(timeout_s=0)
    Traceback (most recent call last):
    sqlft.errors.InputError: timeout_s (--timeout) must be at least 0.01, not 0
    """

    timeout_s: float = option(10.0, help="Seconds a query may run.", at_least=0.01, at_most=3600)
    memory_mib: int = option(1024, help="MiB of memory a query may use.", at_least=64)
    max_rows: int = option(1000, help="Rows fetched at most.", at_least=1)
    max_result_mib: int = option(64, help="MiB of result fetched at most.", at_least=1)


@dataclass(frozen=True, kw_only=True)
class Decoding(Options):
    """How a model writes one answer, and how it is chosen.

    Args:
        max_output_tokens: tokens written at most.
        candidates: answers written for one question; those that give the same rows vote together.
        beams: beginnings of the one answer that are followed side by side; the likeliest answer is
            taken, or where something speaks against it, one that is nearly as likely. Several
            candidates are drawn instead.
        temperature: 0: one answer is greedy, and others are drawn at 0.7; above it, all are drawn
            at it.
        seed: seed of every random draw.
        write_timeout_s: seconds the model may write.
        constrained: a local model's SQL can name only what its schema holds.
        schema_tokens: a schema whose text is longer is pruned for the question, to about so many.
        least_confidence: an answer whose confidence is known and lower is refused.
        repair: where no candidate runs, the model is asked once more.

    >>> Decoding(candidates=3, temperature=0.8).max_output_tokens
    256
    """

    max_output_tokens: int = option(256, help="Tokens written at most.", at_least=1, at_most=8192)
    candidates: int = option(1, help="Answers written for one question.", at_least=1, at_most=64)
    beams: int = option(
        # Of 300 questions the `default` adapter answers 61.3 % rightly with 4, 51.3 % greedily.
        4,
        help="Beginnings of an answer that are followed side by side for the likeliest; 1: "
        "greedy. Several candidates, or those at a temperature, are drawn instead.",
        at_least=1,
        at_most=32,
    )
    temperature: float = option(
        0.0,
        help="0: one answer is greedy, others are drawn at 0.7; above it, all are drawn at it.",
        at_least=0.0,
        at_most=5.0,
    )
    seed: int = option(0, help="Seed of every random draw.", at_least=0)
    write_timeout_s: float = option(120.0, help="Seconds the model may write.", at_least=0.01)
    constrained: bool = option(
        True, help="Whether a local model can name only what the schema holds."
    )
    schema_tokens: int = option(
        # The bundled schemas, of 2,100 to 2,800 tokens, are shown whole: their prefix is read once.
        4000,
        help="Tokens of schema shown; a larger one is pruned for the question.",
        at_least=50,
    )
    least_confidence: float = option(
        # Of 748 questions `default` refuses 19, of which one was right; of the others 61 % are.
        0.1,
        help="An answer known to be less sure (0 to 1) is refused.",
        at_least=0.0,
        at_most=1.0,
    )
    repair: bool = option(False, help="Ask once more where nothing that was written runs.")

    @property
    def searches(self) -> bool:
        """Whether the one answer is searched for among several beginnings.

        >>> Decoding(beams=4).searches, Decoding(beams=4, candidates=3).searches
        (True, False)
        """
        return self.beams > 1 and self.candidates == 1 and self.temperature == 0

    @property
    def beams_used(self) -> int:
        """Beginnings that are followed side by side: one where nothing is searched for.

        >>> Decoding(beams=4).beams_used, Decoding(beams=4, candidates=3).beams_used
        (4, 1)
        """
        return self.beams if self.searches else 1

    @property
    def drawn_at(self) -> float:
        """The temperature at which answers are drawn, where any are.

        >>> Decoding(candidates=3).drawn_at
        0.7
        """
        return self.temperature or 0.7


@dataclass(frozen=True, kw_only=True)
class ModelChoice(Options):
    """Which model writes the SQL, and how it is loaded."""

    model: str = option(
        DEFAULT_MODEL,
        help="A known model's name, a Hugging Face id, a local folder, or endpoint:MODEL@URL.",
    )
    adapter: str | None = option(
        None,
        help="A PEFT adapter folder, a known adapter's name, or none for the model by itself. "
        "Default: of the model's known adapters the one for this schema, or `default`.",
    )
    layout: str | None = option(None, help="The prompt layout; default: the one that fits.")
    device: str = option("auto", help="Where it runs.", choices=("auto", "cpu", "cuda"))
    quantize: str = option(
        "none", help="4-bit NF4 weights through bitsandbytes.", choices=("none", "nf4")
    )
    api_key_variable: str | None = option(
        None,
        help="Environment variable with an endpoint's key; default: OPENAI_API_KEY, and none for "
        "a server on this machine.",
    )
