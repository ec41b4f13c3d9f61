"""Log lines: key and value, readable on a terminal and JSON elsewhere, never a secret."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TextIO

from typing_extensions import override

from bot.secret import masked

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
        return masked(json.dumps(line, default=str, ensure_ascii=False))


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
