"""The edge to outgoing webhooks."""
