"""What the API answers when it says no, in the shape of https://docs.stripe.com/api/errors."""

from typing import Any


class Refusal(Exception):
    """`kept`: the endpoint had begun, so its answer is kept under the idempotency key, as good ones are."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str = "",
        param: str = "",
        kept: bool = False,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.kept = kept
        self._told = {"code": code, "message": message, "param": param, "type": kind}

    @property
    def body(self) -> dict[str, Any]:
        return {"error": {name: value for name, value in self._told.items() if value}}


class NoAnswer(Exception):
    """The caller hears nothing: the line is cut, or somebody never answers."""


def missing(name: str) -> Refusal:
    return Refusal(f"Missing required param: {name}.", code="parameter_missing", param=name)


def unknown(name: str) -> Refusal:
    return Refusal(f"Received unknown parameter: {name}", code="parameter_unknown", param=name)


def no_such(kind: str, id: str, param: str = "id") -> Refusal:
    return Refusal(f"No such {kind}: '{id}'", status=404, code="resource_missing", param=param)


def not_now(message: str, code: str = "", param: str = "") -> Refusal:
    """The request is well made, but the thing is in no state for it."""
    return Refusal(message, code=code, param=param, kept=True)
