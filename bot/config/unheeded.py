"""What the configuration may say already but this version does not act on: said aloud, so that nobody relies on it."""

from bot.config.settings import Config


def of(config: Config) -> list[str]:
    """One sentence for each setting that has no effect yet."""
    found = []
    if config.notify.quiet is not None:
        found.append("notify.quiet: messages are not held back yet")
    if config.notify.heartbeat is not None:
        found.append("notify.heartbeat: no ping is sent yet")
    if config.slack is not None and config.slack.app_token is not None:
        found.append(
            "slack.app_token: commands come only over HTTP yet, signed with slack.signing_secret"
        )
    if "settle" in config.poll.model_fields_set:
        found.append("poll.settle: no figure is called final yet")
    if any(rule.repeat is not None for rule in config.rules):
        found.append("repeat: alerts are not repeated yet")
    if {"keep", "backups"} & config.store.model_fields_set:
        found.append("store.keep and store.backups: nothing is pruned or backed up yet")
    return found
