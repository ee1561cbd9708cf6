"""What people call tables and columns: from names, synonyms, meanings and units."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlft.data.synth.view import Noun
from sqlft.data.synth.words import is_uncountable, plural, singular, words_of
from sqlft.schema import Column, Table

_LONG = {
    "qty": "quantity",
    "amt": "amount",
    "num": "number",
    "nbr": "number",
    "no": "number",
    "addr": "address",
    "desc": "description",
    "descr": "description",
    "dept": "department",
    "emp": "employee",
    "cust": "customer",
    "prod": "product",
    "mgr": "manager",
    "avg": "average",
    "max": "maximum",
    "min": "minimum",
    "pct": "percentage",
    "dob": "date of birth",
    "fname": "first name",
    "lname": "last name",
    "stu": "student",
    "acct": "account",
    "txn": "transaction",
    "disc": "discount",
    "prio": "priority",
    "cnt": "count",
    "ref": "reference",
    "yr": "year",
    "lang": "language",
    "tech": "technology",
    "qtr": "quarter",
    "rev": "revenue",
    "temp": "temperature",
    "dur": "duration",
    "ccy": "currency",
    "dist": "distance",
    "lat": "latitude",
    "long": "longitude",
    "lng": "longitude",
    "pop": "population",
    "msg": "message",
    "exp": "experiment",
    "sev": "severity",
    "calib": "calibration",
    "curr": "current",
    "prev": "previous",
    "incl": "included",
    "od": "overdraft",
    "bal": "balance",
    **{
        name[:3].lower(): f"{name} value"
        for name in (
            "January February March April June July August September October November December"
        ).split()
    },
    "since": "start",
    "wo": "work order",
    "hv": "HV",
    "csat": "satisfaction",
    "rrp": "recommended retail price",
    "sqm": "floor area",
    "conn": "connection",
    "tel": "telephone",
    "std": "standard",
    "gpa": "GPA",
    "gdp": "GDP",
    "id": "ID",
    "url": "URL",
    "sku": "SKU",
    "isbn": "ISBN",
    "kyc": "KYC",
    "mfa": "two-factor login",
    "api": "API",
    "vat": "VAT",
    "bmi": "BMI",
    "hq": "headquarters",
}
_OBSCURE = frozenset(
    "qty amt disc od bal incl conn cnt nbr hp ct cd fte fn ln rrp prev curr sev dur amt qtr used2 "
    "emp acct ccy lang prio exp mcc mwh kv lat lng sqm rrp aff kwh".split()
)
_UNIT_WORDS = frozenset(
    "eur usd gbp g kg km m cm mm s h min ms pct ct kw kwh mwh mw mva kv kmh c ft lb lbs gb mb "
    "months days minutes seconds percent".split()
)
PERSONS = frozenset(
    "person people customer client student teacher employee player author artist singer driver "
    "actor actress director user member patient doctor physician nurse guest visitor manager "
    "instructor professor pilot climber gymnast swimmer wrestler coach friend candidate voter "
    "tourist passenger staff colleague technician agent owner resident tenant instructor advisor "
    "scientist researcher editor writer reviewer journalist researcher host participant "
    "contestant individual parent child athlete shopper captain head chef waiter worker lawyer "
    "musician performer conductor composer rider jockey inspector engineer analyst expert "
    "entrepreneur salesperson reader borrower subscriber referee trainer fitter buyer seller "
    "winner mother father politician representative trainee cashier officer donor assistant".split()
)
_JOINT = re.compile(r"[;,:(]")


_ACTS = {
    "participate": "participation",
    "participates": "participation",
    "live": "residence",
    "lives": "residence",
    "work": "work assignment",
    "works": "work assignment",
    "belong": "membership",
}
"""What a table called after what someone does holds: ``Participates_in``."""


def is_person(noun: str) -> bool:
    """Whether a noun is someone.

    >>> is_person("order"), is_person("bank customer")
    (False, True)
    """
    return noun.rpartition(" ")[2] in PERSONS


def table_nouns(table: Table) -> tuple[Noun, ...]:
    """What one row of a table is called, plainest first.

    >>> table_nouns(Table(name="Ref_Hotel_Types", columns=()))[0]
    Noun(one='hotel type', many='hotel types')
    """
    words = [_LONG.get(word, word) for word in words_of(table.name) if not word.isdigit()]
    words = [*map(singular, words[:-1]), *words[-1:]]
    if len(words) > 1 and words[0] in ("ref", "tbl", "reference", "dim", "fact"):
        words = words[1:]
    if len(words) > 1 and words[0] in ("has", "is"):
        words = [*words[1:], "record"]
    if len(words) > 1 and words[-2] in _ACTS and words[-1] in ("in", "to", "on", "at"):
        words = [*words[:-2], _ACTS[words[-2]]]
    if words and words[-1] in ("in", "of", "to", "by", "has", "on"):
        words = [*words, "record"]
    told = [s for s in table.synonyms if _is_noun_like(s)]
    names = [" ".join(words) or table.name.lower(), *told]
    return tuple(dict.fromkeys(_noun(name) for name in names))


def _noun(name: str) -> Noun:
    one = name if name.isupper() else singular(name)
    if is_uncountable(one):
        person = one.rpartition(" ")[2] == "staff"
        one = f"{one} member" if person else f"{one} record"
    return Noun(one=one, many=plural(one))


def column_phrases(column: Column, table: Table) -> tuple[str, ...]:
    """What a column is called, plainest first; never empty.

    >>> column_phrases(Column(name="Customer_Name", type="VARCHAR"), Table(name="Customers",
    ...     columns=()))
    ('name', 'customer name')
    """
    words = words_of(column.name)
    kept = _without_unit(words, column)
    if len(kept) > 1 and len(kept[0]) == 1:  # CName of Course, LName of Student
        initial = {"l": ["last"], "f": ["first"]}.get(kept[0])
        if initial and kept[1:] == ["name"]:
            kept = [*initial, "name"]
        elif kept[0] == table.name[0].lower():
            kept = kept[1:]
    long = [_LONG.get(word, word) for word in kept if not (word.isdigit() and len(kept) > 1)]
    plain = _plain_name(words, " ".join(long) or column.name.lower())
    own = words_of(singular(table.name.lower())), words_of(table.name)
    short = plain
    for prefix in (tuple(map(_long_word, map(singular, o))) for o in own):
        if len(long) > len(prefix) and tuple(map(singular, long[: len(prefix)])) == prefix:
            short = " ".join(long[len(prefix) :])
    named = [short] if short not in ("ID", "number", "no", "date") or short == plain else [plain]
    if plain != short:
        named.append(plain)
    taken = {word for name in (table.name, *table.synonyms) for word in (name, singular(name))}
    told = [s for s in column.synonyms if _is_noun_like(s) and s not in taken]
    is_obscure = bool(set(words) & _OBSCURE) or any(c.isdigit() for c in column.name)
    is_obscure = is_obscure or (kept != words and len(kept) == 1 and kept[0] in _VAGUE)
    is_obscure = is_obscure or (len(kept) == 1 and kept[0].endswith("ed"))
    meaning = _short_meaning(column)
    if meaning and is_obscure and not told:
        told.append(meaning)
    if told and is_obscure:
        named = told
    else:
        named += told
    return tuple(dict.fromkeys(named))


def _plain_name(words: Sequence[str], plain: str) -> str:
    """The name where it is more than its words: amounts that were requested, years built in."""
    if len(words) > 1 and words[0] in ("num", "number", "nbr") and singular(words[-1]) != words[-1]:
        return f"number of {' '.join(words[1:])}"
    if list(words) in (["built", "in"], ["built"]):
        return "construction year"
    if len(words) == 2 and words[1] == "by" and words[0] in _DOERS:
        return _DOERS[words[0]]
    if list(words) in (["founded"], ["founded", "in"], ["established"]):
        return "founding year"
    if len(words) > 1 and words[0] == "date" and words[-1] in ("from", "to"):
        return " ".join([*words[1:-1], "start" if words[-1] == "from" else "end", "date"])
    if words[-1] in ("eur", "usd") and re.search(r"(ed|due|outstanding| off)$", plain):
        return f"{plain} amount"
    if words[-1] == "until":
        return f"{plain.removesuffix(' until')} end date"
    return plain


def _long_word(word: str) -> str:
    return _LONG.get(word, word)


def _without_unit(words: Sequence[str], column: Column) -> list[str]:
    kept = list(words)
    if len(kept) > 1 and kept[-1] in _UNIT_WORDS and (column.unit or kept[-1] in ("eur", "usd")):
        kept = kept[:-1]
    if len(kept) > 1 and kept[-1] in ("on", "at", "yn"):
        kept = kept[:-1]
    if len(kept) > 1 and kept[0] in ("is", "has"):
        kept = kept[1:]
    return kept


_VAGUE = frozenset("seat net gross lead unit standing wait talk dur yearly api used term".split())


def _is_noun_like(text: str) -> bool:
    if text in ("square metres", "square meters"):
        return False
    if text.startswith(("on ", "no ", "to ")) or " or " in text or " of the " in text:
        return False
    return text.split(" ")[-1] not in ("by", "on", "of", "to", "at", "since", "up", "in", "back")


def _short_meaning(column: Column) -> str | None:
    """The meaning's beginning where it is a noun phrase of two to four words."""
    if not column.meaning:
        return None
    first = _JOINT.split(column.meaning)[0].strip()
    count = len(first.split())
    starts = ("day", "first", "last", "whether", "NULL", "what", "where", "who", "how", "usual")
    if (
        not 2 <= count <= 4
        or " of " in first
        or first.startswith(starts)
        or re.search(r"\d|NULL| or | is ", first)
    ):
        return None
    if len(_JOINT.split(column.meaning)) > 1 and " or " in column.meaning and "," in column.meaning:
        return None  # a list of its values
    return first[0].lower() + first[1:] if not first[:2].isupper() else first


_DOERS = {
    "referred": "referrer",
    "invited": "inviter",
    "sold": "seller",
    "created": "creator",
    "written": "writer",
    "approved": "approver",
    "managed": "manager",
    "owned": "owner",
    "directed": "director",
    "reviewed": "reviewer",
    "assigned": "assignee",
}


def role_noun(column: Column, parent: Noun, key: str = "") -> tuple[str, bool]:
    """What a key's column calls the row that it refers to, and whether that is the parent's noun.

    >>> from sqlft.data.synth.view import noun
    >>> role_noun(Column(name="home_store_id", type="INTEGER"), noun("store"))
    ('home store', False)
    >>> role_noun(Column(name="Store_ID", type="INTEGER"), noun("store"))
    ('store', True)
    """
    if column.name.lower() == key.lower():
        return parent.one, True
    words = [_LONG.get(w, w) for w in words_of(column.name)]
    while len(words) > 1 and words[-1] in ("ID", "number", "code", "key", "employee", "name"):
        words = words[:-1]
    said = " ".join(words)
    if said in ("ID", parent.one) or parent.one.endswith(f" {said}"):
        return parent.one, True
    last = words_of(column.name)[-1]
    if last == "by" and len(words) == 2 and words[0] in _DOERS:
        return _DOERS[words[0]], False
    if column.synonyms and (words_of(column.name)[0] in _LONG or last in ("to", "by")):
        return column.synonyms[0], False
    return said, False
