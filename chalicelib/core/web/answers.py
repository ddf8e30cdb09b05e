"""What a page may answer with, and how long a cache may keep it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# Staff pages, what was typed, and anything that belongs to one person.
PRIVATE = "no-store"
# Empty forms for everybody: Back must bring the same form with the same id, so that sending it again stays one case.
FORM = "private, no-cache"
# Public pages: CloudFront keeps them for half a minute, so that an alert shows on every page within 60 s.
PUBLIC = "public, max-age=0, s-maxage=30, stale-if-error=86400"

# The one header of security that a page may loosen: the gate looks through the camera.
CAMERA = {"Permissions-Policy": "geolocation=(), camera=(self), microphone=(), payment=()"}


@dataclass(frozen=True)
class Page:
    """A template under `templates/` with its own words; the layout's context is added when it is rendered."""

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Redirect:
    """303 See Other to a path of our own, or to `outside` (the login provider) where a page says so by name."""

    path: str
    outside: bool = False
    cookies: tuple[str, ...] = ()


@dataclass(frozen=True)
class Body:
    """Bytes of any other type: JSON, feeds, downloads."""

    content: bytes
    type: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Answer = Page | Redirect | Body
