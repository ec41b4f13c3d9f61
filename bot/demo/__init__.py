"""The demo: a simulated Neo and a Slack workbench, real local servers for the eyes and for the tests."""
