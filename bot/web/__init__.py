"""The door for people: Slack's requests, health, metrics."""
