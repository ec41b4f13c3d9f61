"""What it takes until the service answers, beside only importing what it stands on.

Ready is the first 200 from `/healthz`: configuration, rules and store are open, and Slack's requests would be taken.
What counts is CPU time, of the process and in the kernel, so that another process on the machine says little.
"""

import json
import os
import resource
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.bench import measure
from tests.bench.measure import ROOT, Figures

_DEPENDENCIES = (
    "aiohttp, aiohttp.web, apscheduler.schedulers.asyncio, click, prometheus_client, pydantic, slack_sdk.web.async_client,"
    " sqlite_utils, yaml, zoneinfo, asyncio, logging"
)
_PAUSE = 0.005
_PATIENCE = 60.0
_NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"

_RULES = [
    {
        "name": "daily",
        "metric": "spend",
        "group_by": ["user"],
        "window": "day",
        "thresholds": {"warning": "50 USD"},
    },
    {
        "name": "team",
        "metric": "spend",
        "window": "month",
        "budget": "2000 USD",
        "thresholds": {"critical": "100%"},
    },
]


def starting(path: str, times: str) -> Figures:
    """The best of so many, in turns: CPU seconds of either, and the most memory in MiB that importing took.

    The store at `path` has usage in it. The first of each compiles what the others find compiled.
    """
    ready, imports = [], []
    for _ in range(int(times)):
        imports.append(_used(_start([sys.executable, "-c", f"import {_DEPENDENCIES}"], path)))
        ready.append(_answered(path))
    return {
        "ready": min(map(_seconds, ready)),
        "imports": min(map(_seconds, imports)),
        "peak": imports[-1].ru_maxrss / 1024,
    }


def _answered(path: str) -> resource.struct_rusage:
    """What it took from the start of the process to its first answer, at which it is killed."""
    port = _free_port()
    config = Path(f"{path}.yaml")
    config.write_text(json.dumps(_config(path, port)), encoding="utf-8")
    process = _start([sys.executable, "-m", "bot", "--config", str(config), "run"], path)
    until = time.monotonic() + _PATIENCE
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > until:
            process.kill()
            raise RuntimeError("the service did not start")
        time.sleep(_PAUSE)
    process.kill()
    return _used(process)


def _start(command: list[str], path: str) -> subprocess.Popen[bytes]:
    """Starts what finds its modules compiled beside `path`, as any start does but the first."""
    environ = {name: text for name, text in os.environ.items() if name != _NO_BYTECODE}
    environ["PYTHONPYCACHEPREFIX"] = f"{path}.bytecode"
    return subprocess.Popen(
        command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _used(process: subprocess.Popen[bytes]) -> resource.struct_rusage:
    """What a process has used once it is over."""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return used


def _seconds(used: resource.struct_rusage) -> float:
    return used.ru_utime + used.ru_stime


def _config(path: str, port: int) -> dict[str, object]:
    return {
        "sources": [{"name": "acme", "base_url": "http://127.0.0.1:9", "api_key": "neo_sk_bench"}],
        "store": {"path": path},
        "receivers": {"pager": {"webhook": {"url": "https://alerts.acme.test/in"}}},
        "notify": {"default": ["pager"]},
        "rules": _RULES,
        "server": {"host": "127.0.0.1", "port": port, "admin_host": "127.0.0.1", "admin_port": 0},
    }


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


MEASURES: measure.Measures = {"starting": starting}

if __name__ == "__main__":
    measure.tell(MEASURES)
