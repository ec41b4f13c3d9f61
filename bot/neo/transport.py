"""Carries requests to one source: the credential, time limits, retries. Gives bytes or a NeoError."""

import asyncio
import math
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import aiohttp
import yarl

import bot
from bot import secret
from bot.neo import refusal
from bot.neo.error import Kind, NeoError
from bot.neo.settings import SourceSettings

T = TypeVar("T")

LARGEST_BODY = 64 * 1024 * 1024
_CHUNK = 64 * 1024


def _steady() -> float:
    return asyncio.get_running_loop().time()


@dataclass(frozen=True, slots=True)
class Patience:
    """How long and how often one request is tried. Times are seconds.

    Between tries it waits a random part of `first`, doubled each time up to `longest`, or what
    `Retry-After` says; more than `obeyed` of that is not sat out but raised. `sleep` and `monotonic`
    go by the same clock.
    """

    connect: float = 10
    total: float = 60
    tries: int = 5
    first: float = 0.5
    longest: float = 30
    obeyed: float = 60
    largest: int = LARGEST_BODY
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    monotonic: Callable[[], float] = _steady
    jitter: Callable[[], float] = random.random


class Transport:
    """GETs from one source, with its credential, to its base URL and nowhere else.

    When Neo asks one request to wait, all wait: those that run beside it, and those of later callers.
    """

    def __init__(
        self,
        source: SourceSettings,
        session: aiohttp.ClientSession,
        patience: Patience | None = None,
    ):
        self._source = source
        self._session = session
        self._patience = patience or Patience()
        self._credential: str | None = None
        self._not_before = -math.inf

    async def get(self, path: str, query: Mapping[str, str], parse: Callable[[bytes], T]) -> T:
        """What `parse` makes of the body; `path` is already quoted.

        Tries again where that may help, also when `parse` raises ValueError: a body may be cut
        short. Raises NeoError.
        """
        tried = 0
        while True:
            tried += 1
            try:
                return await self._try(path, query, parse)
            except NeoError as error:
                pause = self._pause(tried, error)
                if pause is None:
                    raise
            await self._patience.sleep(pause)

    def _pause(self, tried: int, error: NeoError) -> float | None:
        """The seconds to wait before the next try, None where there is none."""
        patience = self._patience
        if not error.retryable or tried >= patience.tries:
            return None
        if error.retry_after is not None:
            asked = error.retry_after.total_seconds()
            return asked if asked <= patience.obeyed else None
        return patience.jitter() * min(patience.longest, patience.first * 2.0 ** (tried - 1))

    async def _try(self, path: str, query: Mapping[str, str], parse: Callable[[bytes], T]) -> T:
        where = f"{self._source.name}: GET {self._source.base_url}{path}"
        used = self._credential or self._read_credential()
        answer = await self._send(where, path, query, used)
        if answer.status == refusal.UNAUTHORIZED:
            # A JWT expires, and its successor may be in place already.
            fresh = self._read_credential()
            if fresh != used:
                answer = await self._send(where, path, query, fresh)
        if answer.status == refusal.UNAUTHORIZED:
            raise refusal.unauthorized(where, self._source.credential_key)
        if answer.status != refusal.OK:
            raise self._heeded(refusal.of(answer, where))
        try:
            return parse(answer.body)
        except ValueError as error:
            raise NeoError(f"{where} answered with a broken body: {error}", Kind.BROKEN) from error

    def _heeded(self, error: NeoError) -> NeoError:
        """The same error; where Neo asks to wait, nothing is sent until then."""
        if error.retryable and error.retry_after is not None:
            until = self._patience.monotonic() + error.retry_after.total_seconds()
            self._not_before = max(self._not_before, until)
        return error

    async def _opened(self, where: str) -> None:
        """Waits as long as Neo has asked to; raises where that is too long to be sat out."""
        while (left := self._not_before - self._patience.monotonic()) > 0:
            if left > self._patience.obeyed:
                raise refusal.closed(where, left)
            await self._patience.sleep(left)

    def _read_credential(self) -> str:
        setting = f"{self._source.credential_key} of source {self._source.name}"
        try:
            credential = self._source.credential.read().strip()
        except ValueError as error:
            raise NeoError(f"{setting}: {error}", Kind.REFUSED) from error
        if not (credential.isascii() and credential.isprintable()):
            raise NeoError(
                f"{setting} holds characters that no credential has: is it the right one?",
                Kind.REFUSED,
            )
        self._credential = credential
        return credential

    async def _send(
        self, where: str, path: str, query: Mapping[str, str], credential: str
    ) -> refusal.Answer:
        await self._opened(where)
        headers = {
            **self._source.auth(credential),
            "Accept": "application/json",
            "User-Agent": f"neo-budget-bot/{bot.__version__}",
        }
        url = yarl.URL(self._source.base_url + path, encoded=True).with_query(query)
        limit = aiohttp.ClientTimeout(
            total=self._patience.total, sock_connect=self._patience.connect
        )
        try:
            async with self._session.get(
                url,
                headers=headers,
                allow_redirects=False,
                timeout=limit,
                trace_request_ctx=self._source.name,
            ) as response:
                body = await self._body(response, where)
                return refusal.Answer(response.status, response.headers, body)
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise self._failure(error, where) from error

    def _failure(self, error: Exception, where: str) -> NeoError:
        said = secret.masked(str(error))
        match error:
            case TimeoutError():
                seconds = f"{self._patience.total:g}"
                return NeoError(f"{where} gave no answer in {seconds} s", Kind.UNREACHABLE)
            case aiohttp.ClientConnectionError() | aiohttp.ServerDisconnectedError():
                message = f"{where} failed: {said}; check base_url, the network and any proxy"
                return NeoError(message, Kind.UNREACHABLE)
            case _:
                return NeoError(f"{where} broke off its answer: {said}", Kind.BROKEN)

    async def _body(self, response: aiohttp.ClientResponse, where: str) -> bytes:
        parts, size = [], 0
        async for part in response.content.iter_chunked(_CHUNK):
            size += len(part)
            if size > self._patience.largest:
                message = f"{where} answered with more than {self._patience.largest} bytes"
                raise NeoError(message, Kind.BROKEN)
            parts.append(part)
        return b"".join(parts)
