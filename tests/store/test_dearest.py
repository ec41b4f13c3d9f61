"""The dearest tasks: SQL against the plain sum of the records."""

from collections import Counter
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from bot.store import dearest, ledger
from bot.store.dearest import Cost, Dearest, Selection
from rules.labels import EVERYTHING, Label, Pattern, Selector
from rules.money import Money
from rules.record import Record
from rules.series import selects
from rules.window import Span
from tests.store import usage

WORTH = {
    Cost.SPEND: lambda record: record.credits + record.neo_cost,
    Cost.CREDITS: lambda record: record.credits,
    Cost.NEO_COST: lambda record: record.neo_cost,
    Cost.LLM_COST: lambda record: record.llm_cost,
    Cost.TOTAL_COST: lambda record: record.credits + record.neo_cost + record.llm_cost,
}
WHERES = [
    EVERYTHING,
    Selector.of({Label.USER: Pattern(include=("*@acme.test",))}),
    Selector.of({Label.USER: Pattern(include=("ana@acme.test",)), Label.TOOL: Pattern(("bash",))}),
    Selector.of({Label.STATUS: Pattern(exclude=("error",))}),
]
EXACTLY: list[dict[Label, str]] = [
    {},
    {Label.USER: "ana@acme.test"},
    {Label.BYOK: "true", Label.MODEL: "opus"},
    {Label.USER: "*@acme.test"},
]


def plain(records: Sequence[Record], of: Selection, span: Span) -> list[Dearest]:
    """All tasks in their order."""
    cost: Counter[tuple[str, str]] = Counter()
    streams: Counter[tuple[str, str]] = Counter()
    for record in {(record.source, record.key): record for record in records}.values():
        exact = all(record.label(label) == value for label, value in of.exactly.items())
        if record.at in span and exact and selects(of.where, record):
            cost[record.source, record.task] += WORTH[of.cost](record).nano
            streams[record.source, record.task] += 1
    found = [
        Dearest(source, task, Money(cost[source, task]), streams[source, task])
        for source, task in streams
    ]
    return sorted(found, key=lambda each: (-each.cost.nano, -each.streams, each.task, each.source))


@given(
    usage.batches,
    usage.spans,
    st.sampled_from(WHERES),
    st.sampled_from(list(Cost)),
    st.sampled_from(EXACTLY),
)
def test_sql_ranks_as_the_plain_sum_does(
    records: list[Record], span: Span, where: Selector, cost: Cost, exactly: dict[Label, str]
) -> None:
    db = usage.fresh()
    ledger.add(db, records, seen=usage.NOON, live=True)
    of = Selection(where, cost, exactly)
    expected, (found, count) = plain(records, of, span), dearest.tasks(db, of, span, 2)
    db.close()
    assert (len(expected), {each.cost for each in expected[:2]}) == (
        count,
        {each.cost for each in found},
    )
    assert all(each in expected for each in found)


def test_ties_go_by_streams_then_by_id() -> None:
    db = usage.fresh()
    rows = [("b", 2), ("a", 2), ("c", 1), ("c", 1)]
    records = [
        usage.record(key=usage.KEYS[number], task=task, credits=Money(nano))
        for number, (task, nano) in enumerate(rows)
    ]
    ledger.add(db, records, seen=usage.NOON, live=True)
    span = Span(usage.NOON, usage.NOON.replace(hour=13))
    found, _ = dearest.tasks(db, Selection(EVERYTHING), span, 5)
    db.close()
    assert ["c", "a", "b"] == [each.task for each in found]
