"""A Slack workbench: a strict local Slack Web API, its workspace, and a page that shows it."""
