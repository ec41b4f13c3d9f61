"""The endpoints of the contract: which parameters each takes, who may ask, and what it answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import unquote

from bot.demo.neo import accounts, billing, pages, query, refusal, rows, state, totals, usage

PREFIX = "/api/v1/"


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks what, and when."""

    neo: state.Neo
    account: accounts.Account
    parameters: query.Query
    now: datetime
    task_id: str = ""

    def own(self) -> query.Query:
        """The parameters, narrowed to what the account may see."""
        if self.account.sees_all:
            return self.parameters
        if self.parameters.email is not None:
            raise refusal.RefusalError(403, "the email filter is for team admins", breach=True)
        return replace(self.parameters, email=self.account.email)

    def streams(self, since: int | None = None, until: int | None = None) -> list[usage.Stream]:
        """The streams of a window that the account's figures are made of."""
        alone = self.account.role is accounts.Role.SOLO
        known = self.neo.book.streams(since, until)
        return [each for each in known if each.email == self.account.email] if alone else known

    def this_month(self) -> list[usage.Stream]:
        return self.streams(usage.micros(billing.month(self.now)))

    def balance(self) -> billing.Balance:
        return billing.Balance(self.neo.plan, self.now, billing.used(self.this_month()))


Answer = Callable[[Asking], rows.Row]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One path: the query parameters it knows, whether it shows usage, and its answer."""

    allowed: Mapping[str, query.Parser]
    answer: Answer
    shows_usage: bool = True


def _list_streams(asking: Asking) -> rows.Row:
    page = pages.streams(asking.neo.book, asking.own())
    seen = asking.account.sees_all
    data = [rows.of_stream(each, with_email=seen) for each in page.records]
    return {"data": data, "total": page.total, "has_more": page.has_more}


def _list_tasks(asking: Asking) -> rows.Row:
    page = pages.tasks(asking.neo.book, asking.own())
    seen = asking.account.sees_all
    data = [rows.of_task(each, with_email=seen) for each in page.records]
    return {"data": data, "total": page.total, "has_more": page.has_more}


def _get_task(asking: Asking) -> rows.Row:
    task = asking.neo.book.find_task(asking.task_id)
    seen = asking.account.sees_all
    if task is None or not (seen or task.email == asking.account.email):
        raise refusal.RefusalError(404, f"there is no task {asking.task_id!r}")
    return rows.of_task_alone(task, with_email=seen)


def _summarise(asking: Asking) -> rows.Row:
    streams = asking.streams(asking.parameters.since, asking.parameters.until)
    body = totals.usage_of(asking.neo.book, streams)
    if asking.account.sees_all:
        body["by_email"] = totals.by_email(streams)
    if asking.parameters.group_by is not None:
        body["by_period"] = totals.by_period(streams, asking.parameters.group_by)
    return {**body, **billing.summary(asking.balance())}


def _show_user(asking: Asking) -> rows.Row:
    mine = [each for each in asking.this_month() if each.email == asking.account.email]
    return billing.user(asking.account, billing.used(mine))


def _show_credits(asking: Asking) -> rows.Row:
    return billing.credits_left(asking.account, asking.balance())


def _show_subscription(asking: Asking) -> rows.Row:
    body = billing.subscription(asking.balance())
    if asking.account.sees_all and asking.neo.plan is not None:
        everyone = {each.email for each in asking.streams()}
        body["per_seat_usage"] = billing.seats(asking.neo.plan, asking.this_month(), everyone)
    return body


TASK = Endpoint(query.NOTHING, _get_task)
BY_PATH: Mapping[str, Endpoint] = {
    "usage/streams": Endpoint(query.STREAMS, _list_streams),
    "usage/tasks": Endpoint(query.TASKS, _list_tasks),
    "usage/summary": Endpoint(query.SUMMARY, _summarise),
    "user": Endpoint(query.NOTHING, _show_user, shows_usage=False),
    "billing/credits": Endpoint(query.NOTHING, _show_credits, shows_usage=False),
    "billing/subscription": Endpoint(query.NOTHING, _show_subscription, shows_usage=False),
}


def find(raw_path: str) -> tuple[Endpoint, str]:
    """Find the endpoint of a path as it came in, and the task id in it; 404 for any other path."""
    path = raw_path.removeprefix(PREFIX)
    if path != raw_path and path in BY_PATH:
        return BY_PATH[path], ""
    task_id = path.removeprefix("usage/tasks/")
    if path != raw_path and task_id not in ("", path) and "/" not in task_id:
        return TASK, unquote(task_id)
    raise refusal.RefusalError(404, f"there is no path {raw_path}", breach=True)
