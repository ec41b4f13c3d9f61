"""The SQLite file: the ledger with its rollups, and what was said about it."""
