"""Recipes as TOML: read, changed by ``key=value``, and every problem told at once."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, get_type_hints

from sqlft.config.option import Options, problems_of
from sqlft.config.recipe import Recipe, Source
from sqlft.errors import InputError

Document = dict[str, Any]

_PATHS = (("rehearsal", "path"), ("validation", "data"), ("general", "data"))
_ADAPTERS = ("init_adapter", "over_adapter")


def recipes_folder() -> Path:
    """Where the recipes lie that come with sqlft."""
    return Path(__file__).resolve().parent.parent / "recipes"


def recipe_names() -> tuple[str, ...]:
    """The names of the recipes that come with sqlft, in alphabetical order."""
    return tuple(sorted(path.stem for path in recipes_folder().glob("*.toml")))


def read_recipe(given: str, *, changes: Sequence[str] = ()) -> Recipe:
    """The recipe of a file, or of those that come with sqlft, with changes made to it.

    Paths in a file are taken from where it lies, paths in changes from the working folder. A run
    without a name of its own is called as the recipe is.

    Args:
        given: a name such as ``tiny``, or a path that ends in ``.toml``.
        changes: ``key=value`` each, such as ``lora.rank=32`` or ``data=shop.jsonl``; the value is
            TOML, or else text. An empty one takes the key away.

    Raises:
        InputError: no such recipe, or all that is wrong with it and with the changes.
    """
    path = _file(given)
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not TOML: {error}") from None
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None
    _from_folder(document, path.parent)
    found = _with_whole_paths(parse_recipe(document, changes=changes, name=path.name))
    return found if found.run.name else replace(found, run=replace(found.run, name=path.stem))


def _file(given: str) -> Path:
    if given.endswith(".toml"):
        return Path(given).expanduser()
    if given not in recipe_names():
        near = difflib.get_close_matches(given, recipe_names(), n=1)
        raise InputError(
            f"no recipe is called {given!r}",
            hint=(f"did you mean {near[0]}? " if near else "")
            + f"there are {', '.join(recipe_names())}; or give a .toml file",
        )
    return recipes_folder() / f"{given}.toml"


def parse_recipe(
    document: Mapping[str, Any], *, changes: Sequence[str] = (), name: str = "the recipe"
) -> Recipe:
    """The recipe of TOML values, with changes made to them.

    Raises:
        InputError: every unknown key (with the nearest that is known), wrong type, value out of
            bounds and impossible combination, in one message.

    >>> parse_recipe({"seed": 7}, changes=["lora.rank=4"]).lora.rank
    4
    >>> parse_recipe({"lora": {"rnk": 4}, "sed": 1})
    Traceback (most recent call last):
    sqlft.errors.InputError: the recipe: unknown key lora.rnk (did you mean lora.rank?);
    unknown key sed (did you mean seed?)
    """
    values = _copied(document)
    problems = [line for change in changes for line in _changed(values, change)]
    if isinstance(values.get("data"), str):
        values["data"] = [{"path": values["data"]}]
    problems += _wrong(Recipe, values)
    if problems:
        raise InputError(f"{name}: {'; '.join(problems)}")
    made: Recipe = _made(Recipe, values)
    conflicts = made.conflicts()
    if conflicts:
        raise InputError(f"{name}: {'; '.join(conflicts)}")
    return made


def as_document(recipe: Recipe) -> Document:
    """The recipe as values of JSON and TOML, whole: every option with its value, none left out."""
    return asdict(recipe)


def from_document(document: Mapping[str, Any]) -> Recipe:
    """The recipe that ``as_document`` was made of.

    >>> from_document(as_document(Recipe(seed=3))) == Recipe(seed=3)
    True
    """
    return parse_recipe(_without_none(document))


def _without_none(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_none(each) for key, each in value.items() if each is not None}
    return [_without_none(each) for each in value] if isinstance(value, list | tuple) else value


def _copied(document: Mapping[str, Any]) -> Document:
    return {
        key: _copied(value) if isinstance(value, Mapping) else value
        for key, value in document.items()
    }


def _from_folder(document: Document, folder: Path) -> None:
    """Makes the paths of a file absolute."""
    sources = document.get("data")
    places = [(document.get(section), key) for section, key in _PATHS]
    places += [(source, "path") for source in (sources if isinstance(sources, list) else ())]
    for table, key in (*places, (document, "data")):
        if isinstance(table, dict) and isinstance(table.get(key), str) and table[key]:
            table[key] = str(folder / Path(table[key]).expanduser())
    for key in _ADAPTERS:
        if isinstance(document.get(key), str) and document[key]:
            document[key] = _adapter(document[key], folder)


def _with_whole_paths(recipe: Recipe) -> Recipe:
    """The recipe with paths that mean the same in any working folder."""
    parts = {
        section: replace(part, **{key: _whole(getattr(part, key))})
        for section, key in _PATHS
        for part in (getattr(recipe, section),)
    }
    is_folder = Path(recipe.base).expanduser().is_dir()
    return replace(
        recipe,
        base=_whole(recipe.base) if is_folder else recipe.base,
        init_adapter=_adapter(recipe.init_adapter, Path()),
        over_adapter=_adapter(recipe.over_adapter, Path()),
        data=tuple(replace(source, path=_whole(source.path)) for source in recipe.data),
        **parts,
    )


def _adapter(given: str | None, folder: Path) -> Any:
    """The whole path of an adapter that lies there; a bare name of none that does stays one."""
    if not given:
        return given
    path = folder / Path(given).expanduser()
    return given if Path(given).name == given and not path.exists() else _whole(path)


def _whole(path: Any) -> Any:
    return str(Path(path).expanduser().absolute()) if path else path


def _changed(values: Document, change: str) -> list[str]:
    """Makes one change; what is wrong with it."""
    key, equals, text = (part.strip() for part in change.partition("="))
    if not equals or not key:
        return [f"{change!r} is not key=value"]
    *sections, last = key.split(".")
    table: Any = values
    for section in sections:
        table = table.setdefault(section, {}) if isinstance(table, dict) else None
    if not isinstance(table, dict):
        return [f"{key} cannot be set: {'.'.join(sections)} is no section"]
    if text:
        table[last] = _value(text)
    else:
        table.pop(last, None)
    return []


def _value(text: str) -> Any:
    """A TOML value, or the text itself.

    >>> _value("3e-4"), _value("shop.jsonl"), _value('["q_proj"]')
    (0.0003, 'shop.jsonl', ['q_proj'])
    """
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):
        return text


def _wrong(group: type[Options], values: Document, prefix: str = "") -> list[str]:
    """Everything that is wrong with a table of values, and with the tables in it."""
    kinds = _groups(group)
    found = _unknown(values, [f.name for f in fields(group)], prefix)
    found += problems_of(group, {k: _tuple(v) for k, v in values.items() if k not in kinds})
    for name, inner in kinds.items():
        if name not in values:
            continue
        several = values[name] if inner is Source else [values[name]]
        if not isinstance(several, list) or not all(isinstance(one, dict) for one in several):
            what = "tables, [[data]]" if inner is Source else f"a table, [{name}]"
            found.append(f"{prefix}{name} must be {what}")
            continue
        for one in several:
            found += _wrong(inner, one, f"{prefix}{name}.")
    return found


def _groups(group: type[Options]) -> dict[str, type[Options]]:
    """The fields that are groups themselves; ``data`` is several of one."""
    found = {
        name: kind
        for name, kind in get_type_hints(group).items()
        if isinstance(kind, type) and issubclass(kind, Options)
    }
    return {**found, "data": Source} if group is Recipe else found


def _unknown(values: Iterable[str], known: Sequence[str], prefix: str) -> list[str]:
    lines = []
    for key in values:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"did you mean {prefix}{near[0]}?" if near else f"known: {', '.join(known)}"
            lines.append(f"unknown key {prefix}{key} ({hint})")
    return lines


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _made(group: type[Options], values: Document) -> Any:
    kinds = _groups(group)
    arguments = {
        name: _tuple(value)
        if name not in kinds
        else tuple(_made(Source, one) for one in value)
        if kinds[name] is Source
        else _made(kinds[name], value)
        for name, value in values.items()
    }
    return group(**arguments)
