"""The edge to Slack: sink, blocks, command parsing, people, signature, manifest."""
