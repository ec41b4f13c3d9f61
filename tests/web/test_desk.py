"""Every verb, for an admin and for a plain user; what may not be seen is refused to them alone, and kept."""

import json
from dataclasses import replace

import pytest

from bot.demo.workbench import commands
from bot.demo.workbench.bench import Bench
from bot.demo.workbench.mischief import Refuse
from bot.demo.workbench.outbound import Outcome
from bot.slack import verbs
from bot.store.database import Database
from bot.web import deeds, replies
from bot.web.desk import Desk
from bot.web.in_force import InForce
from tests.web import office
from tests.web.office import ANA, BEN, CHLOE

WHERE = "#neo-spend"


async def ask(bench: Bench, who: str, typed: str) -> str:
    """What the person is shown, and nobody else, as one text."""
    outcome = await commands.run(bench, who, WHERE, f"/neo-budget {typed}")
    return shown(bench, who, outcome)


def shown(bench: Bench, who: str, outcome: Outcome) -> str:
    assert "" == outcome.error
    assert outcome.shown is not None
    assert bench.workspace.person(who).id == outcome.shown.only_for
    assert [] == bench.workspace.messages(WHERE)
    return f"{outcome.shown.text}\n{json.dumps(outcome.shown.blocks, ensure_ascii=False)}"


ADMIN = {
    "help": ["/neo-budget", "budgets [who]"],
    "": ["/neo-budget", "budgets [who]"],
    "spend": ["$440.00"],
    "spend me": ["ada@acme.test"],
    "spend @ben": [BEN, "$400.00"],
    "spend ana@acme.test yesterday": [ANA, "$22.00"],
    "top": [ANA, BEN, CHLOE],
    "top tasks today": ["task-b1"],
    "errors": ["the sandbox is gone"],
    "byok": [CHLOE, "$7.00", "$5.00"],
    "task task-b1": ["task-b1", BEN, "$400.00"],
    "budgets": ["team-monthly-budget", BEN],
    "forecast": ["team-monthly-budget", BEN, "too little history: 1 of 7 active days"],
    "forecast Team-Monthly-Budget": ["$440.00 of $2,000.00"],
    "forecast team-mnothly-budget": ['did you mean \\"team-monthly-budget\\"'],
    "alerts": [ANA, BEN],
    f"why {office.alert(BEN).id[:6]}": [BEN, "$400.00", "reaches", "80% of 100 USD", "task-b1"],
    "why zzzz": ["There is no alert"],
    "rules": ["user-monthly-budget", "finops", "2 open"],
    "digest": ["$29.00"],
    "digest weekly": ["eek"],
    "status": ["acme", "1.2.3"],
}


@pytest.mark.parametrize(("typed", "words"), ADMIN.items(), ids=ADMIN.keys())
async def test_an_admin_sees_everything(
    bot: str, bench: Bench, database: Database, typed: str, words: list[str]
) -> None:
    await database.write(office.fire, office.alert(ANA), office.alert(BEN))
    answer = await ask(bench, "ada", typed)

    assert [] == [word for word in words if word not in answer]
    assert [] == await database.read(office.audited)


PLAIN = {
    "help": ["/neo-budget"],
    "spend": [ANA, "$33.00"],
    "spend me today": ["$11.00"],
    "spend @ana": [ANA, "$33.00"],
    "spend ana@acme.test": [ANA, "$33.00"],
    "top": [ANA, "$33.00"],
    "top tasks": ["task-a1", "task-a2"],
    "errors": ["the sandbox is gone"],
    "byok": [ANA, "$33.00"],
    "task task-a1": ["task-a1", "$11.00"],
    "budgets": ["user-monthly-budget", ANA],
    "forecast": ["user-monthly-budget", ANA, "$33.00 of $100.00"],
    "alerts": [ANA],
    f"why {office.alert(ANA).id}": [ANA, "$33.00", "stays short of"],
    "rules": ["user-monthly-budget", "1 open"],
}


@pytest.mark.parametrize(("typed", "words"), PLAIN.items(), ids=PLAIN.keys())
async def test_everyone_else_sees_their_own(
    bot: str, bench: Bench, database: Database, typed: str, words: list[str]
) -> None:
    await database.write(office.fire, office.alert(ANA), office.alert(BEN))
    answer = await ask(bench, "ana", typed)

    assert [] == [word for word in words if word not in answer]
    assert [] == [word for word in (BEN, CHLOE, "task-b1", "$400", "$440") if word in answer]
    assert [] == await database.read(office.audited)


REFUSED = {
    "the team's spend": ("ana", "spend team"),
    "somebody else by email": ("ana", "errors ben@acme.test"),
    "somebody else by mention": ("ana", "budgets @ben"),
    "somebody else's task": ("ana", "task task-b1"),
    "somebody else's alert": ("ana", f"why {office.alert(BEN).id}"),
    "the team's forecast": ("ana", "forecast team-monthly-budget"),
    "the digest": ("ana", "digest"),
    "the status": ("ana", "status"),
    "anything to a guest of another team": ("gus", "help"),
    "anything to somebody who left": ("erin", "spend me"),
}


@pytest.mark.parametrize(("who", "typed"), REFUSED.values(), ids=REFUSED.keys())
async def test_a_refusal_is_for_the_asker_alone_and_is_kept(
    bot: str, bench: Bench, database: Database, who: str, typed: str
) -> None:
    await database.write(office.fire, office.alert(BEN))
    answer = await ask(bench, who, typed)

    assert [] == [word for word in ("$", "task-b1\\n", CHLOE) if word in answer]
    [(actor, action, detail)] = await database.read(office.audited)
    assert (bench.workspace.person(who).id, "refused") == (actor, action)
    assert detail.startswith("/neo-budget ")
    assert typed.split(maxsplit=1)[0] in detail


async def test_a_slip_is_not_kept(bot: str, bench: Bench, database: Database) -> None:
    for typed in ("why zzzz", "ack zzzz", "task nope", "spend 3x"):
        await ask(bench, "ana", typed)
    assert [] == await database.read(office.audited)


@pytest.mark.parametrize(
    "team", [{"team_id": "T0PARTNER"}, {"team_id": ""}, {}], ids=["another", "empty", "not told"]
)
async def test_people_of_another_team_are_not_even_looked_up(
    desk: Desk, bench: Bench, team: dict[str, str]
) -> None:
    message = await desk.command({"user_id": "U0ADA", "text": "spend", **team}, office.NOW)

    assert "only members of the workspace" in message.text
    assert [] == bench.calls_of("users.info")


async def test_the_own_team_is_asked_of_slack_once(bot: str, bench: Bench) -> None:
    for typed in ("spend", "top", "help"):
        await ask(bench, "ada", typed)

    assert 1 == len(bench.calls_of("auth.test"))


async def test_a_key_that_was_typed_is_not_kept(bot: str, bench: Bench, database: Database) -> None:
    await ask(bench, "ana", "task neo_sk_verysecret")

    assert "verysecret" not in str(await database.read(office.audited))


async def test_who_may_not_see_others_does_not_have_them_looked_up(bot: str, bench: Bench) -> None:
    assert "Only admins see what other people use" in await ask(bench, "ana", "spend @gus")
    assert ["U0ANA"] == [sent["user"] for sent in bench.calls_of("users.info")]


def hide_emails(bench: Bench) -> None:
    """The app may no longer read emails."""
    app = bench.workspace.app
    hidden = replace(app, scopes=app.scopes - {"users:read.email"})
    bench.workspace.directory = replace(bench.workspace.directory, app=hidden)
    bench.workspace.app = hidden


async def test_a_mention_without_an_email_is_asked_for(bot: str, bench: Bench) -> None:
    hide_emails(bench)
    assert "Write the email instead" in await ask(bench, "ada", "spend @ben")


@pytest.mark.parametrize("typed", ["spend @gus", "errors <@U0NOBODY>", "budgets <@U0ERIN>"])
async def test_a_mention_of_no_member_is_told_as_such(bot: str, bench: Bench, typed: str) -> None:
    answer = await ask(bench, "ada", typed)
    assert "Slack knows no such person among the members" in answer


@pytest.mark.parametrize(
    "typed", ["spend", "top", "errors", "byok", "budgets", "forecast", "alerts"]
)
async def test_who_has_no_email_is_told_why_there_is_no_answer(
    bot: str, bench: Bench, typed: str
) -> None:
    hide_emails(bench)
    assert "I do not know your email" in await ask(bench, "ana", typed)


UNSEEN = {
    "ana@acme.tset": 'on record; did you mean \\"ana@acme.test\\"?',
    "zzz@elsewhere.example": 'of \\"zzz@elsewhere.example\\" on record.',
}


@pytest.mark.parametrize("verb", ["spend", "errors", "byok", "budgets"])
@pytest.mark.parametrize(("email", "words"), UNSEEN.items(), ids=UNSEEN.keys())
async def test_an_email_that_the_ledger_has_never_seen_is_told_as_such(
    bot: str, bench: Bench, verb: str, email: str, words: str
) -> None:
    assert words in await ask(bench, "ada", f"{verb} {email}")


async def test_an_unknown_digest_is_answered_with_the_nearest(bot: str, bench: Bench) -> None:
    assert 'did you mean \\"weekly\\"' in await ask(bench, "ada", "digest weekyl")


async def test_without_digests_there_is_a_daily_one(desk: Desk) -> None:
    desk = replace(desk, in_force=lambda: office.in_force(digests={}))
    message = await desk.command(
        {"user_id": "U0ADA", "team_id": "T0ACME", "text": "digest"}, office.NOW
    )

    assert "$29.00" in json.dumps(message.blocks)


async def test_rules_are_those_in_force_when_they_are_asked_for(desk: Desk) -> None:
    books: list[InForce] = [office.in_force(), office.in_force(rules=(), faults=("line 3: no",))]
    desk = replace(desk, in_force=lambda: books[0])
    form = {"user_id": "U0ADA", "team_id": "T0ACME", "text": "rules"}
    before = await desk.command(form, office.NOW)
    del books[0]
    after = await desk.command(form, office.NOW)

    assert "user-monthly-budget" in json.dumps(before.blocks)
    assert "user-monthly-budget" not in json.dumps(after.blocks)
    assert "line 3: no" in json.dumps(after.blocks)


@pytest.mark.parametrize("method", ["auth.test", "users.info"])
async def test_while_slack_is_down_one_sentence_says_so(
    bot: str, bench: Bench, caplog: pytest.LogCaptureFixture, method: str
) -> None:
    bench.mischief.add(method, Refuse("internal_error"))
    answer = await ask(bench, "ada", "spend")

    assert "Slack did not tell me who you are" in answer
    assert "command failed" in caplog.text


@pytest.mark.parametrize(
    ("error", "why"),
    [
        ("token_revoked", "the token was revoked (token_revoked)"),
        ("brand_new", "Slack gives no other reason (brand_new)"),
    ],
)
async def test_where_trying_again_cannot_help_the_asker_is_sent_to_an_admin(
    bot: str, bench: Bench, error: str, why: str
) -> None:
    bench.mischief.add("users.info", Refuse(error))
    answer = await ask(bench, "ana", "spend")

    assert f"trying again does not help: {why}. Tell an admin of the bot: its " in answer
    assert "in a minute" not in answer


async def test_the_scope_that_the_app_lacks_is_named_to_who_asks(bot: str, bench: Bench) -> None:
    app = bench.workspace.app
    bench.workspace.app = replace(app, scopes=app.scopes - {"users:read"})
    answer = await ask(bench, "ana", "spend")

    assert "the app lacks the scope users:read (missing_scope). Tell an admin" in answer


async def test_while_the_store_is_out_of_order_one_sentence_says_so(
    bot: str, bench: Bench, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    await database.write(lambda db: db.execute("ALTER TABLE ledger RENAME TO elsewhere"))
    answer = await ask(bench, "ada", "spend")

    assert "I cannot read my records just now" in answer
    assert "no such table" not in answer
    assert "no such table" in str(caplog.records[-1].__dict__["error"])


async def test_a_fault_of_the_bot_is_one_sentence_and_a_trace_in_the_log(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> InForce:
        raise ZeroDivisionError("some secret detail")

    desk = replace(desk, in_force=broken)
    message = await desk.command(
        {"user_id": "U0ADA", "team_id": "T0ACME", "text": "spend"}, office.NOW
    )

    assert "A fault of mine" in message.text
    assert "secret detail" not in json.dumps(message.blocks)
    assert "ZeroDivisionError" in caplog.text
    assert "spend" == caplog.records[-1].__dict__["typed"]


def test_every_verb_has_its_reply() -> None:
    assert set(verbs.VERBS) - {"help", "task"} == {*replies.REPLIES, *deeds.DEEDS}
