"""The configuration: joins the settings that each folder owns, from YAML and the environment."""

from bot.config.loading import load
from bot.config.settings import Config, ConfigError, Receiver

__all__ = ["Config", "ConfigError", "Receiver", "load"]
