"""The command line: arguments in, one call, text out."""

from sqlft.cli.main import main

__all__ = ["main"]
