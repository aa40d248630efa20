"""`gridgate registry import`: areas, places and outlines from CSV and GeoJSON into the folder of the city."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from gateway.books import read_book, shipped_books
from gateway.commands.common import FOUND_WRONG, Call, CannotBeDone, config_option, json_option, pass_call, say
from gateway.commands.orders import hand_in, operator_option
from gateway.commands.setting_up import registry
from gateway.control import LoadRegistry
from gateway.importing import COLUMNS, ImportRefused, Kind, prepare, put, write
from routing_rules.coordinates import SYSTEMS

_HELP = """Add the rows of FILES to the registry of the city, and take it up at once.

The city must be a folder of yours. CSV files name their columns in the first line, GeoJSON files in the properties:
{columns}. Several aliases are parted by "|". A row whose code is there from an earlier import takes its place.

Refused whole when anything is wrong; then, and with --dry-run, nothing is written.
"""


@registry.command(
    "import", help=_HELP.format(columns=" · ".join(f"{kind}: {', '.join(COLUMNS[kind])}" for kind in Kind))
)
@click.argument("files", nargs=-1, required=True, metavar="FILES...", type=click.Path(path_type=Path))
@click.option("--kind", type=click.Choice([kind.value for kind in Kind]), help="What the rows are; must be given.")
@click.option("--crs", type=click.Choice(list(SYSTEMS)), default=None, help="The coordinate system of the files.")
@click.option(
    "--column", "columns", multiple=True, metavar="OURS=THEIRS", help="A column that the files call otherwise."
)
@click.option("--into", type=click.Path(path_type=Path), default=None, metavar="FOLDER", help="Another city's folder.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@operator_option()
@json_option()
@config_option
@pass_call
def import_files(
    call: Call,
    files: tuple[Path, ...],
    kind: str | None,
    crs: str | None,
    columns: tuple[str, ...],
    into: Path | None,
    dry_run: bool,
    operator: str,
    as_json: bool,
) -> None:
    """See the help text above."""
    settings = call.settings
    if kind is None:
        raise click.UsageError(f"say with --kind what the rows are: {', '.join(Kind)}")
    is_own = into is None or into.absolute() == Path(settings.city).absolute()
    folder = into if into is not None else Path(settings.city)
    if into is None and settings.city in shipped_books():
        raise CannotBeDone(
            f"the city is the book {settings.city!r} that ships, which nobody changes; "
            f"copy it to a folder and name that in city, or name a folder with --into"
        )
    if not folder.is_dir():
        raise CannotBeDone(f"there is no folder {folder}")
    try:
        prepared = prepare(files, Kind(kind), folder, read_book(settings.city), crs=crs, columns=_pairs(columns))
    except ImportRefused as error:
        problems = [
            {"file": each.file, "line": each.line, "field": each.field, "sentence": each.sentence}
            for each in error.problems
        ]
        say({"written": False, "problems": problems}, map(str, error.problems), as_json=as_json)
        raise click.exceptions.Exit(FOUND_WRONG) from None
    version = None
    if not dry_run:
        before = write(prepared)
        if is_own:
            try:
                version = hand_in(settings, LoadRegistry(source=str(folder.absolute()), operator=operator))
            except BaseException:
                # What is stored and what stands in the folder stay one.
                put(prepared.target, before)
                raise
    result: dict[str, Any] = {
        "written": not dry_run,
        "file": str(prepared.target),
        "added": len(prepared.added),
        "changed": len(prepared.changed),
        "ignored_columns": list(prepared.ignored),
        "version": version,
    }
    say(result, _lines(result), as_json=as_json)


def _pairs(columns: Iterable[str]) -> dict[str, str]:
    """Raises click.BadParameter for anything but OURS=THEIRS."""
    pairs = {}
    for each in columns:
        ours, joined, theirs = each.partition("=")
        if not joined or not theirs:
            raise click.BadParameter(f"{each!r} is not OURS=THEIRS", param_hint="--column")
        pairs[ours.strip()] = theirs.strip()
    return pairs


def _lines(result: dict[str, Any]) -> Iterable[str]:
    verb = "written to" if result["written"] else "would be written to"
    yield f"{result['added']} added, {result['changed']} changed, {verb} {result['file']}"
    if result["ignored_columns"]:
        yield f"columns that nothing was read from: {', '.join(result['ignored_columns'])}"
    if result["version"] is not None:
        yield f"version {result['version']} of the registry holds from now on"


__all__ = ["import_files", "registry"]
