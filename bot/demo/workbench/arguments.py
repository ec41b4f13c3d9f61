"""The arguments of one API call, wherever Slack lets them stand: query, form or JSON body."""

import json
from collections.abc import Mapping

from aiohttp import web

from bot.demo.workbench.errors import SlackError, invalid_arguments

TRUE_WORDS = ("1", "true", "True")


class Arguments:
    """Typed access to what was sent. Forms hold only strings, JSON bodies hold values; both read alike."""

    def __init__(self, values: Mapping[str, object]):
        self.values = {key: value for key, value in values.items() if value is not None}

    def required(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise invalid_arguments(f"missing required field: {name}")
        return value

    def text(self, name: str, default: str = "") -> str:
        value = self.values.get(name, default)
        if not isinstance(value, str | int | float):
            raise invalid_arguments(f"must be a string [json-pointer:/{name}]")
        return str(value)

    def optional(self, name: str) -> str | None:
        return self.text(name) or None

    def flag(self, name: str) -> bool:
        return str(self.values.get(name, "")) in TRUE_WORDS

    def integer(self, name: str, *, default: int, most: int, refusal: str = "invalid_limit") -> int:
        try:
            value = int(self.text(name, str(default)))
        except ValueError:
            raise invalid_arguments(f"must be an integer [json-pointer:/{name}]") from None
        if not 1 <= value <= most:
            raise SlackError(refusal)
        return value

    def structure(self, name: str, *, otherwise: str) -> object:
        """Give a JSON value, sent as itself or as a string; answers `otherwise` when it is not JSON."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise SlackError(otherwise) from None


async def read(request: web.Request) -> tuple[Arguments, str]:
    """Give the arguments and the token, which may come as a header or as an argument."""
    values: dict[str, object] = dict(request.query)
    if request.content_type == "application/json":
        values.update(_json_object(await request.read()))
    elif request.method == "POST":
        form = await request.post()
        values.update({key: value for key, value in form.items() if isinstance(value, str)})
    in_body = str(values.pop("token", ""))
    kind, _, in_header = request.headers.get("Authorization", "").partition(" ")
    return Arguments(values), in_header if kind == "Bearer" else in_body


def _json_object(body: bytes) -> dict[str, object]:
    try:
        value = json.loads(body or b"{}")
    except ValueError:
        raise SlackError("invalid_json") from None
    if not isinstance(value, dict):
        raise SlackError("json_not_object")
    return value
