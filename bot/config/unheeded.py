"""What the configuration may say already but this version does not act on: said aloud, so that nobody relies on it."""

from bot.config.settings import Config
from bot.notify.notification import Via


def of(config: Config) -> list[str]:
    """One sentence for each setting that has no effect yet."""
    found = []
    ways = [place.via for place in config.destinations.values()]
    if ways and all(via is Via.DM for via in ways):
        found.append(
            "the rules data-age, drift: with nobody but `dm` to tell, they are told to no one"
        )
    return found
