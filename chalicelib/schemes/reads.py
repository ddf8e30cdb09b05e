"""What other services may ask of schemes: the reviewed files themselves, which are pure values with their rules."""

from dataclasses import replace

from chalicelib.core.errors import NotFound
from chalicelib.core.toolbox import toolbox
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
    return _here(found)


def schemes() -> tuple[Scheme, ...]:
    """All of them, in the order in which they are shown."""
    return tuple(_here(found) for found in model.schemes().values())


def authority(code: str) -> Authority:
    """Raises NotFound."""
    found = model.authorities().get(code)
    if found is None:
        raise NotFound
    return found


def _here(found: Scheme) -> Scheme:
    """Somebody else's scheme is for sale only in a stage that may collect for them."""
    if found.sale is Sale.SHOWN and found.code in toolbox().collects:
        return replace(found, sale=Sale.OPEN)
    return found
