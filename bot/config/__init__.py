"""The configuration: joins the settings that each folder owns, from YAML and the environment."""

from bot.config.loading import load, other_rules, slash_command
from bot.config.settings import Config, ConfigError, Receiver
from bot.config.unheeded import of as unheeded

__all__ = ["Config", "ConfigError", "Receiver", "load", "other_rules", "slash_command", "unheeded"]
