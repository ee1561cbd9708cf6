"""`sqlft feedback`: what people said of answers, and the examples that it makes."""

from __future__ import annotations

from pathlib import Path

import click


@click.group(no_args_is_help=True)
def feedback() -> None:
    """Corrections made in the app, and the training examples in them."""


@feedback.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def list_feedback(as_json: bool) -> int:
    """List what people said of answers, the oldest first.

    \b
    sqlft feedback list
    """
    from dataclasses import asdict

    from sqlft.cli.document import print_document
    from sqlft.errors import printable
    from sqlft.feedback import corrections, waiting

    found = corrections()
    wait = waiting(found)
    if as_json:
        print_document({"corrections": [asdict(c) for c in found], "waiting": len(wait)})
        return 0
    for each in found:
        state = "exported" if each.exported_at else "waits" if each in wait else "-"
        where = printable(Path(each.database).name, at_most=24)
        print(f"{each.said_at[:16]}  {each.judged:<9}  {state:<8}  {where}")
        print(f"  {printable(each.question, at_most=200)}")
        sql = each.right_sql or each.sql
        if sql is not None:
            print(f"  {printable(' '.join(sql.split()), at_most=200)}")
    print(f"{len(found):,} corrections, {len(wait):,} of them not yet exported")
    return 0


@feedback.command("export", no_args_is_help=True)
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def export_feedback(out: Path, as_json: bool) -> int:
    """Write the folder OUT: a dataset of checked examples, and preference pairs.

    SQL that no longer fits its database, fails, or gives no row is left out and named.

    \b
    sqlft feedback export corrections
    """
    from dataclasses import asdict

    from sqlft.cli.document import print_document
    from sqlft.cli.progress import shown_progress
    from sqlft.errors import printable
    from sqlft.feedback import corrections, export_corrections, mark_exported

    with shown_progress() as progress:
        if progress:
            progress("checking corrections", None)
        exported = export_corrections(corrections(), out)
    mark_exported(exported.used)
    if as_json:
        print_document({"out": str(out), **asdict(exported)})
        return 0
    print(f"{out}  {exported.examples:,} examples, {exported.pairs:,} preference pairs")
    for left in exported.left_out:
        print(f"  left out: {printable(left.question, at_most=100)}: {left.reason}")
    return 0
