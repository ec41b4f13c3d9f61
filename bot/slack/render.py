"""From what is to be said to the message that says it: one entry for each kind of body and of answer."""

from typing import assert_never

from bot.notify.acted import AckAnswer, SilenceAnswer, UnsilenceAnswer
from bot.notify.answer import (
    AlertsAnswer,
    Answer,
    BudgetsAnswer,
    ByokAnswer,
    DigestAnswer,
    ErrorsAnswer,
    HelpAnswer,
    Refusal,
    RulesAnswer,
    SpendAnswer,
    StatusAnswer,
    TaskAnswer,
    TopAnswer,
)
from bot.notify.forecast import ForecastAnswer
from bot.notify.notification import (
    AlertBody,
    Body,
    ChangesBody,
    DigestBody,
    NoteBody,
    TableBody,
)
from bot.notify.why import WhyAnswer
from bot.slack import (
    act_blocks,
    alert_blocks,
    blocks,
    digest_blocks,
    forecast_blocks,
    help_blocks,
    reply_blocks,
    state_blocks,
    table_blocks,
    text,
    usage_blocks,
    why_blocks,
)
from bot.slack.blocks import Message


def post(body: Body, command: str, only: str = "") -> Message:
    """A message of its own, or what such a message is edited to. `only` is who alone reads it, where that is no admin."""
    match body:
        case AlertBody(alert):
            return alert_blocks.alert(alert, command, only)
        case TableBody(table):
            return table_blocks.table(table, command, only)
        case ChangesBody(changes):
            return table_blocks.changes(changes)
        case DigestBody(digest):
            return digest_blocks.digest(digest)
        case NoteBody(words):
            return note(words)
        case _:
            assert_never(body)


def reply(body: Body, command: str, only: str = "") -> Message:
    """A message in the thread of another one."""
    match body:
        case AlertBody(alert):
            return reply_blocks.reply(alert)
        case ChangesBody(changes):
            return reply_blocks.changes(changes)
        case _:
            return post(body, command, only)


def note(words: str) -> Message:
    """The bot's plain words about itself."""
    shown = f"🗒️ {text.plain(words, blocks.NOTE * 3)}"
    return blocks.message(shown, blocks.paragraph(*blocks.marked(shown)))


def answer(said: Answer, command: str) -> Message:
    """An answer to the slash command."""
    match said:
        case HelpAnswer() | Refusal():
            return help_blocks.instead(said, command)
        case DigestAnswer(digest):
            return digest_blocks.digest(digest)
        case WhyAnswer():
            return why_blocks.why(said)
        case AckAnswer() | SilenceAnswer() | UnsilenceAnswer():
            return act_blocks.done(said)
        case BudgetsAnswer() | ForecastAnswer() | AlertsAnswer() | RulesAnswer() | StatusAnswer():
            return _state(said)
        case _:
            return _usage(said)


def _usage(said: SpendAnswer | TopAnswer | ErrorsAnswer | ByokAnswer | TaskAnswer) -> Message:
    match said:
        case SpendAnswer():
            return usage_blocks.spend(said)
        case TopAnswer():
            return usage_blocks.top(said)
        case ErrorsAnswer():
            return usage_blocks.errors(said)
        case ByokAnswer():
            return usage_blocks.byok(said)
        case TaskAnswer():
            return usage_blocks.task(said)
        case _:
            assert_never(said)


def _state(
    said: BudgetsAnswer | ForecastAnswer | AlertsAnswer | RulesAnswer | StatusAnswer,
) -> Message:
    match said:
        case BudgetsAnswer():
            return state_blocks.budgets(said)
        case ForecastAnswer():
            return forecast_blocks.forecast(said)
        case AlertsAnswer():
            return state_blocks.alerts(said)
        case RulesAnswer():
            return state_blocks.rules(said)
        case StatusAnswer():
            return state_blocks.status(said)
        case _:
            assert_never(said)
