"""One example, one dataset folder: read, write, digest."""

from __future__ import annotations

from sqlft.examples.dataset import Dataset, dataset, file_digest, write_manifest
from sqlft.examples.example import Example, parse_example, read_examples, write_examples

__all__ = [
    "Dataset",
    "Example",
    "dataset",
    "file_digest",
    "parse_example",
    "read_examples",
    "write_examples",
    "write_manifest",
]
