"""Block Kit's schema as small checks that are put together."""
