"""Log lines: key and value, readable on a terminal and JSON elsewhere, never a secret."""

import json
import logging
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

from aiohttp import http_exceptions
from typing_extensions import override

from bot.secret import cleared, masked

_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

_run: ContextVar[str] = ContextVar("run", default="")


@contextmanager
def run(known: str = "") -> Iterator[None]:
    """Every line inside carries one id: the one `known`, else that of the run which it is part of, else a new one."""
    token = _run.set(known or _run.get() or secrets.token_hex(4))
    try:
        yield
    finally:
        _run.reset(token)


def current_run() -> str:
    """The id of the run that this is part of; empty outside of any."""
    return _run.get()


def start(level: str, style: str, stream: TextIO = sys.stderr) -> None:
    """Sends all log lines to `stream`; `style` is text, json, or auto: text on a terminal."""
    readable = style == "text" or (style == "auto" and stream.isatty())
    output = logging.StreamHandler(stream)
    output.setFormatter(Text() if readable else Json())
    logging.basicConfig(level=level.upper(), handlers=[output], force=True)
    logging.getLogger("apscheduler").setLevel(
        logging.ERROR
    )  # a tick that is still under way is no news
    logging.getLogger("aiohttp.server").addFilter(_is_ours)


def _is_ours(record: logging.LogRecord) -> bool:
    """A stranger who does not speak HTTP is answered with 400, and could fill the log."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, http_exceptions.BadHttpMessage)


def _fields(record: logging.LogRecord) -> dict[str, object]:
    own = {name: value for name, value in vars(record).items() if name not in _OWN}
    return {"run": run_, **own} if (run_ := current_run()) else own


class Json(logging.Formatter):
    """One JSON object a line."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "what": record.getMessage(),
            **_fields(record),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        # Masked before it is encoded: afterwards, a mask could swallow a quote that JSON needs.
        return json.dumps(cleared(line), ensure_ascii=False)


class Text(logging.Formatter):
    """`09:00:12 info  alert  rule=spend state=firing`."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).astimezone().strftime("%H:%M:%S")
        fields = " ".join(
            f"{name}={_on_one_line(value)}"
            for name, value in _fields(record).items()
            if value != ""
        )
        trace = f"\n{self.formatException(record.exc_info)}" if record.exc_info else ""
        return masked(
            f"{time} {record.levelname.lower():7} {record.getMessage()}  {fields}".rstrip() + trace
        )


def _on_one_line(value: object) -> str:
    """What came from outside can begin no line of its own, nor colour the terminal."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in str(value))
