from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from rules import series
from rules.labels import EVERYTHING, Label, Pattern, Selector
from rules.metric import Reads, Totals
from rules.money import Money
from rules.record import Record
from rules.series import Answer, Query, Sums
from rules.window import Span
from tests.rules import samples

DAY = Span(samples.NOON, samples.NOON + timedelta(days=1))


def query(*group_by: Label, **changes: object) -> Query:
    plain = {"reads": Reads.RECORDS, "span": DAY, "where": EVERYTHING, "days": None} | changes
    return Query(group_by=group_by, **plain)  # type: ignore[arg-type] # a table of changes


def where(label: Label, *include: str, exclude: tuple[str, ...] = ()) -> Selector:
    return Selector.of({label: Pattern(include, exclude)})


def test_answers_that_read_something_else_are_put_together() -> None:
    sums: Answer = {("ana",): Totals(streams=2), ("ben",): Totals(streams=1)}
    tasks: Answer = {("ana",): Totals(tasks=1), ("cid",): Totals(tasks=4)}
    assert {
        ("ana",): Totals(streams=2, tasks=1),
        ("ben",): Totals(streams=1),
        ("cid",): Totals(tasks=4),
    } == series.joined([sums, tasks])
    assert {} == series.joined([])


def test_what_a_record_adds_to_a_sum() -> None:
    record = samples.record(
        status="failed",
        priced=False,
        credits=Money(1),
        neo_cost=Money(2),
        llm_cost=Money(3),
        steps=4,
        tool_calls=5,
        agent_triggers=6,
        execution_ms=7,
        llm_ms=8,
        tool_ms=9,
    )
    assert Totals(1, 1, 1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9) == series.totals_of(record)


@pytest.mark.parametrize(
    ("status", "errors", "judged"),
    [
        ("completed", 0, 1),
        ("error", 1, 1),
        ("failed", 1, 1),
        ("aborted", 0, 0),
        ("blocked", 0, 0),
        ("something-new", 0, 0),
    ],
)
def test_only_finished_streams_are_judged(status: str, errors: int, judged: int) -> None:
    found = series.totals_of(samples.record(status=status))
    assert (errors, judged) == (found.errors, found.judged)


def test_a_span_takes_its_start_and_not_its_end() -> None:
    records = [samples.record(at=DAY.start), samples.record(at=DAY.end)]
    assert {(): Totals(streams=1, judged=1)} == Sums(records).answer(query())


def test_a_total_over_nothing_is_left_out() -> None:
    assert {} == Sums([]).answer(query())


def test_records_are_summed_by_their_labels() -> None:
    records = [
        samples.record(user="ana", credits=Money(1)),
        samples.record(user="ana", credits=Money(2), byok=True),
        samples.record(user="ben", credits=Money(4)),
    ]
    found = Sums(records).answer(query(Label.USER, Label.BYOK))
    assert {
        ("ana", "false"): 1,
        ("ana", "true"): 2,
        ("ben", "false"): 4,
    } == {values: totals.credits for values, totals in found.items()}


TOOLS = samples.record(
    tools=(("nmap", 3, 30), ("curl", 1, 10)), agents=(("scout", 2), ("critic", 1))
)


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        pytest.param(EVERYTHING, True, id="everything"),
        pytest.param(where(Label.USER, "ana@*"), True, id="its user"),
        pytest.param(where(Label.USER, "ben@*"), False, id="another user"),
        pytest.param(where(Label.TOOL, "nmap"), True, id="a tool it used"),
        pytest.param(
            where(Label.TOOL, exclude=("nmap",)), False, id="a tool it must not have used"
        ),
        pytest.param(where(Label.AGENT, "scout"), True, id="an agent it used"),
        pytest.param(where(Label.AGENT, "judge"), False, id="an agent it did not use"),
        pytest.param(
            Selector.of({Label.USER: Pattern(("ana@*",)), Label.TOOL: Pattern(("awk",))}),
            False,
            id="its user but not its tool",
        ),
    ],
)
def test_where_takes_a_record(selector: Selector, expected: bool) -> None:
    assert expected == series.selects(selector, TOOLS)
    assert expected == bool(Sums([TOOLS]).answer(query(where=selector)))


@pytest.mark.parametrize(
    ("group_by", "selector", "expected"),
    [
        pytest.param(
            (Label.TOOL,),
            EVERYTHING,
            {
                ("nmap",): Totals(tool_calls=3, tool_ms=30),
                ("curl",): Totals(tool_calls=1, tool_ms=10),
            },
            id="by tool",
        ),
        pytest.param(
            (Label.USER, Label.TOOL),
            where(Label.TOOL, "c*"),
            {("ana@acme.test", "curl"): Totals(tool_calls=1, tool_ms=10)},
            id="by user and some tools",
        ),
        pytest.param(
            (Label.AGENT,),
            EVERYTHING,
            {("scout",): Totals(agent_triggers=2), ("critic",): Totals(agent_triggers=1)},
            id="by agent",
        ),
        pytest.param(
            (Label.AGENT,),
            where(Label.AGENT, "scout"),
            {("scout",): Totals(agent_triggers=2)},
            id="by some agents",
        ),
    ],
)
def test_calls_split_by_tool_and_triggers_by_agent(
    group_by: tuple[Label, ...], selector: Selector, expected: series.Answer
) -> None:
    assert expected == Sums([TOOLS]).answer(query(*group_by, where=selector))


def test_a_task_in_two_sources_is_two_tasks() -> None:
    records = [
        samples.record(key="1"),
        samples.record(key="2"),
        samples.record(key="3", source="other"),
        samples.record(key="4", task="task-2", user="ben"),
    ]
    found = Sums(records).answer(query(Label.USER, reads=Reads.TASKS))
    assert {("ana@acme.test",): Totals(tasks=2), ("ben",): Totals(tasks=1)} == found


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        pytest.param(EVERYTHING, 2, id="everything"),
        pytest.param(where(Label.USER, "ben"), 1, id="by user"),
        pytest.param(where(Label.TOOL, "nmap"), 2, id="tools are not known of tasks"),
    ],
)
def test_blocked_tasks_are_counted_by_their_creation(selector: Selector, expected: int) -> None:
    tasks = [
        samples.task(status="blocked"),
        samples.task(status="blocked", user="ben"),
        samples.task(status="blocked", at=DAY.end),
        samples.task(status="completed"),
    ]
    found = Sums([], tasks).answer(query(reads=Reads.BLOCKED, where=selector))
    assert {(): Totals(blocked=expected)} == found


@pytest.mark.parametrize(
    ("hours", "user", "expected"),
    [
        pytest.param([0, 30], "ana", {("ana",): Totals(new=1)}, id="the first of all, however many follow"),
        pytest.param([-1, 1], "ana", {}, id="there were some before"),
        pytest.param([24], "ana", {}, id="it is after the span"),
        pytest.param([1], "unknown", {}, id="nobody knows who it was"),
        pytest.param([1], "", {}, id="nobody is named"),
    ],
)  # fmt: skip
def test_who_is_new(hours: list[int], user: str, expected: Answer) -> None:
    records = [samples.record(user=user, at=DAY.start + timedelta(hours=hour)) for hour in hours]
    asked = query(Label.USER, reads=Reads.FIRST)
    assert expected == Sums(records).answer(asked)
    assert series.BEGINNING == asked.since


def test_usage_that_is_not_selected_makes_nobody_known() -> None:
    records = [
        samples.record(model="opus", source="blue", at=DAY.start - timedelta(days=1)),
        samples.record(model="opus"),
    ]
    asked = query(Label.MODEL, reads=Reads.FIRST, where=where(Label.SOURCE, "acme"))
    assert {("opus",): Totals(new=1)} == Sums(records).answer(asked)


def test_billing_figures_are_no_sums() -> None:
    with pytest.raises(ValueError, match="gauges"):
        Sums([]).answer(query(reads=Reads.BILLING))


def test_a_day_by_day_answer_names_the_local_date() -> None:
    records: list[Record] = [
        samples.record(at=samples.NOON + timedelta(hours=hour), steps=hour)
        for hour in (1, 10, 11, 12)
    ]
    found = Sums(records).answer(query(Label.USER, days=ZoneInfo("Europe/Berlin")))
    assert {
        ("ana@acme.test", "2026-11-20"): 1 + 10,
        ("ana@acme.test", "2026-11-21"): 11 + 12,
    } == {values: totals.steps for values, totals in found.items()}
