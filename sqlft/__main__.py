"""`python -m sqlft` is the command line."""

from sqlft.cli import main

main()
