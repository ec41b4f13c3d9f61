"""The Neo budget bot: reads what Neo charges, judges it by rules, speaks up in Slack."""

__version__ = "0.1.0"
