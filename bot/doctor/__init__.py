"""Holds what the bot needs against what there is: Neo, Slack, webhooks, the store. It only reads."""
