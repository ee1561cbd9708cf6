"""Every option once: name, type, default, bounds and help; and recipes made of them."""

from __future__ import annotations

from sqlft.config.choices import DEFAULT_MODEL, Decoding, Limits, ModelChoice
from sqlft.config.option import Options, Progress, check_type, flag, option
from sqlft.config.places import bundled, home
from sqlft.config.recipe import Recipe
from sqlft.config.recipe_file import parse_recipe, read_recipe, recipe_names

__all__ = [
    "DEFAULT_MODEL",
    "Decoding",
    "Limits",
    "ModelChoice",
    "Options",
    "Progress",
    "Recipe",
    "bundled",
    "check_type",
    "flag",
    "home",
    "option",
    "parse_recipe",
    "read_recipe",
    "recipe_names",
]
