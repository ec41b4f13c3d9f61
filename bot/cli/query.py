"""`query`: asks the ledger for any metric."""

import csv
import io
from collections.abc import Callable
from typing import TypedDict, Unpack

import click

from bot.answers import query
from bot.answers.query import Asked, Table
from bot.cli import calling, exact, moment, table
from bot.cli.calling import Call
from rules.labels import Label
from rules.metric import METRICS, Kind

_METRICS = ", ".join(name for name, metric in METRICS.items() if metric.kind is not Kind.GAUGE)


class _Words(TypedDict):
    """The options that say what is asked."""

    by: tuple[str, ...]
    window: str
    where: tuple[str, ...]


@click.command("query", epilog=f"Metrics: {_METRICS}.")
@click.argument("metric")
@click.option(
    "--by",
    multiple=True,
    metavar="LABEL",
    help=f"Splits by a label: {', '.join(Label)}. Can be given more than once.",
)
@click.option(
    "--window",
    default="month",
    show_default=True,
    help="today, yesterday, week, last-week, month, last-month, a length such as 24h, or a period of rules.",
)
@click.option(
    "--where",
    multiple=True,
    metavar="LABEL=PATTERN",
    help="Takes only what matches: user=*@acme.test, model=!gpt-5. Can be given more than once.",
)
@click.option(
    "--format",
    "style",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
)
@calling.takes_config()
@click.pass_obj
def command(call: Call, metric: str, style: str, **words: Unpack[_Words]) -> None:
    """Asks the ledger for METRIC over a window."""
    config = call.load()
    try:
        turn = calling.credit_turn(config, [query.window_of(words["window"], config.timezone)])
        period = query.stretch(words["window"], config.timezone, call.clock(), turn)
        asked = query.read(metric, words["by"], words["where"], period)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    click.echo(_STYLES[style](calling.ask(config, query.answer, asked)))


def _as_json(found: Table) -> str:
    return exact.objects(
        [
            {**_labels(found.asked, values), found.asked.metric.name: value}
            for values, value in found.rows
        ]
    )


def _as_csv(found: Table) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*found.asked.group_by, found.asked.metric.name])
    writer.writerows([*values, exact.number(value)] for values, value in found.rows)
    return text.getvalue().rstrip("\n")


def _as_table(found: Table) -> str:
    asked = found.asked
    amounts = [value for _, value in found.rows]
    summed = bool(asked.group_by) and found.total is not None and bool(found.rows)
    if summed and found.total is not None:
        amounts.append(found.total)
    cells = table.column(amounts)
    rows = [
        [*(table.plain(value) for value in values), cell]
        for (values, _), cell in zip(found.rows, cells, strict=False)
    ]
    total = ["total", *[""] * (len(asked.group_by) - 1), cells[-1]] if summed else []
    shown = table.render([*asked.group_by, asked.metric.name], rows, total)
    return f"{shown}\n\n{_context(found)}"


def _context(found: Table) -> str:
    period = found.asked.period
    said = f"{moment.stretch(period)}; {moment.as_of(found.as_of, period.zone)}"
    if found.rows:
        return said
    first = found.asked.metric.kind is Kind.FIRST
    nothing = "Nobody and nothing was new." if first else "Nothing was used."
    return f"{nothing} {said[0].upper()}{said[1:]}"


def _labels(asked: Asked, values: tuple[str, ...]) -> dict[str, str]:
    return {str(label): value for label, value in zip(asked.group_by, values, strict=True)}


_STYLES: dict[str, Callable[[Table], str]] = {
    "table": _as_table,
    "csv": _as_csv,
    "json": _as_json,
}
