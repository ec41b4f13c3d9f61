"""Faults that a test plans: what goes wrong with which request, and how often.

A fault is data: `act` changes the reply, `when` picks the requests, `times` counts down. Of the faults in a
plan the first that wants a request gets it, alone; `chain` makes one act of several.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from bot.demo.neo import asked, refusal, rows, wire

Act = Callable[[asked.Asked, wire.Reply], wire.Reply]
When = Callable[[asked.Asked], bool]


def anything(_asked: asked.Asked) -> bool:
    return True


def on(path: str, **parameters: str) -> When:
    """Pick requests by the end of their path and by query parameters (`from` is written `from_`)."""
    wanted = {name.rstrip("_"): value for name, value in parameters.items()}

    def picks(request: asked.Asked) -> bool:
        fits = all(request.first(name) == value for name, value in wanted.items())
        return request.path.endswith(path) and fits

    return picks


@dataclass(slots=True)
class Fault:
    """Something that goes wrong. `times` is how often it still will; None is for ever."""

    act: Act
    when: When = anything
    times: int | None = 1


@dataclass(slots=True)
class Plan:
    """The faults still to come, in order."""

    faults: list[Fault] = field(default_factory=list)

    def add(self, act: Act, *, when: When = anything, times: int | None = 1) -> Fault:
        fault = Fault(act, when, times)
        self.faults.append(fault)
        return fault

    def clear(self) -> None:
        self.faults.clear()

    def apply(self, request: asked.Asked, reply: wire.Reply) -> wire.Reply:
        """Let the first fault that wants this request change its reply."""
        fault = next((each for each in self.faults if each.when(request)), None)
        if fault is None:
            return reply
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self.faults.remove(fault)
        return fault.act(request, reply)


def chain(*acts: Act) -> Act:
    """Do several things to the same reply, in order."""

    def act(request: asked.Asked, reply: wire.Reply) -> wire.Reply:
        for each in acts:
            reply = each(request, reply)
        return reply

    return act


def answer(status: int, detail: str = "try again later", *, retry_after: str | None = None) -> Act:
    """Answer an error instead: 429, 5xx or any other."""

    def act(request: asked.Asked, reply: wire.Reply) -> wire.Reply:
        headers = {} if retry_after is None else {"Retry-After": retry_after}
        payload = refusal.body(status, detail, f"fault-{request.number}")
        return replace(reply, status=status, payload=payload, headers=headers)

    return act


def send(sending: wire.Sending) -> Act:
    """Put the answer on the wire in another way, such as `wire.hang` or `wire.reset()`."""
    return lambda _, reply: replace(reply, send=sending)


def afterwards(do: Callable[[], object]) -> Act:
    """Do something once the answer is put together, such as adding a stream between two pages."""

    def act(_request: asked.Asked, reply: wire.Reply) -> wire.Reply:
        do()
        return reply

    return act


def lie(**members: object) -> Act:
    """Set members of the answer, such as `total` or `has_more`, to what they are not."""
    return lambda _, reply: replace(reply, payload={**_object(reply), **members})


def change_rows(change: Callable[[rows.Row], object], which: slice | None = None) -> Act:
    """Put something else in the place of some rows of a page, of all by default."""

    def rewrite(data: list[rows.Row]) -> list[object]:
        picked = set(range(len(data))[which or slice(None)])
        return [change(row) if place in picked else row for place, row in enumerate(data)]

    return _page(rewrite)


def set_fields(which: slice | None = None, **fields: object) -> Act:
    """Set fields of rows: nulls, wrong types, unknown fields and statuses."""
    return change_rows(lambda row: {**row, **fields}, which)


def drop_fields(*names: str, which: slice | None = None) -> Act:
    return change_rows(lambda row: {k: v for k, v in row.items() if k not in names}, which)


def shuffle_rows(seed: int = 0) -> Act:
    """Put a page's rows in another order."""
    return _page(lambda data: random.Random(seed).sample(data, len(data)))


def drop_rows(which: slice) -> Act:
    """Leave rows out of a page."""

    def without(data: list[rows.Row]) -> list[object]:
        gone = set(range(len(data))[which])
        return [row for place, row in enumerate(data) if place not in gone]

    return _page(without)


def repeat_rows(count: int = 1) -> Act:
    """Send the last rows of a page again at the head of the next one, over its limit."""
    carried: list[rows.Row] = []

    def with_carried(data: list[rows.Row]) -> list[object]:
        repeated = [*carried, *data]
        carried[:] = data[-count:]
        return list(repeated)

    return _page(with_carried)


def _page(rewrite: Callable[[list[rows.Row]], list[object]]) -> Act:
    """Rewrite the rows of a page; answers that are no page stay as they are."""

    def act(_request: asked.Asked, reply: wire.Reply) -> wire.Reply:
        payload = _object(reply)
        data = payload.get("data")
        if not isinstance(data, list):
            return reply
        return replace(reply, payload={**payload, "data": rewrite(data)})

    return act


def _object(reply: wire.Reply) -> Mapping[str, object]:
    return reply.payload if isinstance(reply.payload, dict) else {}
