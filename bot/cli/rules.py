"""`rules`: what can be done with rules."""

from bot.cli import calling
from bot.cli.door import Commands

command = calling.takes_config()(
    Commands(
        "rules",
        {"replay": "replay", "test": "rehearse"},
        help="Tries rules, on the history that is stored or on usage that a test makes up.",
    )
)
