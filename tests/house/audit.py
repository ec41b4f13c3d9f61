"""`make audit`: asks OSV, the open database of vulnerabilities, about every version that the lock files name.

Ends with 1 where something is known that is not accepted. Where OSV cannot be asked it says so and ends with 0: whether
a build is red must not hang on the network of the moment.
"""

import json
import re
import sys
import urllib.request
from collections.abc import Iterable, Mapping

from tests.house import tree

SERVICE = "https://api.osv.dev/v1/querybatch"
PATIENCE = 15.0

_PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)", re.MULTILINE)

Pin = tuple[str, str]


class NoAnswerError(Exception):
    """OSV did not say."""


def pins(texts: Iterable[str]) -> list[Pin]:
    """Every package with its version, once."""
    return sorted({found for text in texts for found in _PIN.findall(text)})


def known(asked: list[Pin], service: str) -> dict[Pin, list[str]]:
    """The ids of what is known of each version, in one request. Raises NoAnswerError."""
    queries = [
        {"package": {"ecosystem": "PyPI", "name": name}, "version": version}
        for name, version in asked
    ]
    body = json.dumps({"queries": queries}).encode()
    request = urllib.request.Request(service, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            results = json.load(response)["results"]
        told = [[found["id"] for found in each.get("vulns", ())] for each in results]
        return dict(zip(asked, told, strict=True))
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise NoAnswerError(f"{type(error).__name__}: {error}") from error


def audit(service: str, asked: list[Pin], accepted: Mapping[str, str]) -> int:
    """Prints what is known; `accepted` are ids that do not count, each with the reason."""
    try:
        found = known(asked, service)
    except NoAnswerError as error:
        print(f"NOT AUDITED: {service} cannot be asked: {error}")
        return 0
    told = [(name, version, each) for (name, version), ids in found.items() for each in ids]
    for name, version, each in told:
        why = f" (accepted: {accepted[each]})" if each in accepted else ""
        print(f"{name} {version}: {each}{why}")
    bad = sum(each not in accepted for _, _, each in told)
    print(f"{len(asked)} packages audited, {bad} known vulnerabilities")
    return int(bad > 0)


def main() -> int:
    locks = [path.read_text() for path in sorted(tree.ROOT.glob("requirements*.lock"))]
    accepted = tree.pyproject()["tool"].get("audit", {})
    return audit(SERVICE, pins(locks), accepted)


if __name__ == "__main__":
    sys.exit(main())
