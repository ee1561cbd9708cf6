"""Prompts become candidates: the decoding loop over local weights."""

from sqlft.generate.local import LocalGenerator

__all__ = ["LocalGenerator"]
