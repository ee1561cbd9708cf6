"""The real names that a wrong name was probably meant to be."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import fuzz, process

_LEAST_LIKENESS = 55.0  # of 100; below it, names share little more than common letters


def nearest(name: str, names: Iterable[str], n: int = 3) -> tuple[str, ...]:
    """At most ``n`` of ``names`` that look most like ``name``, best first; case is ignored.

    Names with dots (``table.column``) are compared by their last part when ``name`` has none.

    >>> nearest("custmers", ["customers", "orders", "customer_notes"])
    ('customers', 'customer_notes')
    >>> nearest("region", ["stores.region_name", "orders.total"])
    ('stores.region_name',)
    """
    wanted = _folded(name)
    whole = "." in name
    keys = {
        known: _folded(known if whole else known.rpartition(".")[2])
        for known in dict.fromkeys(names)
    }
    found = process.extract(wanted, keys, scorer=_likeness, limit=n, score_cutoff=_LEAST_LIKENESS)
    return tuple(key for _, _, key in found)


def _folded(name: str) -> str:
    return name.casefold().replace("_", " ").strip()


def _likeness(
    first: str, second: str, *, processor: None = None, score_cutoff: float | None = None
) -> float:
    # Whole-name likeness decides; a shared word ("customer id" and "id customer") counts nearly
    # as much, so that reordered and shortened names are found too.
    return max(fuzz.ratio(first, second), 0.9 * fuzz.token_set_ratio(first, second))
