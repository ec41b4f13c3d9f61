"""The sums that Neo itself reports: the body of `usage/summary`."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from bot.demo.neo import book, rows, usage


@dataclass(slots=True)
class Sum:
    """Credits (never BYOK cost) and distinct tasks."""

    credits: Decimal = Decimal(0)
    tasks: set[str] = field(default_factory=set)

    def add(self, stream: usage.Stream) -> None:
        self.credits += stream.credits or 0
        self.tasks.add(stream.task_id)

    def row(self) -> rows.Row:
        return {"neo_credits": rows.number(self.credits), "tasks": len(self.tasks)}


def usage_of(source: book.Book, streams: Iterable[usage.Stream]) -> rows.Row:
    """Add up the streams of a window; a task counts where one of its streams does."""
    known = list(streams)
    byok = [each for each in known if each.byok]
    everything = _by(known, lambda _: "all").get("all", Sum())
    models = _by(known, lambda each: each.model)
    return {
        "total_neo_credits": rows.number(everything.credits),
        "total_tasks": len(everything.tasks),
        "by_model": {model: total.row() for model, total in models.items()},
        "by_status": _by_status(source, everything.tasks),
        "byok": {
            "total_llm_cost": rows.number(usage.total(each.llm_cost for each in byok)) or 0,
            "total_neo_cost": rows.number(usage.total(each.neo_cost for each in byok)) or 0,
            "total_streams": len(byok),
            "total_tasks": len({each.task_id for each in byok}),
        },
    }


def by_email(streams: Iterable[usage.Stream]) -> list[rows.Row]:
    """Add up per person, dearest first."""
    people = _by(streams, lambda each: each.email)
    ranked = sorted(people.items(), key=lambda item: (-item[1].credits, item[0]))
    return [{"email": email, **total.row()} for email, total in ranked]


def by_period(streams: Iterable[usage.Stream], group_by: str) -> list[rows.Row]:
    """Add up per UTC day, week (from Monday) or month, earliest first; `date` is the first day."""
    periods = _by(streams, lambda each: _first_day(each.created, group_by))
    return [{"date": date, **total.row()} for date, total in sorted(periods.items())]


def _by_status(source: book.Book, task_ids: Iterable[str]) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for task_id in task_ids:
        status = source.task(task_id).status
        counts[status] = counts.get(status, 0) + 1
    return counts


def _by(streams: Iterable[usage.Stream], key: Callable[[usage.Stream], str]) -> dict[str, Sum]:
    sums: dict[str, Sum] = {}
    for stream in streams:
        sums.setdefault(key(stream), Sum()).add(stream)
    return sums


def _first_day(created: int, group_by: str) -> str:
    day = usage.moment(created).date()
    if group_by == "week":
        day -= timedelta(days=day.weekday())
    elif group_by == "month":
        day = day.replace(day=1)
    return day.isoformat()
