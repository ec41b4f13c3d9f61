"""The people of the sample data, and the words of their work."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One member of the team.

    tasks: how many they start on a weekday; weekend: what share of that on Saturday and Sunday.
    credits: the mean price of one stream; failing: the share of streams that fail.
    """

    email: str
    tasks: float
    credits: float = 0.085
    models: tuple[str, ...] = ("claude-sonnet-4-5", "gpt-5")
    weekend: float = 0.15
    failing: float = 0.05
    byok: bool = False


MAYA = Person(email="maya@acme.test", tasks=9, models=("claude-opus-4-1", "claude-sonnet-4-5"))
ANA = Person(email="ana@acme.test", tasks=7)
LIAM = Person(email="liam@acme.test", tasks=6, models=("claude-sonnet-4-5", "gemini-2.5-pro"))
PRIYA = Person(email="priya@acme.test", tasks=5, credits=0.05, models=("gpt-5", "gpt-5-mini"))
TOMAS = Person(email="tomas@acme.test", tasks=4, credits=0.12, models=("gpt-5",), byok=True)
WEI = Person(email="wei@acme.test", tasks=2, credits=0.05, models=("gemini-2.5-pro",), byok=True)
CI = Person(
    email="ci@acme.test",
    tasks=12,
    credits=0.03,
    models=("claude-haiku-4-5",),
    weekend=1,
    failing=0.1,
)
NOOR = Person(email="noor@contractors.acme.test", tasks=2)

PEOPLE = (
    MAYA,
    ANA,
    LIAM,
    PRIYA,
    TOMAS,
    WEI,
    CI,
    NOOR,
    Person(email="felix@contractors.acme.test", tasks=1),
    Person(email="sofia@acme.test", tasks=3, models=("claude-sonnet-4-5", "claude-haiku-4-5")),
    Person(email="jonas@acme.test", tasks=2, models=("gpt-5-mini",), credits=0.02),
    Person(email="aisha@acme.test", tasks=1.5),
    Person(email="ben@acme.test", tasks=0.7, models=("gemini-2.5-flash",), credits=0.01),
    Person(email="lucia@acme.test", tasks=0.3, models=("gpt-5-mini",), credits=0.02),
)

NEO_COST_RATE = "0.2"

HOSTS = (
    "shop.acme.test",
    "api.acme.test",
    "login.acme.test",
    "vpn.acme.test",
    "staging.acme.test",
    "billing.acme.test",
    "*.acme.test",
)

# Titles come from people, so some hold the characters that a chat or a page must escape.
TITLES = (
    "Enumerate subdomains of {host}",
    "Full external scan of {host}",
    "Triage nuclei findings on {host}",
    "Retest fixed issues on {host}",
    "Review JWT handling of {host}",
    "Check {host} for exposed admin panels & backups",
    "Look for IDOR in the order API of {host}",
    "Try <script>alert(1)</script> in the search of {host}",
    "Map the OAuth flow of {host}",
    "Verify CVE-2025-29927 on {host}",
    "Audit CORS and CSP headers of {host}",
    "Review pull request: rate limits for {host}",
    "Hunt leaked `.env` files on {host}",
    "Write the pentest report for {host}",
)

# Each tool with the length of one call in milliseconds, on average.
TOOLS: Mapping[str, int] = {
    "bash": 1800,
    "browser": 6500,
    "httpx": 2400,
    "katana": 9000,
    "nuclei": 21000,
    "subfinder": 7500,
    "naabu": 5200,
    "ffuf": 11000,
    "python": 900,
}

AGENTS = ("recon", "web-pentester", "code-reviewer", "triage", "reporter")

# Each failure with its status.
FAILURES = (
    ("error", "model provider returned 529: overloaded, gave up after 5 retries"),
    ("error", "context window exceeded: 204312 tokens > 200000"),
    ("failed", "sandbox did not become ready within 120s"),
    ("failed", "nuclei exited with status 2: could not load templates"),
    (
        "error",
        'tool "browser" timed out: net::ERR_CONNECTION_REFUSED at https://staging.acme.test/',
    ),
    ("failed", "target out of scope: host is not in the project's allow list"),
)
ABORTED = ("aborted", "stopped by the user")
BLOCKED = "user_spending_cap_reached: the task waits until the cap is raised"
