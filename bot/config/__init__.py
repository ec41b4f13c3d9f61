"""The configuration: joins the settings that each folder owns, from YAML and the environment."""

from bot.config.loading import load, slash_command
from bot.config.settings import Config, ConfigError, Receiver
from bot.config.unheeded import of as unheeded

__all__ = ["Config", "ConfigError", "Receiver", "load", "slash_command", "unheeded"]
