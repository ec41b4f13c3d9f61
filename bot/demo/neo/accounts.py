"""Who may ask: credentials, the accounts behind them, and their roles."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum

from multidict import CIMultiDictProxy

from bot.demo.neo import refusal

KEY_PREFIX = "neo_sk_"


class Role(StrEnum):
    """What an account may see: admins all members' usage, a solo user the own one, the others none."""

    ADMIN = "admin"
    SOLO = "solo"
    MEMBER = "member"
    VIEWER = "viewer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One user of Neo.

    `cap` is the monthly spending cap in credits. `closed` maps the path of an optional endpoint below
    `/api/v1/` to the status (403 or 404) that it answers to this account.
    """

    email: str
    role: Role = Role.ADMIN
    team: str = "Acme Security"
    neo_cost_rate: Decimal | None = None
    cap: Decimal | None = None
    closed: Mapping[str, int] = field(default_factory=dict)

    @property
    def reads_usage(self) -> bool:
        return self.role in (Role.ADMIN, Role.SOLO)

    @property
    def sees_all(self) -> bool:
        return self.role is Role.ADMIN


class Accounts:
    """The credentials that are accepted now. One account may hold several."""

    def __init__(self, accepted: Mapping[str, Account] | None = None) -> None:
        self._by_email: dict[str, Account] = {}
        self._accepted: dict[str, str] = {}
        for credential, account in (accepted or {}).items():
            self.accept(credential, account)

    def accept(self, credential: str, account: Account) -> None:
        """Accept a credential from now on: an API key if it begins with `neo_sk_`, else a JWT."""
        self._by_email[account.email] = account
        self._accepted[credential] = account.email

    def expire(self, credential: str) -> None:
        del self._accepted[credential]

    def rotate(self, old: str, new: str) -> None:
        """Accept a new credential in place of an old one."""
        self._accepted[new] = self._accepted.pop(old)

    def set_role(self, email: str, role: Role) -> None:
        self._by_email[email] = replace(self._by_email[email], role=role)

    def close(self, email: str, path: str, status: int | None) -> None:
        """Let an optional endpoint (such as `usage/summary`) answer 403 or 404; None opens it again."""
        closed = {each: code for each, code in self._by_email[email].closed.items() if each != path}
        if status is not None:
            closed[path] = status
        self._by_email[email] = replace(self._by_email[email], closed=closed)

    def identify(self, headers: CIMultiDictProxy[str]) -> Account:
        """Find who asks; exactly one credential, in the header of its kind, or a 401."""
        bearers, keys = headers.getall("Authorization", []), headers.getall("X-Api-Key", [])
        if len(bearers) + len(keys) != 1:
            raise refusal.RefusalError(
                401, "send exactly one of Authorization and X-Api-Key, once", breach=True
            )
        credential = _api_key(keys[0]) if keys else _token(bearers[0])
        if credential not in self._accepted:
            raise refusal.RefusalError(401, "the credential is unknown or has expired")
        return self._by_email[self._accepted[credential]]


def _token(header: str) -> str:
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token or token.startswith(KEY_PREFIX):
        raise refusal.RefusalError(
            401, "Authorization must be 'Bearer <JWT>'; API keys go in X-Api-Key", breach=True
        )
    return token


def _api_key(header: str) -> str:
    if not header.startswith(KEY_PREFIX):
        raise refusal.RefusalError(401, f"API keys begin with {KEY_PREFIX}", breach=True)
    return header
