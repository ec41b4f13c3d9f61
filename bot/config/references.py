"""What no section shows alone: names that are used but not defined, or defined twice."""

from collections.abc import Iterator

from bot.config import settings
from bot.webhook.settings import Format
from rules import loading
from rules.document import Document, Fault, Path

_NOTIFY: Path = ("notify", "default")
_FALLBACK: Path = ("notify", "fallback")


def faults(document: Document) -> Iterator[Fault]:
    """Every fault of that kind, read from the document so that other faults hide none."""
    yield from _doubled(document, "sources")
    yield from _doubled(document, "digests")
    yield from _one_email_each(document)
    yield from _without_slack(document)
    digests = [
        item for digest in document.items(("digests",)) for item in document.items((*digest, "to"))
    ]
    for path in (*document.items(_NOTIFY), _FALLBACK, *digests):
        name = document.text(path)
        if name is None:
            continue
        if name not in document.keys(("receivers",)):
            known = document.keys(("receivers",))
            yield document.fault(path, loading.unknown_receiver(name, known))
        elif path in digests and _takes_alerts_only(document, name):
            yield document.fault(
                path, f"{name} takes alerts only: a digest needs Slack, or `format: generic`"
            )
        elif path not in document.items(_NOTIFY) and _is_person(document, name):
            yield document.fault(
                path, f"{name} is the person an alert is about; name a channel or a webhook here"
            )


def _doubled(document: Document, section: str) -> Iterator[Fault]:
    first: dict[str, Path] = {}
    for item in document.items((section,)):
        path = (*item, "name")
        name = document.text(path)
        if name is not None and first.setdefault(name, path) is not path:
            line = document.at(first[name]).line
            yield document.fault(path, f"the name `{name}` is taken: line {line}")


def _one_email_each(document: Document) -> Iterator[Fault]:
    """What somebody may see goes by one email, so a second one would be left out in silence."""
    first: dict[str, Path] = {}
    for email in document.keys(("people",)):
        path: Path = ("people", email)
        user = document.text(path)
        if user is not None and first.setdefault(user, path) is not path:
            line = document.at(first[user]).line
            yield document.fault(
                path, f"{user} has an email already: line {line}; one person has one"
            )


def _without_slack(document: Document) -> Iterator[Fault]:
    if not document.keys(("slack",)):
        for name in document.keys(("receivers",)):
            path = ("receivers", name, "slack")
            if document.find(path):
                yield document.fault(path, "the section `slack` is missing: this receiver needs it")


def _takes_alerts_only(document: Document, name: str) -> bool:
    return document.text(("receivers", name, "webhook", "format")) == Format.ALERTMANAGER


def _is_person(document: Document, name: str) -> bool:
    return document.text(("receivers", name, "slack")) == settings.DM
