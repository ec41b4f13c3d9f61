"""The edge to Slack: sink, blocks, command parsing, signature, socket."""
