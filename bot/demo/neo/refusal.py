"""The errors that Neo answers, each with its status, its stable code and its words."""

_WORDS = {
    400: ("Bad request", "invalid_request", "invalid request"),
    401: ("Unauthorized", "unauthorized", "unauthorized request"),
    403: ("Forbidden", "forbidden", "forbidden request"),
    404: ("Not found", "not_exists", "not exists"),
    405: ("Method not allowed", "method_not_allowed", "invalid request"),
    429: ("Too many requests", "rate_limited", "rate limited"),
    500: ("Internal server error", "internal_error", "internal error"),
    502: ("Bad gateway", "bad_gateway", "internal error"),
    503: ("Service unavailable", "unavailable", "internal error"),
    504: ("Gateway timeout", "timeout", "internal error"),
}


class RefusalError(Exception):
    """A request that Neo does not serve. `breach`: the caller broke the contract, so it counts as a violation."""

    def __init__(self, status: int, detail: str, *, breach: bool = False) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.breach = breach


def body(status: int, detail: str, error_id: str) -> dict[str, object]:
    """Render the contract's Error schema."""
    error, code, kind = _WORDS.get(status, _WORDS[500])
    return {
        "error": error,
        "code": code,
        "kind": kind,
        "message": f"{kind}: {detail}",
        "error_id": error_id,
    }
