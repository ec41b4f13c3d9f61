"""The workspace that the demo and the tests start from."""

from bot.demo.workbench.directory import App, Channel, Directory, Kind, Person, Team, UserGroup

SCOPES = frozenset(
    {
        "chat:write",
        "commands",
        "files:write",
        "users:read",
        "users:read.email",
        "usergroups:read",
        "channels:read",
        "groups:read",
        "channels:history",
        "groups:history",
        "im:history",
        "im:write",
    }
)

APP = App(
    id="A0NEOBOT",
    name="Neo budget bot",
    user_id="U0NEOBOT",
    bot_id="B0NEOBOT",
    token="xoxb-workbench-0001",  # noqa: S106  opens nothing but this workbench
    signing_secret="workbench-signing-secret",  # noqa: S106  likewise
    scopes=SCOPES,
    app_token="xapp-workbench-0001",  # noqa: S106  likewise
)

PEOPLE = (
    Person("U0ADA", "ada", "Ada Park", "ada@acme.test", "Head of Security", is_admin=True),
    Person("U0ANA", "ana", "Ana Silva", "ana@acme.test", "Security Engineer"),
    Person(
        "U0BEN", "ben", "Ben Okafor", "ben@acme.test", "Penetration Tester", zone="America/New_York"
    ),
    Person(
        "U0CHLOE",
        "chloe",
        "Chloé Martin",
        "chloe@acme.test",
        "Product Security",
        zone="Europe/Paris",
    ),
    Person(
        "U0DEV", "dev", "Dev Patel", "dev@contractors.acme.test", "Contractor", zone="Asia/Kolkata"
    ),
    Person("U0ERIN", "erin", "Erin Gone", "erin@acme.test", is_deleted=True),
    Person("U0GUEST", "gus", "Gus Guest", "gus@partner.test", "Partner", team_id="T0PARTNER"),
    Person(APP.user_id, "neobudget", APP.name, is_bot=True),
)

PENTESTERS = (
    Person("U0MAYA", "maya", "Maya Lindqvist", "maya@acme.test", "Penetration Tester"),
    Person("U0LIAM", "liam", "Liam Byrne", "liam@acme.test", "Penetration Tester"),
)
"""Who spends most in the demo's Neo."""

STAFF = frozenset({"U0ADA", "U0ANA", "U0BEN", "U0CHLOE", "U0DEV"})


def _direct(user: str) -> Channel:
    return Channel(f"D{user[1:]}", "directmessage", Kind.DIRECT, frozenset({user, APP.user_id}))


def directory(*more: Person) -> Directory:
    """Give an admin (ada), staff whose emails are Neo's, a deleted user, a guest of another team, and the bot.

    `more` are of the staff too.
    """
    bot, staff = APP.user_id, STAFF | {person.id for person in more}
    return Directory(
        team=Team("T0ACME", "acme", "Acme Security"),
        other_teams=(Team("T0PARTNER", "partner", "Partner GmbH"),),
        app=APP,
        people=(*PEOPLE, *more),
        groups=(UserGroup("S0FINOPS", "finops", "FinOps", ("U0ADA", "U0CHLOE")),),
        channels=(
            Channel("C0GENERAL", "general", Kind.PUBLIC, staff, "Company-wide announcements"),
            Channel(
                "C0SPEND",
                "neo-spend",
                Kind.PUBLIC,
                staff | {bot, "U0GUEST"},
                "What Neo costs us, as it happens",
            ),
            Channel(
                "G0LEADS",
                "sec-leads",
                Kind.PRIVATE,
                frozenset({"U0ADA", "U0CHLOE", bot}),
                "Leads only",
            ),
            Channel("G0BOARD", "board", Kind.PRIVATE, frozenset({"U0ADA"})),
            Channel("C0OLD", "neo-pilot", Kind.PUBLIC, staff | {bot}, is_archived=True),
            *(_direct(user) for user in sorted(staff)),
        ),
    )
