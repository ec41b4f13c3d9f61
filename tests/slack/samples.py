"""Facts and answers as the bot meets them, one for each kind of message."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from bot.notify import agreement, silence, unreachable
from bot.notify.acted import AckAnswer, SilenceAnswer, UnsilenceAnswer
from bot.notify.agreement import About, Difference
from bot.notify.answer import (
    AlertsAnswer,
    Answer,
    BudgetsAnswer,
    ByokAnswer,
    ByokLine,
    Complaint,
    DigestAnswer,
    ErrorsAnswer,
    HelpAnswer,
    Origin,
    Refusal,
    RuleLine,
    RulesAnswer,
    SourceLine,
    SpendAnswer,
    StatusAnswer,
    StreamLine,
    TaskAnswer,
    ToolLine,
    TopAnswer,
    TopLine,
)
from bot.notify.facts import (
    AckFacts,
    Acted,
    AlertFacts,
    AlertLine,
    BudgetLine,
    ChangesFacts,
    DigestFacts,
    Line,
    Pace,
    SilenceFacts,
    Split,
    Stretch,
    TableFacts,
    TaskLine,
    UserLine,
)
from bot.notify.forecast import ForecastAnswer, ForecastLine, Unforeseen
from bot.notify.notification import (
    AlertBody,
    Body,
    ChangesBody,
    Destination,
    DigestBody,
    NoteBody,
    TableBody,
    Via,
)
from bot.notify.silence import Silence
from bot.notify.unreachable import Unreachable
from bot.notify.why import Decided, Episode, Held, HeldBack, Made, Part, Said, Told, WhyAnswer
from rules import alert
from rules.alert import Reason, State
from rules.finding import Verdict
from rules.labels import Label
from rules.metric import Totals
from rules.money import ZERO, Money
from rules.terms import Limit, Severity
from rules.window import Span

ZONE = "Europe/Berlin"


def usd(amount: str) -> Money:
    return Money(round(Fraction(amount) * 1_000_000_000))


def at(hour: int, minute: int = 0, *, day: int = 3) -> datetime:
    """A moment of March 2026, in UTC; Berlin is an hour ahead."""
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


DAY = Stretch("3 Mar 2026", at(23, day=2), at(23), ZONE)
YESTERDAY = Stretch("2 Mar 2026", at(23, day=1), at(23, day=2), ZONE)
MONTH = Stretch("March 2026", datetime(2026, 2, 28, 23, tzinfo=UTC), at(22, day=31), ZONE)
FEBRUARY = Stretch(
    "last month by this time",
    datetime(2026, 1, 31, 23, tzinfo=UTC),
    datetime(2026, 2, 3, 13, tzinfo=UTC),
    ZONE,
)
SIX_HOURS = Stretch("6h", at(7), at(13), ZONE)

TASKS = (
    TaskLine(
        "7f3c2a", "Recon of *.acme.test & friends", "ana@acme.test", "opus-4", usd("61.20"), 12
    ),
    TaskLine("91ab04", "SAST review of payments", "ana@acme.test", "sonnet-4", usd("24.05"), 3),
    TaskLine("c00ffe", "API fuzzing <staging>", "ana@acme.test", "sonnet-4", usd("12.90"), 1),
)
OWN_KEYS = Split(usd("70.10"), usd("34.10"), usd("210.45"))

FIRING = AlertFacts(
    id="a1b2c3d4",
    rule="user-daily-spend",
    summary="One person's spend in a day",
    condition="thresholds",
    metric="spend",
    labels={"user": "ana@acme.test"},
    state=State.FIRING,
    severity=Severity.CRITICAL,
    peak=Severity.CRITICAL,
    reason=Reason.FIRST,
    value=usd("104.20"),
    worst=usd("104.20"),
    limit=usd("100"),
    limit_text="100 USD",
    limit_severity=Severity.CRITICAL,
    told=None,
    period=DAY,
    by_period=True,
    since=at(12, 58),
    ended=None,
    note="",
    records=1204,
    tasks=TASKS,
    more_tasks=9,
    split=Split(usd("104.20"), ZERO, ZERO),
    pace=None,
    data_at=at(13, 5),
    runbook="https://wiki.acme.test/neo-spend",
    receiver="finops",
)
WARNING = replace(
    FIRING,
    severity=Severity.WARNING,
    peak=Severity.WARNING,
    value=usd("52.15"),
    worst=usd("52.15"),
    limit=usd("50"),
    limit_text="50 USD",
    limit_severity=Severity.WARNING,
    runbook="see the wiki, page “Neo”",
)
BUDGET = replace(
    FIRING,
    id="b0d9e7aa",
    rule="team-monthly-budget",
    summary="",
    labels={},
    severity=Severity.WARNING,
    peak=Severity.WARNING,
    value=usd("1613.40"),
    worst=usd("1613.40"),
    limit=usd("1600"),
    limit_text="80% of 2000 USD",
    limit_severity=Severity.WARNING,
    period=MONTH,
    split=OWN_KEYS,
    pace=Pace(usd("2310"), usd("2050"), usd("2600"), at(9, day=26)),
    runbook="",
)
FORECAST = replace(
    BUDGET,
    id="f04eca57",
    condition="forecast",
    value=usd("2310"),
    worst=usd("2310"),
    limit=usd("2000"),
    limit_text="100% of 2000 USD",
    pace=None,
)
CAME_TRUE = replace(
    FORECAST,
    state=State.RESOLVED,
    reason=Reason.RESOLVED,
    severity=None,
    ended=at(9, day=26),
    note=alert.CAME_TRUE,
)
NOT_EXPECTED = replace(
    FORECAST,
    state=State.CORRECTED,
    reason=Reason.RESOLVED,
    severity=None,
    value=usd("1870"),
    ended=at(9, day=12),
)
ERROR_RATE = replace(
    FIRING,
    id="e4404e44",
    rule="user-error-rate",
    summary="Too many failures of one person",
    metric="error_rate",
    value=Fraction(300, 7),
    worst=Fraction(300, 7),
    limit=Fraction(40),
    limit_text="40%",
    period=SIX_HOURS,
    by_period=False,
    records=28,
    split=None,
)
RUNAWAY = replace(
    FIRING,
    id="70a57e12",
    rule="runaway-task",
    summary="",
    metric="task_cost",
    labels={"task": "7f3c2a"},
    value=usd("61.20"),
    worst=usd("61.20"),
    limit=usd("30"),
    limit_text="3 credits",
    period=Stretch("24h", at(13, 5, day=2), at(13, 5), ZONE),
    by_period=False,
    tasks=TASKS[:1],
    more_tasks=0,
    records=12,
)
STALE = replace(
    FIRING,
    id="57a1e000",
    rule="source-stale",
    summary="",
    metric="data_age",
    labels={"source": "acme"},
    severity=Severity.WARNING,
    peak=Severity.WARNING,
    value=timedelta(minutes=23),
    worst=timedelta(minutes=23),
    limit=timedelta(minutes=10),
    limit_text="10m",
    limit_severity=Severity.WARNING,
    by_period=False,
    since=at(12, 52),
    note="Neo answers 401: the key was refused. Renew NEO_API_KEY; alerts may come late until then.",
    records=0,
    tasks=(),
    more_tasks=0,
    split=None,
    data_at=at(12, 42),
    runbook="",
)
DIFFERS = Difference(About.TASK, "t-9", usd("42"), usd("20"), usd("22"), usd("22"))
DRIFT = replace(
    STALE,
    id="d21f7000",
    rule="drift",
    summary="The ledger differs from Neo's own totals",
    metric="drift",
    value=usd("22"),
    worst=usd("22"),
    limit=usd("0.01"),
    limit_text="0.01 USD",
    period=Stretch("now", at(3, 15), at(3, 15), ZONE),
    since=at(3, 15),
    note="The ledger of acme differs from Neo's own totals by $22.00: task t-9 (Neo $42.00, the ledger $20.00).",
)
NEW = replace(
    FIRING,
    id="f1757000",
    rule="new-model",
    summary="A model that this team never used before",
    metric="first_seen",
    labels={"model": "gpt-x"},
    severity=Severity.INFO,
    peak=Severity.INFO,
    value=1,
    worst=1,
    limit=1,
    limit_text="1",
    limit_severity=Severity.INFO,
    records=3,
    more_tasks=0,
    split=None,
    runbook="",
    first=at(12, 41),
)
NEW_LEFT = replace(NEW, state=State.RESOLVED, by_period=False, value=0, ended=at(12, day=4))
NEW_TOO = tuple(replace(NEW, id=f"{n:08x}", labels={"user": f"bo{n}@acme.test"}) for n in range(3))
EASED = replace(ERROR_RATE, severity=None, value=Fraction(18), runbook="")
RESOLVED = replace(
    ERROR_RATE,
    state=State.RESOLVED,
    reason=Reason.RESOLVED,
    severity=None,
    value=Fraction(12),
    ended=at(14, 28),
    told=Fraction(300, 7),
)
FRESH = replace(
    STALE,
    state=State.RESOLVED,
    reason=Reason.RESOLVED,
    severity=None,
    value=timedelta(seconds=40),
    ended=at(13, 40),
    note="",
    data_at=at(13, 39),
)
CORRECTED = replace(
    FIRING,
    state=State.CORRECTED,
    reason=Reason.CORRECTED,
    severity=None,
    value=usd("48.10"),
    told=usd("104.20"),
    ended=at(15),
    limit=usd("50"),
    limit_text="50 USD",
    limit_severity=Severity.WARNING,
)
CLOSED = replace(
    FIRING,
    state=State.CLOSED,
    reason=Reason.CLOSED,
    value=usd("131.75"),
    worst=usd("131.75"),
    ended=at(23),
)
FINAL = replace(CLOSED, final=True, data_at=at(1, day=4))
LATE = replace(
    WARNING,
    state=State.CLOSED,
    reason=Reason.LATE,
    period=YESTERDAY,
    value=usd("61.20"),
    worst=usd("61.20"),
    told=usd("44.10"),
    since=at(9),
    ended=at(23, day=2),
)
DELAYED = replace(RESOLVED, reason=Reason.DELAYED, since=at(1, 10), ended=at(2, 40))
REMOVED = replace(
    FIRING,
    state=State.REMOVED,
    reason=Reason.CLOSED,
    severity=None,
    ended=at(15),
    note="The rule user-daily-spend is gone.",
)
ESCALATED = replace(FIRING, reason=Reason.ESCALATED, told=usd("52.15"))
REPEATED = replace(FIRING, reason=Reason.REPEAT, told=usd("104.20"), data_at=at(16, 58))

ROWS = tuple(
    replace(
        WARNING if number > 3 else FIRING,
        id=f"{number:08x}",
        labels={"user": f"person{number:02}@acme.test"},
        value=usd(f"{160 - number * 10}.50"),
    )
    for number in range(1, 11)
)
TABLE = TableFacts(
    id="7ab1e000",
    rule="user-daily-spend",
    summary="One person's spend in a day",
    metric="spend",
    severity=Severity.CRITICAL,
    rows=ROWS,
    count=312,
    open=312,
    total=usd("18734.25"),
    first=False,
    period=DAY,
    data_at=at(13, 5),
    runbook="https://wiki.acme.test/neo-spend",
)
TASK_TABLE = replace(
    TABLE,
    rule="runaway-task",
    metric="task_cost",
    rows=tuple(
        replace(
            RUNAWAY,
            id=f"{number:08x}",
            labels={"task": f"019ab3c1-7e00-7000-8000-{number:012}"},
            tasks=(replace(TASKS[0], id=f"019ab3c1-7e00-7000-8000-{number:012}"),),
        )
        for number in range(1, 5)
    ),
    count=6,
    open=6,
    note="meant for leads (#gone), which cannot be reached: channel_not_found",
)
CHANGES = ChangesFacts(
    "user-daily-spend",
    (
        replace(ESCALATED, labels={"user": "person04@acme.test"}),
        replace(CORRECTED, labels={"user": "person02@acme.test"}),
        replace(CLOSED, labels={"user": "person03@acme.test"}),
    ),
    17,
)
GATHERED = replace(
    CHANGES,
    reasons=((Reason.ESCALATED, 12), (Reason.CORRECTED, 4), (Reason.REPEAT, 1)),
    total=usd("1612.30"),
    period=DAY,
    data_at=at(13, 5),
    note="meant for leads (#gone), which cannot be reached: channel_not_found",
)
GONE = replace(
    CHANGES, rows=(REMOVED,) * 6, count=6, reasons=((Reason.CLOSED, 6),), data_at=at(13, 5)
)
BUDGETS = (
    BudgetLine(
        "team-monthly-budget",
        {},
        usd("1613.40"),
        usd("2000"),
        MONTH,
        Pace(usd("2310"), usd("2050"), usd("2600"), at(9, day=26)),
        Severity.WARNING,
        timedelta(days=28, hours=9),
    ),
    BudgetLine(
        "user-daily-spend", {"user": "ana@acme.test"}, usd("14.20"), usd("100"), DAY, None, None
    ),
)
ACK = AckFacts("ana@acme.test", at(13, 2))
ACTED = Acted(
    ACK, SilenceFacts("S3", "ada@acme.test", at(15), "migration of the *big* scan & friends")
)
SILENCE = Silence(
    3,
    at(13),
    at(15),
    "ada@acme.test",
    "migration of the *big* scan & friends",
    "user-*",
    silence.selector([(Label.USER, "*@acme.test")]),
)
OPEN_ALERTS = (
    AlertLine(
        "a1b2c3d4",
        "user-daily-spend",
        {"user": "ana@acme.test"},
        Severity.CRITICAL,
        usd("104.20"),
        "100 USD",
        at(12, 58),
    ),
    AlertLine(
        "e4404e44",
        "user-error-rate",
        {"user": "ben@acme.test", "model": "opus-4"},
        Severity.WARNING,
        Fraction(125, 6),
        "20%",
        at(7, 10),
        acted=ACTED,
    ),
)
TASK_ALERT = AlertLine(
    "70a57e12",
    "runaway-task",
    {"user": "ana@acme.test", "task": "019ab3c1-7e00-7000-8000-000000000001"},
    Severity.CRITICAL,
    usd("61.20"),
    "30 USD",
    at(12, 58),
    title="Recon of *.acme.test & friends",
)
NEW_ALERT = AlertLine(
    "f1757000",
    "new-model",
    {"model": "gpt-x"},
    Severity.INFO,
    1,
    "1",
    at(12, 41),
    metric="first_seen",
)
DIGEST = DigestFacts(
    name="daily",
    every="day",
    period=YESTERDAY,
    spend=usd("184.30"),
    before=usd("164.50"),
    mean=usd("171.02"),
    to_date=Stretch("this month", MONTH.start, at(23, day=2), ZONE),
    to_date_spend=usd("1613.40"),
    budgets=BUDGETS,
    reached=((Severity.WARNING, 1),),
    credits_left=usd("8420"),
    credits_expire=datetime(2026, 6, 30, tzinfo=UTC),
    split=OWN_KEYS,
    users=(
        UserLine("ana@acme.test", usd("92.15"), usd("41.30"), Fraction(50)),
        UserLine("ben@acme.test", usd("40.10"), usd("61.00"), Fraction(4010, 184)),
        UserLine("chloe@acme.test", usd("30.05"), ZERO, Fraction(3005, 184)),
        UserLine("dev@contractors.acme.test", usd("12"), usd("12"), Fraction(1200, 184)),
        UserLine("ci@acme.test", usd("10"), usd("1.60"), Fraction(1000, 184)),
    ),
    more_users=14,
    models=(Line("opus-4", usd("120.10")), Line("sonnet-4", usd("64.20"))),
    tasks=TASKS,
    streams=1204,
    errors=48,
    error_rate=Fraction(4800, 1190),
    alerts=OPEN_ALERTS,
    silenced=1,
    acked=1,
    more_alerts=3,
    records=48210,
    as_of=at(7, 59),
    late=usd("4.10"),
    stale=(),
    reconciled=ZERO,
    final=True,
)
QUIET = replace(DIGEST, spend=ZERO, streams=0, errors=0, error_rate=None, alerts=(), more_alerts=0)
STALE_DIGEST = replace(
    DIGEST,
    stale=("acme", "lab"),
    before=None,
    mean=None,
    budgets=(),
    reached=(),
    alerts=(),
    more_alerts=0,
    reconciled=None,
    credits_left=None,
)
EARLY = replace(
    DIGEST,
    as_of=at(23, 30, day=2),
    final=False,
    alerts=(TASK_ALERT,),
    note="meant for leads (#gone), which cannot be reached: channel_not_found",
)
EARLY_QUIET = replace(QUIET, final=False, note=EARLY.note)
WEEKLY = replace(
    DIGEST,
    name="weekly",
    every="week",
    period=Stretch("week of 23 Feb 2026", at(23, day=1) - timedelta(days=7), at(23, day=1), ZONE),
    spend=usd("1190.25"),
    before=usd("990"),
    mean=usd("1080.40"),
    to_date_before=usd("1480.10"),
    silenced=1,
    more_models=3,
    more_tasks=208,
)
MONTHLY = replace(
    DIGEST,
    name="monthly",
    every="month",
    period=MONTH,
    spend=usd("5012.70"),
    before=usd("4480"),
    mean=None,
    to_date=Stretch("April 2026", MONTH.end, MONTH.end + timedelta(hours=9), ZONE),
    to_date_spend=usd("12.05"),
    to_date_before=usd("31.20"),
    budgets=(
        BudgetLine(
            "team-monthly-budget",
            {},
            usd("5012.70"),
            usd("5000"),
            MONTH,
            None,
            Severity.CRITICAL,
        ),
    ),
    reached=((Severity.CRITICAL, 1),),
    silenced=1,
)
SKIPPED = replace(
    DIGEST, skipped="The bot was down from 2 Mar 22:10 UTC until now, more than 6 hours late."
)

LOST = Unreachable(
    at(9).date(),
    tuple(f"user-{n:04}@*contractors*.acme.test" for n in range(10)),
    1_000,
    (
        ("Slack knows nobody with the email: add them under `people`", 997),
        ("Slack refused: user_disabled (the person was deactivated in Slack)", 3),
    ),
)
POSTS: dict[str, Body] = {
    "alert-critical": AlertBody(FIRING),
    "alert-warning": AlertBody(WARNING),
    "alert-budget": AlertBody(BUDGET),
    "alert-forecast": AlertBody(FORECAST),
    "alert-came-true": AlertBody(CAME_TRUE),
    "alert-not-expected": AlertBody(NOT_EXPECTED),
    "alert-error-rate": AlertBody(ERROR_RATE),
    "alert-runaway-task": AlertBody(RUNAWAY),
    "alert-stale": AlertBody(STALE),
    "alert-drift": AlertBody(DRIFT),
    "alert-new": AlertBody(NEW),
    "alert-new-closed": AlertBody(replace(NEW, state=State.CLOSED, ended=at(23))),
    "alert-new-left": AlertBody(NEW_LEFT),
    "alert-new-gone": AlertBody(replace(NEW_LEFT, first=None)),
    "alert-new-late": AlertBody(
        replace(NEW, state=State.CLOSED, reason=Reason.LATE, period=YESTERDAY, ended=at(23, day=2))
    ),
    "alert-eased": AlertBody(EASED),
    "alert-lingers": AlertBody(
        replace(EASED, severity=Severity.WARNING, value=Fraction(19), over_at=Fraction(18))
    ),
    "alert-resolved": AlertBody(RESOLVED),
    "alert-fresh-again": AlertBody(FRESH),
    "alert-corrected": AlertBody(CORRECTED),
    "alert-closed": AlertBody(CLOSED),
    "alert-final": AlertBody(FINAL),
    "alert-late": AlertBody(LATE),
    "alert-delayed": AlertBody(DELAYED),
    "alert-removed": AlertBody(REMOVED),
    "alert-acknowledged": AlertBody(replace(FIRING, acted=Acted(ACK))),
    "alert-silenced": AlertBody(replace(WARNING, acted=ACTED)),
    "table": TableBody(TABLE),
    "table-acted": TableBody(
        replace(TABLE, rows=(replace(ROWS[0], acted=ACTED), *ROWS[1:4]), count=4, open=4)
    ),
    "table-first": TableBody(
        replace(TABLE, first=True, rows=ROWS[:4], count=4, open=0, total=None)
    ),
    "table-of-tasks": TableBody(TASK_TABLE),
    "table-new": TableBody(
        replace(
            TABLE, rule="new-user", metric="first_seen", rows=NEW_TOO, count=3, open=3, total=None
        )
    ),
    "table-new-first": TableBody(
        replace(
            TABLE,
            rule="new-user",
            metric="first_seen",
            rows=NEW_TOO,
            count=3,
            open=3,
            total=None,
            first=True,
        )
    ),
    "table-held": TableBody(
        replace(TABLE, rule="", summary="", rows=ROWS[:2], count=2, open=2, total=None, held=True)
    ),
    "table-held-with-changes": TableBody(
        replace(
            TABLE,
            rule="",
            summary="",
            rows=ROWS[:1],
            count=1,
            open=1,
            total=None,
            held=True,
            also=replace(CHANGES, rule=""),
        )
    ),
    "table-held-over": TableBody(replace(TABLE, rows=ROWS[:2], count=2, open=0, held=True)),
    "table-held-new": TableBody(
        replace(
            TABLE,
            rule="new-user",
            metric="first_seen",
            rows=NEW_TOO,
            count=3,
            open=1,
            total=None,
            held=True,
        )
    ),
    "changes": ChangesBody(GATHERED),
    "changes-of-a-rule-that-is-gone": ChangesBody(GONE),
    "digest": DigestBody(DIGEST),
    "digest-acted": DigestBody(
        replace(DIGEST, alerts=tuple(replace(row, acted=ACTED) for row in OPEN_ALERTS))
    ),
    "digest-early": DigestBody(EARLY),
    "digest-early-quiet": DigestBody(EARLY_QUIET),
    "digest-quiet": DigestBody(QUIET),
    "digest-stale": DigestBody(STALE_DIGEST),
    "digest-skipped": DigestBody(SKIPPED),
    "digest-weekly": DigestBody(WEEKLY),
    "digest-monthly": DigestBody(MONTHLY),
    "note-unreachable": NoteBody(unreachable.words(LOST), LOST),
    "note": NoteBody("A message to #neo-pilot could not be delivered: the channel is archived."),
}
REPLIES: dict[str, Body] = {
    "reply-escalated": AlertBody(ESCALATED),
    "reply-repeat": AlertBody(REPEATED),
    "reply-resolved": AlertBody(RESOLVED),
    "reply-corrected": AlertBody(CORRECTED),
    "reply-new-corrected": AlertBody(
        replace(NEW, state=State.CORRECTED, reason=Reason.CORRECTED, severity=None, value=0, told=1)
    ),
    "reply-late": AlertBody(LATE),
    "reply-removed": AlertBody(REMOVED),
    "reply-changes": ChangesBody(CHANGES),
    "reply-changes-mixed": ChangesBody(replace(CHANGES, rule="")),
    "reply-changes-new": ChangesBody(ChangesFacts("new-user", NEW_TOO[:1], 1)),
}
DECIDED = Decided(
    at(12, 41),
    State.FIRING,
    Severity.WARNING,
    Reason.FIRST,
    usd("101.00"),
    Limit(Severity.WARNING, usd("100.00"), "80% of 125 USD"),
)
WHY = WhyAnswer(
    rule="user-daily-spend",
    summary="One person's spend in a day",
    metric="spend",
    labels={"user": "ana@acme.test"},
    at=at(13, 5),
    live=True,
    period=DAY,
    value=usd("104.20"),
    totals=Totals(streams=12),
    made=Made(
        (
            Part(
                "s-1",
                "acme",
                "7f3c2a",
                "Recon of *.acme.test & friends",
                usd("61.20"),
                "ana@acme.test",
                "opus-4",
                "completed",
                at(12, 40),
            ),
            Part("", "acme", "a01b", "", usd("30.00")),
        ),
        10,
        usd("13.00"),
        usd("104.20"),
    ),
    budget=usd("125.00"),
    origin="override 1 (user=ana@*)",
    limits=(
        Held(
            "thresholds",
            Limit(Severity.WARNING, usd("100.00"), "80% of 125 USD"),
            "override 1 (user=ana@*)",
            of_budget=True,
        ),
        Held(
            "forecast", Limit(Severity.CRITICAL, usd("200.00"), "200 USD"), "rule", of_budget=False
        ),
    ),
    verdicts=(
        Said(
            "thresholds",
            Verdict.HOLDS,
            Severity.WARNING,
            usd("104.20"),
            Limit(Severity.WARNING, usd("100.00"), "80% of 125 USD"),
            "$104.20 reaches 80% of 125 USD = $100.00",
        ),
        Said(
            "forecast",
            Verdict.CLEAR,
            None,
            usd("150.00"),
            None,
            "$150.00 is expected, which stays short of 200 USD",
        ),
        Said("baseline", Verdict.UNKNOWN, None, None, None, "it cannot be judged: too little"),
    ),
    episodes=(
        Episode(
            "a1b2c3d4",
            "thresholds",
            State.FIRING,
            Severity.WARNING,
            Severity.WARNING,
            at(12, 41),
            DECIDED,
            DECIDED,
            (
                Told(
                    Destination("finops", Via.SLACK, "#neo-spend"), Severity.WARNING, usd("101.00")
                ),
            ),
        ),
    ),
    as_of=at(13, 5),
)
WHY_THEN = replace(
    WHY,
    live=False,
    as_of=None,
    value=None,
    metric="error_rate",
    made=Made((), 0, 0, 0, of=7),
    limits=(),
    episodes=(
        replace(
            WHY.episodes[0],
            state=State.RESOLVED,
            severity=None,
            spoken=None,
            told=(),
            note="its rule was changed",
        ),
    ),
)

ANSWERS: dict[str, Answer] = {
    "answer-spend": SpendAnswer(
        "ana@acme.test",
        replace(MONTH, name="this month"),
        OWN_KEYS,
        Totals(streams=210, errors=12, judged=204, tasks=31, unpriced=2),
        usd("92.40"),
        FEBRUARY,
        at(13, 5),
    ),
    "answer-spend-young": SpendAnswer(
        "the team",
        DAY,
        Split(usd("12.5"), ZERO, ZERO),
        Totals(streams=4, judged=4, tasks=1),
        None,
        YESTERDAY,
        None,
        arrival=True,
    ),
    "answer-top-users": TopAnswer(
        "users",
        "the team",
        replace(MONTH, name="this month"),
        tuple(
            TopLine(row.user, "", row.cost, 12 * index, row.share)
            for index, row in enumerate(DIGEST.users, 1)
        ),
        14,
        usd("1613.40"),
        1204,
        at(13, 5),
    ),
    "answer-top-tasks": TopAnswer(
        "tasks",
        "ana@acme.test",
        replace(DAY, name="today"),
        tuple(TopLine(row.id, row.title, row.cost, row.streams, Fraction(33)) for row in TASKS),
        0,
        usd("98.15"),
        16,
        at(13, 5),
    ),
    "answer-top-tools": TopAnswer(
        "tools",
        "the team",
        replace(DAY, name="today"),
        (
            TopLine("nuclei", "", None, 812, Fraction(81)),
            TopLine("httpx", "", None, 190, Fraction(19)),
        ),
        0,
        None,
        1002,
        at(13, 5),
    ),
    "answer-top-nothing": TopAnswer(
        "models", "ana@acme.test", replace(DAY, name="today"), (), 0, ZERO, 0, at(13, 5)
    ),
    "answer-errors": ErrorsAnswer(
        "the team",
        Stretch("last 24h", at(13, 5, day=2), at(13, 5), ZONE),
        Fraction(300, 7),
        12,
        28,
        usd("31.15"),
        TASKS[:2],
        3,
        (Complaint("connection to <target> refused", 7), Complaint("budget *exceeded*", 3)),
        2,
        at(13, 5),
    ),
    "answer-errors-none": ErrorsAnswer(
        "ben@acme.test",
        Stretch("last 24h", at(13, 5, day=2), at(13, 5), ZONE),
        None,
        0,
        0,
        ZERO,
        (),
        0,
        (),
        0,
        at(13, 5),
    ),
    "answer-byok": ByokAnswer(
        "the team",
        replace(MONTH, name="this month"),
        OWN_KEYS,
        (
            ByokLine("ana@acme.test", OWN_KEYS),
            ByokLine("ben@acme.test", Split(usd("12"), usd("0.004"), usd("3.10"))),
        ),
        4,
        at(13, 5),
        without=17,
    ),
    "answer-byok-none": ByokAnswer(
        "ben@acme.test", MONTH, Split(usd("12"), ZERO, ZERO), (), 0, at(13, 5), without=1
    ),
    "answer-task": TaskAnswer(
        "7f3c2a",
        "Recon of *.acme.test & friends",
        "ana@acme.test",
        "opus-4",
        "failed",
        byok=True,
        created=at(8),
        split=OWN_KEYS,
        steps=412,
        tool_calls=96,
        execution_ms=5_400_000,
        tools=(ToolLine("nuclei", 61, 3_100_000), ToolLine("httpx", 35, 410_000)),
        more_tools=2,
        agents=(("recon", 4), ("report", 1)),
        timeline=(
            StreamLine(at(8), "completed", usd("40.10"), ""),
            StreamLine(at(9, 30), "failed", usd("21.10"), "target did not answer"),
        ),
        more_streams=10,
        error="target did not answer",
        origin=Origin.LIVE,
    ),
    "answer-budgets": BudgetsAnswer("the team", BUDGETS, 0, at(13, 5)),
    "answer-budgets-none": BudgetsAnswer("ben@acme.test", (), 0, at(13, 5)),
    "answer-forecast": ForecastAnswer(
        "the team",
        (
            ForecastLine(
                "team-monthly-budget",
                {},
                usd("1613.40"),
                usd("2000"),
                MONTH,
                Pace(usd("2310"), usd("2050"), usd("2600"), at(9, day=26)),
                Severity.WARNING,
            ),
            ForecastLine(
                "user-monthly-budget",
                {"user": "ana@acme.test"},
                usd("104.20"),
                usd("100"),
                MONTH,
                Pace(usd("140"), None, None, None),
                Severity.CRITICAL,
                "too little history for a range",
            ),
            ForecastLine(
                "user-monthly-budget",
                {"user": "ben@acme.test"},
                usd("4"),
                usd("100"),
                MONTH,
                Pace(usd("12"), usd("8"), usd("20"), None),
                None,
            ),
            ForecastLine(
                "user-monthly-budget",
                {"user": "chloe@acme.test"},
                usd("3.10"),
                usd("100"),
                MONTH,
                None,
                None,
                "too little history: 3 of 7 active days",
            ),
        ),
        14,
        (Unforeseen("user-daily-spend", "a window of one day is too short for a forecast"),),
        at(13, 5),
    ),
    "answer-forecast-none": ForecastAnswer("ben@acme.test", (), 0, (), at(13, 5)),
    "answer-alerts": AlertsAnswer(OPEN_ALERTS, 3, at(13, 5)),
    "answer-alerts-silences": AlertsAnswer(
        (), 0, at(13, 5), (SILENCE, replace(SILENCE, reason=""))
    ),
    "answer-alerts-acted": AlertsAnswer(
        tuple(replace(row, acted=ACTED) for row in OPEN_ALERTS), 3, at(13, 5), (SILENCE, SILENCE)
    ),
    "answer-ack": AckAnswer("ana@acme.test", replace(OPEN_ALERTS[0], acted=Acted(ACK))),
    "answer-ack-task": AckAnswer("ana@acme.test", TASK_ALERT),
    "answer-silence-same-minute": SilenceAnswer(
        "ben@acme.test",
        SILENCE,
        0,
        "Europe/Berlin",
        replace(SILENCE, ends=SILENCE.ends + timedelta(seconds=20)),
    ),
    "answer-ack-undone": AckAnswer("ana@acme.test", OPEN_ALERTS[0], undone=True),
    "answer-silence": SilenceAnswer(
        "ada@acme.test",
        SILENCE,
        2,
        "Europe/Berlin",
        note='No usage of "*@acme.test" is on record; did you mean "*@acme.example"?',
    ),
    "answer-silence-changed": SilenceAnswer(
        "ben@acme.test", SILENCE, 0, "Asia/Kathmandu", replace(SILENCE, ends=at(14))
    ),
    "answer-silence-alert": SilenceAnswer(
        "ada@acme.test",
        Silence(4, at(13), at(15), "ada@acme.test", "", alert="a1b2c3d4"),
        1,
        "Europe/Berlin",
        series="user-daily-spend{user=ana@acme.test}",
    ),
    "answer-unsilence": UnsilenceAnswer("ada@acme.test", SILENCE, 1),
    "answer-unsilence-nothing": UnsilenceAnswer("ada@acme.test", SILENCE, 0),
    "answer-unsilence-some": UnsilenceAnswer("ada@acme.test", SILENCE, 2),
    "answer-alerts-tasks": AlertsAnswer((TASK_ALERT,), 0, at(13, 5)),
    "answer-alerts-new": AlertsAnswer((NEW_ALERT,), 0, at(13, 5)),
    "answer-alerts-none": AlertsAnswer((), 0, at(13, 5)),
    "answer-rules": RulesAnswer(
        (
            RuleLine(
                "user-daily-spend",
                "One person's spend in a day",
                "spend",
                "day",
                ("user",),
                "user=!ci@*",
                ("warning 50 USD", "critical 100 USD"),
                ("finops",),
                2,
            ),
            RuleLine(
                "team-monthly-budget",
                "",
                "spend",
                "month",
                (),
                "",
                ("warning 80% of 2000 USD",),
                (),
                0,
            ),
        ),
        ("rules.yaml:12:5: 50 has no unit; write 50 USD",),
    ),
    "answer-why": WHY,
    "answer-why-acted": replace(WHY, episodes=(replace(WHY.episodes[0], acted=ACTED),)),
    "answer-why-held": replace(
        WHY, episodes=(replace(WHY.episodes[0], held=HeldBack("S3", DECIDED)),)
    ),
    "answer-why-then": WHY_THEN,
    "answer-status": StatusAnswer(
        "0.2.0",
        (
            SourceLine(
                "acme",
                "admin",
                at(13, 5),
                21.0,
                False,
                True,
                "",
                48210,
                2,
                3,
                agreement=agreement.conclude(at(3, 1), Span(at(1), at(3)), (9, []), []),
            ),
            SourceLine(
                "lab",
                "member",
                None,
                None,
                True,
                False,
                "Neo answers 403: the key may not read usage; use the key of an admin.",
                0,
                0,
                0,
                (
                    "Neo does not show its billing here.",
                    "differs from Neo's own totals by $22.00: task <t-9> (Neo $42.00, the ledger $20.00)",
                ),
                agreement=agreement.conclude(at(3, 2), Span(at(1), at(3)), (9, [DIFFERS]), []),
            ),
        ),
        9,
        (),
        5,
        2,
        at(13, 2),
        1,
        at(13, 5),
        ZONE,
        "Slack has no channel <#no-such-channel>: create it, and invite the bot",
        silences=2,
        backup_error="/data/backups/bot-2026-03-03.db cannot grow because the disk is full; free some space",
    ),
    "answer-digest": DigestAnswer(QUIET),
    "answer-help": HelpAnswer(),
    "answer-help-verb": HelpAnswer("top", 'I do not know "tpo"; did you mean "top"?'),
    "answer-refusal": Refusal("Only admins see what other people use. Ask for your own with `me`."),
}
