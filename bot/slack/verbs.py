"""The verbs of the slash command: one table, read by the parser and by the help."""

from dataclasses import dataclass

PERSON = "me, team, @user or an email"
WINDOWS = ("today", "yesterday", "week", "last-week", "month", "last-month")
WINDOW = f"{', '.join(WINDOWS)}, or a length such as 24h or 7d"
NAMED = "me, @user, an email or a glob of emails"
"""Who can be silenced."""
MEANT = {"mute": "silence", "snooze": "silence", "unmute": "unsilence", "acknowledge": "ack"}
"""What others call it."""
RANKINGS = ("users", "models", "tasks", "tools", "agents")


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb. `takes` names what may follow it: who, window, by, task, alert, undo, muted, until, name, verb.

    `topic` is what it stands under in the help.
    """

    name: str
    usage: str
    summary: str
    example: str
    detail: str
    takes: tuple[str, ...] = ()
    needs: str = ""
    topic: str = "What you can ask"


_ACT = "What you can do about alerts"
_BOT = "The bot itself"

VERBS: dict[str, Verb] = {
    verb.name: verb
    for verb in (
        Verb(
            "spend",
            "spend [who] [window]",
            "what was spent, beside the period before",
            "spend team last-month",
            "Without `who` it is your own spend, for admins the team's; without `window` this month.",
            ("who", "window"),
        ),
        Verb(
            "top",
            "top [users|models|tasks|tools|agents] [window]",
            "who or what cost most",
            "top tasks week",
            "Without a ranking it is users, without `window` this month.",
            ("by", "window"),
        ),
        Verb(
            "errors",
            "errors [who] [window]",
            "how much failed, and what it cost",
            "errors team 24h",
            "The rate is failed streams of those that completed or failed. Without `window` the last 24h.",
            ("who", "window"),
        ),
        Verb(
            "byok",
            "byok [who] [window]",
            "credits, platform cost and provider cost apart",
            "byok me month",
            "BYOK is usage on your own model keys: Neo charges its platform cost, the provider the rest.",
            ("who", "window"),
        ),
        Verb(
            "task",
            "task <id>",
            "one task: cost, status, tools, timeline",
            "task 7f3c2a",
            "The id stands in alerts and in `top tasks`.",
            ("task",),
            needs="the id of a task",
        ),
        Verb(
            "budgets",
            "budgets [who]",
            "every budget: how much is used, where it heads",
            "budgets me",
            "Without `who` it is your own budgets, for admins all of them.",
            ("who",),
        ),
        Verb(
            "forecast",
            "forecast [rule]",
            "what is expected by the end of the period, and when the limit is reached",
            "forecast team-monthly-budget",
            "Without a rule it is every one with a budget or a forecast. Four times in five the total is in the range.",
            ("name",),
        ),
        Verb("alerts", "alerts", "what is open, worst first", "alerts", "Takes nothing else."),
        Verb(
            "why",
            "why <id>",
            "what is behind an alert: figures, limits, verdict",
            "why a1b2c3d4",
            "The id stands in alerts and in `alerts`; its beginning is enough.",
            ("alert",),
            needs="the id of an alert",
        ),
        Verb(
            "ack",
            "ack <id> [undo]",
            "takes an alert on: it is not repeated until it gets worse",
            "ack a1b2c3d4",
            "Admins take on any alert, everyone else what is about them. With `undo` it is nobody's again.",
            ("alert", "undo"),
            needs="the id of an alert",
            topic=_ACT,
        ),
        Verb(
            "silence",
            "silence <id|rule|who> <2h|until 14:00|until period ends> [reason]",
            "mutes an alert, a rule, a person or a label for a while; for admins",
            "silence user-daily-spend 2h the big scan",
            "Rules and labels may have globs, and all that is named must fit: `silence user=*@acme.test model=gpt-* 2h`."
            " A clock time is meant in your own zone. `silence S3 until 18:00` changes a silence.",
            ("who", "muted", "until"),
            topic=_ACT,
        ),
        Verb(
            "unsilence",
            "unsilence <S3|id|rule|who>",
            "ends a silence before its time; for admins",
            "unsilence S3",
            "Its name stands in `alerts`. What was typed after `silence` is understood too, as far as how long.",
            ("who", "muted"),
            needs="a silence, such as S3",
            topic=_ACT,
        ),
        Verb("rules", "rules", "the rules in force", "rules", "Takes nothing else.", topic=_BOT),
        Verb(
            "digest",
            "digest [name]",
            "a digest as it would be sent now",
            "digest daily",
            "Without a name it is the first one of the configuration.",
            ("name",),
            topic=_BOT,
        ),
        Verb(
            "status",
            "status",
            "how the bot is: last poll, lag, drift, rules, messages that wait",
            "status",
            "Takes nothing else.",
            topic=_BOT,
        ),
        Verb(
            "help",
            "help [verb]",
            "this list, or one verb with an example",
            "help top",
            "",
            ("verb",),
            topic=_BOT,
        ),
    )
}
