"""`sqlft data`: examples to train on and to measure with."""

from __future__ import annotations

import click

from sqlft.cli.data_check import check_data
from sqlft.cli.data_copy import copy_data
from sqlft.cli.data_prepare import prepare
from sqlft.cli.data_split import split_data
from sqlft.cli.data_stats import stats_data
from sqlft.cli.data_synth import synth


@click.group()
def data() -> None:
    """Make, prepare, check, split and describe sets of examples."""


for command in (check_data, copy_data, prepare, split_data, stats_data, synth):
    data.add_command(command)
