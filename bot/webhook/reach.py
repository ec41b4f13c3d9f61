"""Calls an address of the configuration: over https, public, without redirects, unless the settings allow more."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from urllib.parse import urlsplit

import aiohttp

from bot import address as addresses
from bot.notify import retry
from bot.notify.notification import SinkError
from bot.notify.outgoing import Outgoing
from bot.webhook import address

PATIENCE = aiohttp.ClientTimeout(total=15)
_OK, _REDIRECT, _REFUSAL, _TIMEOUT, _TOO_MANY, _SERVER_ERROR = 200, 300, 400, 408, 429, 500


@asynccontextmanager
async def opened(name: str, settings: Outgoing) -> AsyncIterator["Reach"]:
    """With a connection pool that cannot reach what the settings do not allow; `name` is what errors call it."""
    connector = (
        aiohttp.TCPConnector()
        if settings.allow_private
        else aiohttp.TCPConnector(resolver=address.PublicResolver(), use_dns_cache=False)
    )
    async with aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar(), timeout=PATIENCE
    ) as session:
        yield Reach(name, settings, session)


class Reach:
    """One address. Every failure is a SinkError; nothing is tried again in here."""

    def __init__(self, name: str, settings: Outgoing, session: aiohttp.ClientSession) -> None:
        self._name = name
        self._settings = settings
        self._session = session

    async def get(self, headers: Mapping[str, str], now: datetime) -> None:
        """Asks for the page; what it says is not read."""
        await self._send("GET", headers, None, now)

    async def post(self, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
        await self._send("POST", headers, body, now)

    async def _send(
        self, method: str, headers: Mapping[str, str], body: bytes | None, now: datetime
    ) -> None:
        self._check()
        try:
            async with self._session.request(
                method, self._settings.url, data=body, headers=headers, allow_redirects=False
            ) as response:
                self._judge(response, now)
        except aiohttp.InvalidURL as error:
            raise self.error("has an address that is none", retryable=False) from error
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.__cause__, address.PrivateAddressError):
                raise self._private(error.__cause__) from error
            raise self.error(f"cannot be reached: {error.__cause__}", retryable=True) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise self.error(f"gave no answer ({type(error).__name__})", retryable=True) from error

    def error(self, words: str, *, retryable: bool, retry_after: float | None = None) -> SinkError:
        return SinkError(f"{self._name} {words}", retryable=retryable, retry_after=retry_after)

    def _check(self) -> None:
        """The connector asks no resolver about an address that is written as one."""
        if urlsplit(self._settings.url).scheme != "https" and not self._settings.allow_http:
            raise self.error("is not https: use https, or set allow_http: true", retryable=False)
        if not self._settings.allow_private:
            try:
                address.check(addresses.host(self._settings.url))
            except address.PrivateAddressError as error:
                raise self._private(error) from error

    def _judge(self, response: aiohttp.ClientResponse, now: datetime) -> None:
        status = response.status
        if _OK <= status < _REDIRECT:
            return
        if status in (_TIMEOUT, _TOO_MANY) or status >= _SERVER_ERROR:
            wait = retry.asked(response.headers, now)
            words = f"answered with status {status}{retry.remark(wait)}"
            raise self.error(words, retryable=True, retry_after=wait)
        words = f"answered with status {status}"
        if status < _REFUSAL:
            words += ": redirects are not followed, name the final address"
        raise self.error(words, retryable=False)

    def _private(self, error: address.PrivateAddressError) -> SinkError:
        words = f"is refused: {error}; set allow_private: true if it is meant"
        return self.error(words, retryable=False)
