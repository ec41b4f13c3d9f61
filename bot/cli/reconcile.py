"""`reconcile`: holds the ledger against Neo's own totals, reads again what differs, and says what stays."""

from collections.abc import Mapping

import click

from bot import app, journal, standing
from bot.cli import calling, exact, loop, moment, table
from bot.cli.calling import Call
from bot.cli.exact import Row
from bot.clock import SystemClock
from bot.neo.error import NeoError
from bot.notify import agreement
from bot.notify.agreement import Agreement, Difference

Told = Mapping[str, Agreement | NeoError | None]

_UNREAD = "no poll was complete yet; start `run`, and let it poll once"


@click.command("reconcile")
@calling.takes_format
@calling.takes_config()
@click.pass_context
def command(ctx: click.Context, style: str) -> None:
    """Holds the ledger against Neo's own totals.

    What differs is read again. Ends with 0 where the two agree then, with 1 where a difference stays or Neo could not be
    asked. It writes the ledger, so the bot must not run; that does the same every night.
    """
    call: Call = ctx.obj
    stands = standing.load(call.path, call.environ)
    calling.with_sources(stands.config, call.path)
    journal.start("warning", stands.config.log.format)
    told = loop.run(app.reconcile(stands, SystemClock()))
    zone = stands.config.timezone.key
    click.echo(as_json(told) if style == "json" else as_text(told, zone))
    ctx.exit(int(not all(_agrees(each) for each in told.values())))


def as_text(told: Told, zone: str) -> str:
    """A paragraph for each source: how it compares, what was healed, and what differs."""
    return "\n\n".join("\n".join(_lines(name, each, zone)) for name, each in told.items())


def as_json(told: Told) -> str:
    """An object for each source."""
    return exact.objects([{"source": name, **_row(each)} for name, each in told.items()])


def _agrees(found: Agreement | NeoError | None) -> bool:
    return isinstance(found, Agreement) and found.known and not found.drift


def _lines(name: str, found: Agreement | NeoError | None, zone: str) -> list[str]:
    if not isinstance(found, Agreement):
        return [f"{name}: {table.plain(_why_not(found), 400)}"]
    healed = f", after {found.healed} was healed" if found.healed else ""
    verdict = f"differs from Neo's own totals by {found.drift}" if found.drift else _AGREES
    rest = [f"  +{found.more:,} more"] if found.more else []
    return [
        f"{name}: {f'{verdict}{healed}' if found.known else 'could not be compared'}",
        *([f"  {_compared(found, zone)}"] if found.known else []),
        *(f"  {table.plain(_difference(each), 400)}" for each in found.differences),
        *rest,
        *(f"  {note}" for note in found.notes),
        *([f"  {_NEXT}"] if found.drift else []),
    ]


def _compared(found: Agreement, zone: str) -> str:
    """`1,200 tasks and the totals of 2026-07-21 02:00 to 2026-11-18 02:00`."""
    tasks = [] if found.tasks is None else [table.count(found.tasks, "task")]
    totals = ["the totals"] if found.totals else []
    since, until = (moment.shown(at, zone) for at in (found.span.start, found.span.end))
    return f"{' and '.join([*tasks, *totals])} of {since} to {until}"


_AGREES = "equals Neo's own totals"
_NEXT = "Reading again did not help: Neo's totals do not agree with its own records. Ask its support which it bills."


def _difference(each: Difference) -> str:
    state = f"{each.left} stays" if each.left else "healed"
    return f"{state}: {agreement.named(each)}, Neo {each.neo}, the ledger {each.ours}"


def _why_not(found: NeoError | None) -> str:
    return _UNREAD if found is None else str(found)


def _row(found: Agreement | NeoError | None) -> Row:
    if not isinstance(found, Agreement):
        return {"error": _why_not(found)}
    return {
        "at": found.at.isoformat(),
        "since": found.span.start.isoformat(),
        "until": found.span.end.isoformat(),
        "tasks": found.tasks,
        "totals": found.totals,
        "drift": found.drift,
        "healed": found.healed,
        "differences": [_json(each) for each in found.differences],
        "more": found.more,
        "notes": "; ".join(found.notes),
    }


def _json(each: Difference) -> Row:
    return {
        "about": each.about.value,
        "name": each.name,
        "neo": each.neo,
        "ledger": each.ours,
        "by": each.by,
        "left": each.left,
    }
