"""Which usage changed since rules were last judged."""

from dataclasses import dataclass
from datetime import datetime

from rules.labels import Label


@dataclass(frozen=True, slots=True)
class Change:
    """One combination of labels whose records changed; what changed was created from `first` to `last`, both in UTC."""

    source: str
    user: str
    model: str
    byok: str
    status: str
    task: str
    first: datetime
    last: datetime

    def label(self, name: Label) -> str:
        """The value of a single-valued label; tools and agents are not kept."""
        return str(getattr(self, name.value))
