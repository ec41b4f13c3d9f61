"""What the simulated Neo was asked: every request, and those that broke the contract."""

from dataclasses import dataclass, field

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came in. `credential` is where one was sent: bearer, api_key, both or none."""

    number: int
    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    credential: str

    def first(self, name: str) -> str | None:
        """Read a query parameter, None if it was not sent."""
        return next((value for key, value in self.query if key == name), None)


@dataclass(frozen=True, slots=True)
class Violation:
    """A request that the contract does not allow, and what was answered."""

    asked: Asked
    status: int
    detail: str


@dataclass(slots=True)
class Log:
    """Requests in the order of their coming. Secrets are never kept."""

    requests: list[Asked] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)

    def record(self, request: web.Request) -> Asked:
        asked = Asked(
            len(self.requests) + 1,
            request.method,
            request.path,
            tuple(request.query.items()),
            _credential(request),
        )
        self.requests.append(asked)
        return asked


def _credential(request: web.Request) -> str:
    match "Authorization" in request.headers, "X-Api-Key" in request.headers:
        case True, True:
            return "both"
        case True, False:
            return "bearer"
        case False, True:
            return "api_key"
        case _:
            return "none"
