"""`digest`: what would be sent now."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.cli import digest_text
from bot.notify.silence import Silence
from bot.store import acks, alerts, digests, ledger, silences, sources
from bot.store.acks import Ack
from bot.store.connection import Connection
from bot.store.sources import Balance
from rules.terms import Severity
from tests.answers import test_alerts, world
from tests.answers.world import BEN, NOW, usd
from tests.cli import conftest
from tests.cli.conftest import Run
from tests.slack import samples


def test_the_first_digest_is_shown(filled: Run) -> None:
    found = filled("digest")
    assert 0 == found.exit_code
    lines = found.stdout.splitlines()
    assert "daily: 21 Nov 2026: 2026-11-21 00:00 to 2026-11-22 00:00, Europe/Berlin" == lines[0]
    for line in (
        "Spend                             $8.00",
        "Same day a week before            $7.00",
        "November 2026 so far              $39.01",
        "The month before, by then         $50.00",
        "  ci@acme.test: $8.00 (100%), before $0.00",
        "  opus: $8.00",
        "  t-ci@: $8.00, ci@acme.test",
        "1 record, usage as of 2026-11-22 11:59.",
    ):
        assert line in lines
    assert "  team: $39.01 of $100.00, " in found.stdout


def test_another_is_shown_by_its_name(filled: Run) -> None:
    shown = filled("digest", "weekly").stdout
    assert shown.startswith("weekly: week of 9 Nov 2026")
    assert "The 7 days before                 $0.00\n" in shown
    assert "Mean week of the 28 days before   $12.50\n" in shown


def test_a_month_is_shown_beside_the_one_before(filled: Run, tmp_path: Path) -> None:
    text = Path("config.yaml").read_text()
    monthly = "digests:\n  - {name: monthly, every: month, to: [finops]}"
    Path("config.yaml").write_text(text.replace("digests:", monthly, 1))
    conftest.store(tmp_path / "bot.db", lambda db: world.polled(db, days=100))
    shown = filled("digest", "monthly").stdout
    assert shown.startswith("monthly: October 2026: 2026-10-01 00:00 to 2026-11-01 00:00")
    assert "September 2026                    $0.00\n" in shown
    assert "A day                             $1.61, before $0.00\n" in shown
    assert "28" not in shown.split("\n\n")[0]
    assert "  team: $50.00 of $100.00\n" in shown


def test_everything_that_there_is_to_say(filled: Run, tmp_path: Path) -> None:
    def more(db: Connection) -> None:
        sources.balanced(db, "acme", Balance(usd(40), usd(100), NOW, None, NOW))
        sources.failed(db, "blue", "unreachable", at=NOW)
        sources.balanced(db, "blue", Balance(usd(2), usd(100), None, None, NOW))
        found = [test_alerts.alert(f"u{n}@acme.test", Severity.INFO) for n in range(6)]
        new = test_alerts.alert("new@acme.test", Severity.WARNING, rule="new", metric="first_seen")
        alerts.put(db, [(replace(alert, acked=alert.peak), None) for alert in found])
        for alert in found:
            acks.add(db, Ack(alert.id, NOW, BEN, alert.peak))
        alerts.put(db, [(new, None)])
        silences.add(db, Silence(0, NOW, NOW + world.hours(1), BEN, ""))

    conftest.store(tmp_path / "bot.db", more)
    shown = filled("digest").stdout
    assert "  warning: new{user=new@acme.test} first seen; silenced by" in shown
    assert "The data is old: no complete poll of blue. Figures may be too low.\n" in shown
    assert "Credits left                      $42.00, until 2026-11-22 12:00\n" in shown
    assert "  info: user-daily-spend{user=u" in shown
    assert "Open alerts, 6 acknowledged, 7 silenced:\n" in shown
    assert f"}} at $61.00 (limit 50 USD); acknowledged by {BEN}; silenced by {BEN}\n" in shown
    assert "  +2 more\n" in shown


def test_budgets_that_are_not_told_are_counted() -> None:
    shown = digest_text.render(replace(samples.DIGEST, more_budgets=1_000))
    (told,) = (part for part in shown.split("\n\n") if part.startswith("Budgets:"))
    assert told.endswith("\n  +1,000 more")


def test_the_day_a_budget_is_full_is_the_local_one(filled: Run, tmp_path: Path) -> None:
    many = [world.spent(100 + n, world.days(n) + world.hours(1), usd(4), BEN) for n in range(60)]
    conftest.store(tmp_path / "bot.db", lambda db: world.add(db, many))
    shown = filled("digest").stdout
    assert "  team: $127.01 of $100.00, $" in shown
    assert "full on" not in shown
    text = Path("config.yaml").read_text()
    Path("config.yaml").write_text(text.replace("100 USD", "140 USD"))
    assert ", full on 2026-11-25\n" in filled("digest").stdout


def test_what_is_not_known_is_said_so(filled: Run, tmp_path: Path) -> None:
    conftest.store(tmp_path / "bot.db", lambda db: world.polled(db, days=3))
    assert "28-day mean                       not known\n" in filled("digest").stdout


def test_a_receiver_that_cannot_be_reached_is_an_error(filled: Run) -> None:
    found = filled("digest", "--send")
    assert (1, "") == (found.exit_code, found.stdout)
    assert found.stderr.startswith("Error: ")
    assert 1 == len(found.stderr.splitlines())


def test_late_cost_is_told(filled: Run, tmp_path: Path) -> None:
    def late(db: Connection) -> None:
        digests.claim(db, "daily", NOW - world.days(1), world.POLLED, "sent")
        ledger.add(db, [world.spent(90, world.days(3), usd(2))], seen=NOW, live=True)

    conftest.store(tmp_path / "bot.db", late)
    assert "; $2.00 came late for earlier days.\n" in filled("digest").stdout


def test_a_quiet_day_is_one_line(run: Run, tmp_path: Path) -> None:
    conftest.store(tmp_path / "bot.db", world.polled)
    assert 1 == len(run("digest").stdout.splitlines())
    assert ": a quiet day, nothing was used." in run("digest").stdout


def test_without_a_configured_digest_the_daily_one_can_be_seen(filled: Run) -> None:
    text = Path("config.yaml").read_text()
    kept = [
        line for line in text.splitlines() if "digests" not in line and "to: [finops]" not in line
    ]
    Path("config.yaml").write_text("\n".join(kept))
    assert filled("digest", "daily").stdout.startswith("daily: ")
    found = filled("digest", "--send")
    assert 2 == found.exit_code
    assert "daily has no receivers: add it to `digests`" in found.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("dayly",), '"dayly"; did you mean "daily"?'),
        (("dayly", "--send"), '"dayly"; did you mean "daily"?'),
        (("x",), '"x"; there are: daily, weekly'),
    ],
)
def test_an_unknown_digest_is_answered_with_the_nearest(
    filled: Run, words: tuple[str, ...], says: str
) -> None:
    found = filled("digest", *words)
    assert 2 == found.exit_code
    assert f"Error: there is no digest {says}" == found.stderr.splitlines()[-1]


BY_PLAN = "  - {{name: plan, metric: spend, window: credit_month, budget: 100 USD, thresholds: {{info: 1%}}}}\n"


def _by_plan(folder: Path) -> None:
    text = (conftest.CONFIG + BY_PLAN).format(store=folder / "bot.db")
    (folder / "config.yaml").write_text(text, encoding="utf-8")


def _told(db: Connection) -> None:
    sources.balanced(db, "acme", Balance(usd(40), usd(100), None, NOW - world.hours(2), NOW))


def test_budgets_of_a_credit_month_turn_with_the_plan(filled: Run, tmp_path: Path) -> None:
    _by_plan(tmp_path)
    shown = filled("digest")
    assert "  plan: $39.01 of $100.00" in shown.stdout
    assert "the calendar month stands in" in shown.stderr
    conftest.store(tmp_path / "bot.db", _told)
    shown = filled("digest")
    assert "  plan: $20.01 of $100.00" in shown.stdout
    assert "" == shown.stderr


def test_a_figure_that_may_still_rise_is_told(filled: Run, tmp_path: Path) -> None:
    assert "may still rise" not in filled("digest").stdout
    text = (tmp_path / "config.yaml").read_text(encoding="utf-8")
    (tmp_path / "config.yaml").write_text(text + "poll: {settle: 1d}\n", encoding="utf-8")
    shown = filled("digest").stdout
    assert "usage as of 2026-11-22 11:59; the figures may still rise." in shown
