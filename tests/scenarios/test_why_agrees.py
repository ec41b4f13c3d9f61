"""What `why` says of the moment of a decision is what the live bot decided, whatever came or was corrected since."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from bot.answers import why
from bot.answers.why import Asked, Given
from bot.demo.neo import usage
from bot.notify.silence import Silence
from bot.notify.why import Episode, WhyAnswer
from bot.store import alerts, decisions, silences
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.decisions import Decision
from rules import metric
from rules.alert import State
from rules.finding import Verdict
from rules.labels import Label
from rules.rule import Rule
from tests import stage
from tests.answers import world
from tests.answers.world import ANA
from tests.scenarios.test_replay_agrees import EVERY, RULES, START
from tests.stage import Stage

STALE = timedelta(minutes=30)


MUTED = Silence(0, START + 17.5 * EVERY, START + 21.5 * EVERY, "ada@acme.test", "", "day")
"""What happens at the 20th step is not told."""


async def _play(played: Stage) -> None:
    """A day of spending, failing, corrections and late records, past midnight."""
    stream, book = played.stream, played.neo.book
    steps: dict[int, Callable[[], object]] = {
        1: lambda: stream(1, usd=30),
        2: lambda: stream(2, usd=30, task_id="task-1"),
        4: lambda: book.correct(usage.stream_id(2), Decimal(8)),
        5: lambda: [stream(3, usd=6, email="ci@acme.test"), stream(4, usd=0, status="failed")],
        6: lambda: stream(5, usd=0, status="failed"),
        7: lambda: book.correct(usage.stream_id(2), Decimal(1)),
        8: lambda: book.correct(usage.stream_id(2), Decimal(2)),
        20: lambda: stream(6, usd=70),
        22: lambda: book.correct(usage.stream_id(6), Decimal(9)),
    }
    await played.bot.database.write(silences.add, MUTED)
    for number in range(1, 30):
        played.clock.advance(EVERY)
        steps.get(number, lambda: None)()
        await played.tick()


def _decided(db: Connection) -> list[Decision]:
    ids = [row[0] for row in db.execute("SELECT DISTINCT id FROM alert")]
    return [
        each for id_ in ids for alert in alerts.find(db, id_) for each in decisions.of(db, alert)
    ]


def _compared(db: Connection, given: Given, decision: Decision) -> None:
    asked = Asked(decision.rule, decision.labels, decision.at)
    found = why.answer(db, given, asked, decision.at + timedelta(days=2))
    assert isinstance(found, WhyAnswer), found
    assert (decision.value, decision.span.start) == (found.value, found.period.start)
    assert not found.live
    last = found.episodes[-1].last
    assert (decision.at, decision.state, decision.value) == (last.at, last.state, last.value)
    if decision.state is State.FIRING and decision.severity:
        held = (Verdict.HOLDS, decision.severity, decision.limit)
        assert held in [(each.verdict, each.severity, each.limit) for each in found.verdicts]
    _is_said(found.episodes[-1], decision)
    _adds_up(found)


def _is_said(episode: Episode, decision: Decision) -> None:
    """What was decided with a reason was said, but for what the silence held back."""
    said = None if episode.spoken is None else (episode.spoken.at, episode.spoken.reason)
    if decision.reason is None:
        assert said is None or said[0] < decision.at
    elif decision.rule == "day" and MUTED.starts <= decision.at < MUTED.ends:
        assert episode.held is not None
        assert ("S1", decision.at) == (episode.held.by, episode.held.news.at)
        assert said is None or said[0] < decision.at
    else:
        assert ((decision.at, decision.reason), None) == (said, episode.held)


def _adds_up(found: WhyAnswer) -> None:
    assert found.made is not None
    sizes = [metric.size(part.amount) for part in found.made.parts]
    assert metric.size(found.made.whole) == sum(sizes) + metric.size(found.made.rest)
    if found.made.of is None:
        assert found.value == found.made.whole


async def test_every_decision_can_be_asked_for_its_figures(tmp_path: Path) -> None:
    async with stage.staged(tmp_path, START, RULES, {"poll": {"every": "10m"}}) as played:
        await _play(played)
        now = played.clock.now()
    rules = world.rules(RULES)
    database = await Database.open(tmp_path / "bot.db", write=False)
    given = Given(rules, ("acme",), STALE)
    try:
        found = await database.read(_decided)
        # An end that came of too little traffic, or of a period that was over, has its figures from before.
        measured = [each for each in found if each.span.end >= each.at]
        for decision in measured:
            await database.read(_compared, given, decision)
        for rule in rules:
            await database.read(_both_ways, given, rule, now)
    finally:
        await database.close()
    assert [
        each for each in measured if each.rule == "day" and MUTED.starts <= each.at < MUTED.ends
    ]
    assert {"day", "team", "hour", "failing", "runaway", "asleep", "newcomer", "novelty"} == {
        each.rule for each in measured
    }
    assert {State.FIRING, State.CORRECTED, State.RESOLVED} <= {each.state for each in measured}


def _both_ways(db: Connection, given: Given, rule: Rule, now: datetime) -> None:
    """What the store says now is what history makes of the same moment."""
    known = {Label.USER: ANA, Label.TASK: "task-6", Label.STATUS: "completed"}
    named = {str(label): known[label] for label in rule.group_by}
    live = why.answer(db, given, Asked(rule.name, named), now)
    then = why.answer(db, given, Asked(rule.name, named, now), now + EVERY)
    assert isinstance(live, WhyAnswer), live
    assert isinstance(then, WhyAnswer), then
    assert (live.value, live.totals, live.made) == (then.value, then.totals, then.made)
    assert live.verdicts == then.verdicts
    assert live.live
    _adds_up(live)
