"""Log lines: key and value, readable on a terminal and JSON elsewhere, never a secret."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TextIO

from aiohttp import http_exceptions
from typing_extensions import override

from bot.secret import cleared, masked

_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def start(level: str, style: str, stream: TextIO = sys.stderr) -> None:
    """Sends all log lines to `stream`; `style` is text, json, or auto: text on a terminal."""
    readable = style == "text" or (style == "auto" and stream.isatty())
    output = logging.StreamHandler(stream)
    output.setFormatter(_Text() if readable else _Json())
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
    return {name: value for name, value in vars(record).items() if name not in _OWN}


class _Json(logging.Formatter):
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


class _Text(logging.Formatter):
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
