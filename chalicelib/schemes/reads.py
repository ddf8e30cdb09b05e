"""What other services may ask of schemes: the reviewed files themselves, which are pure values with their rules."""

from chalicelib.core.errors import NotFound
from chalicelib.schemes import model
from chalicelib.schemes.model import (
    Authority,
    AuthorityKind,
    Capacity,
    Item,
    Per,
    QuotedLine,
    RefundRule,
    Sale,
    Scheme,
    SchemeKind,
    Subject,
    Tariff,
    Validity,
    Visit,
)

__all__ = [
    "Authority",
    "AuthorityKind",
    "Capacity",
    "Item",
    "Per",
    "QuotedLine",
    "RefundRule",
    "Sale",
    "Scheme",
    "SchemeKind",
    "Subject",
    "Tariff",
    "Validity",
    "Visit",
    "authority",
    "scheme",
    "schemes",
]


def scheme(code: str) -> Scheme:
    """Raises NotFound."""
    found = model.schemes().get(code)
    if found is None:
        raise NotFound
    return found


def schemes() -> tuple[Scheme, ...]:
    """All of them, in the order in which they are shown."""
    return tuple(model.schemes().values())


def authority(code: str) -> Authority:
    """Raises NotFound."""
    found = model.authorities().get(code)
    if found is None:
        raise NotFound
    return found
