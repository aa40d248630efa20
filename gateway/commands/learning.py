"""`gridgate learn`: train the model that votes where the words of the rulebook are silent or tie."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from gateway.books import read_book
from gateway.commands.common import Call, CannotBeDone, config_option, json_option, pass_call, say
from gateway.learning import Row, TooLittle, learn
from gateway.learning_files import RowsUnusable, read_rows, save_model
from routing_rules.rulebook import RuleBook
from storage.database import Database
from storage.training import corrections


@click.command("learn")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--from-ledger", is_flag=True, help="Learn from the cases whose category a person corrected.")
@click.option(
    "--out",
    metavar="MODEL",
    type=click.Path(path_type=Path),
    help="Where the model goes; the configured learned_model without it.",
)
@json_option()
@config_option
@pass_call
def learn_model(call: Call, file: Path | None, from_ledger: bool, out: Path | None, as_json: bool) -> None:
    """Train a model from FILE, from the ledger's own corrections, or from both, and measure it.

    FILE is CSV or JSON lines with text and label, the code of a category or the name of a field. The model votes once
    learned_model in config.yaml names it and the gateway is started again.
    """
    settings = call.settings
    if file is None and not from_ledger:
        raise CannotBeDone("name a FILE of rows, --from-ledger, or both")
    target = out or settings.learned_model
    if target is None:
        raise CannotBeDone("say where the model goes: --out MODEL, or learned_model in config.yaml")
    book = read_book(settings.city)
    fields = {field for code in book.categories if (field := book.field_of(code)) is not None}
    rows: list[Row] = []
    unknown = 0
    try:
        if file is not None:
            rows += read_rows(file, {*book.categories, *fields})
        if from_ledger:
            corrected, unknown = _corrected(call, book)
            rows += corrected
        model, left_out = learn(rows, book, note=lambda said: click.echo(said, err=True))
    except (RowsUnusable, TooLittle) as error:
        raise CannotBeDone(str(error)) from error
    save_model(model, target)
    in_use = settings.learned_model is not None and settings.learned_model.absolute() == target.absolute()
    result = {
        "model": str(target),
        "bytes": target.stat().st_size,
        **model.made,
        "left_out": dict(left_out),
        "unknown_categories": unknown,
        "sharpness": model.sharpness,
        "configured": in_use,
    }
    say(result, _lines(result), as_json=as_json)


def _corrected(call: Call, book: RuleBook) -> tuple[list[Row], int]:
    """The corrections of the ledger, and how many have a category that the book does not have any more."""
    with Database(call.settings.database_url, writer=False) as database, database.reading() as connection:
        found = list(corrections(connection))
    rows = [Row(each.words, each.category) for each in found if each.category in book.categories]
    return rows, len(found) - len(rows)


def _lines(result: Mapping[str, Any]) -> Iterator[str]:
    labels = result["rows_of_label"]
    yield f"learned {len(labels)} labels from {result['rows']} rows, {result['bytes'] // 1024} KiB: {result['model']}"
    alone, with_words = result["macro_f1"], result["macro_f1_with_words"]
    yield f"on rows held back: macro-F1 {alone:.3f} alone, {with_words:.3f} with the words"
    yield (
        f"words leave {result['asked']:.0%} open; of those it is sure of {result['sure']:.0%}, and right in "
        f"{result['right_when_sure']:.0%} of what it is sure of"
    )
    for label, count in result["left_out"].items():
        yield f"left out: {label}, {count} rows are too few"
    if result["unknown_categories"]:
        yield f"left out: {result['unknown_categories']} corrections to categories that the rulebook no longer has"
    if result["configured"]:
        yield "it votes once the gateway is started again"
    else:
        yield "it votes once learned_model in config.yaml names it and the gateway is started again"
