"""How soon the service answers, and how much memory that takes, beside only importing what it stands on."""

import json
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
_PATIENCE = 30.0
_TIMES = 3

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


def imports() -> Figures:
    """The best of some: seconds, and the most memory in MiB."""
    text = f"import {_DEPENDENCIES}, resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    best, peak = _PATIENCE, 0.0
    for _ in range(_TIMES):
        begun = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", text], check=True, stdout=subprocess.PIPE, text=True
        )
        best, peak = min(best, time.perf_counter() - begun), float(done.stdout)
    return {"seconds": best, "peak": peak}


def ready(path: str) -> Figures:
    """The best of some: seconds until `run` answers on its port, with a store that has usage in it."""
    return {"seconds": min(_started(path) for _ in range(_TIMES))}


def _started(path: str) -> float:
    """From the start of the process to its first answer."""
    port = _free_port()
    config = Path(f"{path}.yaml")
    config.write_text(json.dumps(_config(path, port)), encoding="utf-8")
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "--config", str(config), "run"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not _answers(port):
            if process.poll() is not None or time.perf_counter() - begun > _PATIENCE:
                raise RuntimeError("the service did not start")
            time.sleep(_PAUSE)
        return time.perf_counter() - begun
    finally:
        process.terminate()
        process.wait()


def _config(path: str, port: int) -> dict[str, object]:
    return {
        "sources": [{"name": "acme", "base_url": "http://127.0.0.1:9", "api_key": "neo_sk_bench"}],
        "store": {"path": path},
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


if __name__ == "__main__":
    measure.tell({"imports": imports, "ready": ready})
