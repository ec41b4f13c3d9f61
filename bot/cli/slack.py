"""`slack`: what Slack has to be told."""

from bot.cli import calling
from bot.cli.door import Commands

command = calling.takes_config()(
    Commands("slack", {"manifest": "manifest"}, help="Sets up the Slack app.")
)
