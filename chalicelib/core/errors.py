"""Everything that can go wrong on purpose.

* CityError             500  the root; never raised itself
  - Malformed           400  the request cannot be read
  - LoginRequired       401  nobody is logged in
  - Forbidden           403  somebody is, who may not
  - NotFound            404  no such thing, or not yours to know of
  - NotAllowed          405  the page exists, the method does not
  - Conflict            409  true a moment ago, not any more
    + AlreadyDone            the same request was committed before; `result` is its answer
    + Stale                  the record has a newer version than the one that was read
  - TooLarge            413  more than we read
  - AddressTooLong      414  no address of ours is that long
  - UnsupportedType     415  a kind of content that we do not read
  - Invalid             422  well formed, but not acceptable; `errors` names the fields
  - TooMany             429  too often; `retry_after` says when to come back
  - TooManyCookies      431  more of them than we read
  - Unavailable         503  something that we need is down
* BadValue (ValueError)      one typed value cannot be taken; a form files it under its field

Titles and details are for people. What is said to a log goes into the keyword fields: ids and codes, never
people. Anything that is not in this tree is a fault of ours and is answered as 500 without a word about its
inside.
"""

from collections.abc import Collection, Mapping
from typing import ClassVar

from chalicelib.core.text import Text


class CityError(Exception):
    """A refusal that knows its HTTP status and what to tell the person."""

    status: ClassVar[int] = 500
    title: ClassVar[Text] = Text(id="Maaf, terjadi gangguan", en="Sorry, something went wrong")

    def __init__(self, detail: Text | None = None, **log_fields: object) -> None:
        super().__init__((detail or self.title).en)
        self.detail = detail
        self.log_fields = log_fields


class Malformed(CityError):
    status = 400
    title = Text(id="Permintaan tidak dapat dibaca", en="The request cannot be read")


class LoginRequired(CityError):
    status = 401
    title = Text(id="Silakan masuk terlebih dahulu", en="Please log in first")


class Forbidden(CityError):
    status = 403
    title = Text(id="Anda tidak memiliki akses", en="You do not have access")


class NotFound(CityError):
    status = 404
    title = Text(id="Halaman tidak ditemukan", en="Page not found")


class NotAllowed(CityError):
    """`allowed` are the methods that there are."""

    status = 405
    title = Text(id="Cara ini tidak tersedia di halaman ini", en="This page does not work that way")

    def __init__(self, detail: Text | None = None, *, allowed: Collection[str] = (), **log_fields: object) -> None:
        super().__init__(detail, **log_fields)
        self.allowed = allowed


class Conflict(CityError):
    status = 409
    title = Text(id="Data sudah berubah", en="This has changed in the meantime")


class AlreadyDone(Conflict):
    """`result` is what the first commit stored as its answer."""

    title = Text(id="Permintaan ini sudah diterima", en="We already have this request")

    def __init__(self, detail: Text | None = None, *, result: str = "", **log_fields: object) -> None:
        super().__init__(detail, **log_fields)
        self.result = result


class Stale(Conflict):
    title = Text(id="Data sudah diubah orang lain", en="Somebody else has changed this")


class TooLarge(CityError):
    status = 413
    title = Text(id="Kiriman terlalu besar", en="This is too large to send")


class AddressTooLong(CityError):
    status = 414
    title = Text(id="Alamat ini terlalu panjang", en="This address is too long")


class UnsupportedType(CityError):
    status = 415
    title = Text(id="Jenis kiriman tidak didukung", en="We cannot read this kind of content")


class Invalid(CityError):
    """`errors` maps the name of a form field to what is wrong with it."""

    status = 422
    title = Text(id="Ada yang perlu diperbaiki", en="There is a problem")

    def __init__(
        self, detail: Text | None = None, *, errors: Mapping[str, Text] | None = None, **log_fields: object
    ) -> None:
        super().__init__(detail, **log_fields)
        self.errors = dict(errors or {})


class TooMany(CityError):
    """`retry_after` is in seconds."""

    status = 429
    title = Text(id="Terlalu banyak permintaan", en="Too many requests")

    def __init__(self, detail: Text | None = None, *, retry_after: int = 60, **log_fields: object) -> None:
        super().__init__(detail, **log_fields)
        self.retry_after = retry_after


class TooManyCookies(CityError):
    status = 431
    title = Text(
        id="Peramban Anda mengirim terlalu banyak kuki. Hapus kuki situs ini, lalu coba lagi.",
        en="Your browser sends too many cookies. Delete those of this site, then try again.",
    )


class Unavailable(CityError):
    status = 503
    title = Text(id="Layanan sedang tidak tersedia", en="The service is not available right now")


class BadValue(ValueError):
    """`message` tells the person what to change; the value itself is never repeated to a log."""

    def __init__(self, message: Text) -> None:
        super().__init__(message.en)
        self.message = message
