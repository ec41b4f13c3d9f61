"""Everything one simulated Neo is: its book, who may ask, what goes wrong, and what it was asked."""

# Annotations must wait: the fields are named like the modules of their types.
from __future__ import annotations

from dataclasses import dataclass, field

from bot.demo.neo import accounts, asked, billing, book, faults


@dataclass(slots=True)
class Neo:
    """One team's Neo. Tests change any part of it while the server runs."""

    book: book.Book = field(default_factory=book.Book)
    accounts: accounts.Accounts = field(default_factory=accounts.Accounts)
    plan: billing.Subscription | None = field(default_factory=billing.Subscription)
    faults: faults.Plan = field(default_factory=faults.Plan)
    log: asked.Log = field(default_factory=asked.Log)
