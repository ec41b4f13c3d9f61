"""Plays in which the bot is killed at any crossing, again and again, while Slack fails it in every way that passes."""

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from bot.demo.workbench import mischief
from bot.demo.workbench.message import Message
from bot.demo.workbench.mischief import Effect, Mischief, Sent
from tests.crashes import play, told
from tests.crashes.clock import LastingClock
from tests.crashes.ground import Ground, Scenery
from tests.crashes.told import Told

_FAR = 100
"""How long a process lives, in crossings, on average: most live shorter, and some as long as it takes."""

_DOWN = 10
"""The longest that the bot is down, in seconds."""

_METHODS = {
    "chat.postMessage": 6,
    "chat.update": 3,
    "conversations.history": 2,
    "conversations.replies": 2,
    "conversations.list": 1,
    "conversations.open": 1,
    "users.lookupByEmail": 1,
    "files.getUploadURLExternal": 1,
    "files.completeUploadExternal": 1,
}
_PASSING: dict[str, Effect] = {
    "reply dropped after Slack committed": mischief.DropReply(),
    "call dropped before": mischief.DropCall(),
    "429": mischief.RateLimited(20),
    "500": mischief.Broken(500),
    "503": mischief.Broken(503),
    "ok:false internal_error": mischief.Refuse("internal_error"),
    "ok:false fatal_error": mischief.Refuse("fatal_error"),
    "ok:false service_unavailable": mischief.Refuse("service_unavailable"),
}
_LASTING: dict[str, Effect] = {
    "ok:false is_archived": mischief.Refuse("is_archived"),
    "ok:false invalid_auth": mischief.Refuse("invalid_auth"),
}
"""What no retry mends, but a restart may: for the channel that nobody stands in for."""

_HOOK = [429, 503]
_ALONE = ("C0SPEND", "#neo-spend")


@dataclass(slots=True)
class Tally:
    """What a storm comes to: notifications `expected`, and those of them `lost` and `doubled`; what else was `wrong`."""

    plays: int = 0
    kills: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    expected: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


class _Behind(Mischief):
    """Slack's history shows a message only after some seconds, of which there are less than the bot waits for it."""

    def __init__(self, clock: LastingClock) -> None:
        super().__init__()
        self.seconds = 0
        self._clock = clock

    def seen(self, messages: Iterable[Message]) -> list[Message]:
        until = self._clock.now().timestamp() - self.seconds
        return [each for each in messages if float(each.ts) <= until]


class Storm:
    """Goes over one ground until there were so many kills; the same seed brings the same one."""

    def __init__(self, ground: Ground, kills: int, seed: int) -> None:
        self.tally = Tally()
        self._ground = ground
        self._kills = kills
        self._chance = random.Random(seed)

    async def rage(self, began: Scenery, want: Told) -> Tally:
        """Plays from where `began` is; each must end with what is wanted."""
        while self.tally.kills < self._kills:
            self._ground.put_back(began)
            self._ground.clock.set_to(play.START)
            await self._play()
            got = told.told(self._ground)
            self.tally.plays += 1
            self.tally.expected += want.said.total()
            self.tally.lost += got.lost(want)
            self.tally.doubled += got.doubled(want)
            self.tally.wrong += got.wrong(want)
        return self.tally

    async def _play(self) -> None:
        """From the first poll on: to make a store takes more crossings than most of these lives have."""
        await self._ground.start()
        await self._ground.end()
        for act in play.ACTS:
            self._ground.happen(act)
            await self._through()
        await self._ground.end()

    async def _through(self) -> None:
        """The act that is on, with all that is to be said of it; what Slack refused for good is mended by a restart."""
        ground = self._ground
        while True:
            planned = self._plan()
            lived = (ground.alive or await ground.start(self._kill())) and await ground.act()
            self.tally.faults.update(name for name, rule in planned if not rule.left)
            if not lived:
                self.tally.kills += 1
                ground.clock.advance(timedelta(seconds=self._chance.randint(1, _DOWN)))
            elif ground.failed:
                await ground.end()
            else:
                return

    def _kill(self) -> int | None:
        if self.tally.kills >= self._kills:
            return None
        return 1 + int(self._chance.expovariate(1 / _FAR))

    def _plan(self) -> list[tuple[str, mischief.Rule]]:
        """A few calls that are to fail, and how."""
        plan, planned = _Behind(self._ground.clock), list[tuple[str, mischief.Rule]]()
        plan.seconds = self._chance.choice([0, 0, 10, 40])
        self._ground.bench.mischief = plan
        for _ in range(self._chance.randint(0, 4)):
            name, effect, methods = self._fault()
            (method,) = self._chance.choices(list(methods), list(methods.values()))
            plan.add(method, effect, when=_everywhere if name in _PASSING else _where_alone)
            planned.append((name, plan.rules[-1]))
        self._ground.hook.statuses = self._chance.choice([[], [], [], list(_HOOK)])
        return planned

    def _fault(self) -> tuple[str, Effect, dict[str, int]]:
        kinds = _PASSING if self._chance.randrange(8) else _LASTING
        name = self._chance.choice(list(kinds))
        chat = {method: often for method, often in _METHODS.items() if method[:5] == "chat."}
        return name, kinds[name], _METHODS if kinds is _PASSING else chat


def _everywhere(_: Sent) -> bool:
    return True


def _where_alone(sent: Sent) -> bool:
    return sent.get("channel") in _ALONE
