"""`slack`: what Slack has to be told."""

from bot.cli.door import Commands

command = Commands("slack", {"manifest": "manifest"}, help="Sets up the Slack app.")
