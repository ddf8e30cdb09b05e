"""A service that exists for the contracts alone: permits, what they announce, and builders with a fresh key each."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from chalicelib.core.events import Fact, system
from chalicelib.core.store import Key, Listing, Record

CLERK = system("contracts")


@dataclass(frozen=True, kw_only=True)
class PermitFact(Fact):
    source: ClassVar[str] = "permits"
    permit: str

    def about(self) -> str:
        return self.permit


class PermitApproved(PermitFact):
    pass


class PermitSealed(PermitFact):
    pass


class PermitErased(PermitFact):
    pass


@dataclass(frozen=True, kw_only=True)
class PermitTold(PermitFact):
    words: str = ""
    ends: datetime | None = None

    def until(self) -> datetime | None:
        return self.ends


def fresh(prefix: str = "permit") -> str:
    return f"{prefix}#{uuid.uuid4().hex}"


def permit(
    pk: str | None = None,
    sk: str = "record",
    *,
    version: int = 0,
    state: str = "draft",
    listing: Listing | None = None,
    expires_at: datetime | None = None,
    removed: bool = False,
) -> Record:
    return Record(
        key=Key(pk or fresh(), sk),
        kind="permit",
        schema=1,
        body={"state": state, "name": "Ni Luh Ayu \u00e9"},
        version=version,
        listing=listing,
        expires_at=expires_at,
        removed=removed,
    )
