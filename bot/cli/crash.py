"""What is told when nothing else is there to tell it: of any failure, without secrets."""

import logging
import resource
import sys
import threading
import traceback
from types import TracebackType

from typing_extensions import override

from bot.secret import masked


class _Masked(logging.Formatter):
    @override
    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


def prepare() -> None:
    """Failures that nothing catches are told without secrets, and a process that dies leaves no memory behind."""
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))
    if logging.lastResort is not None:  # it writes where no log was begun, as by most commands
        logging.lastResort.setFormatter(_Masked())
    sys.excepthook = _tell
    threading.excepthook = _of_thread
    sys.unraisablehook = _unraisable


def _tell(
    kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> None:
    sys.stderr.write(masked("".join(traceback.format_exception(kind, error, trace))))


def _of_thread(failed: threading.ExceptHookArgs) -> None:
    _tell(failed.exc_type, failed.exc_value, failed.exc_traceback)


def _unraisable(failed: "sys.UnraisableHookArgs") -> None:
    _tell(failed.exc_type, failed.exc_value, failed.exc_traceback)
