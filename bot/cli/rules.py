"""`rules`: what can be done with rules."""

from bot.cli.door import Commands

command = Commands("rules", {"replay": "replay"}, help="Tries rules on the history that is stored.")
