"""What is told where nothing catches a failure: without secrets."""

import subprocess
import sys

from tests.house import tree

PROGRAM = """
import logging, resource, threading
from bot import secret
from bot.cli import crash

class Broken:
    def __del__(self):
        raise ValueError("unraisable tulips-in-may")

def fail(words):
    raise ValueError(f"{words} tulips-in-may")

secret.learn("tulips-in-may")
crash.prepare()
print(resource.getrlimit(resource.RLIMIT_CORE)[0])
logging.getLogger("bot").warning("logged %s", "tulips-in-may")
Broken()
thread = threading.Thread(target=fail, args=["in a thread"])
thread.start()
thread.join()
fail("at the end")
"""


def test_whatever_fails_no_secret_is_told() -> None:
    words = [sys.executable, "-c", PROGRAM]
    found = subprocess.run(words, cwd=tree.ROOT, capture_output=True, text=True, check=False)

    assert (1, "0\n") == (found.returncode, found.stdout)
    for where in ("logged", "unraisable", "in a thread", "at the end"):
        assert f"{where} ***" in found.stderr
    assert "tulips" not in found.stderr
