"""What can be done with posters: ask for one, draw it, follow its link, revoke it.

A poster is asked for with its fact, and the worker draws its sheet by that fact, as often as the fact comes.
"""

import hmac
from collections.abc import Callable
from datetime import datetime

from chalicelib.core.documents import PDF_TYPE
from chalicelib.core.errors import AlreadyDone, NotFound
from chalicelib.core.events import officer, system
from chalicelib.core.files import File, Files
from chalicelib.core.store import Once, retried
from chalicelib.core.toolbox import Toolbox, toolbox
from chalicelib.core.vault import Vault
from chalicelib.payments.events import PosterAsked, PosterRevoked
from chalicelib.payments.model.poster import NotPrintable, Poster, PosterState, Why, letters, new_serial, parts
from chalicelib.payments.service.poster_sheet import drawn
from chalicelib.payments.store.posters import PosterStore
from chalicelib.schemes import reads
from chalicelib.schemes.reads import Sale, Scheme

PAYMENTS = system("payments")
# What the signature is for; another kind of link cannot pass for it.
PURPOSE = "poster"


class Posters:
    def __init__(self, tools: Toolbox) -> None:
        self._now: Callable[[], datetime] = tools.now
        self._vault: Vault = tools.vault
        self._files: Files = tools.files
        self._origin = tools.origin
        self._posters = PosterStore(tools.store)

    @retried
    def ask(self, scheme: str, item: str, by: str, form_id: str) -> str:
        """The new poster's number, the same one however often the form is sent. Raises NotFound."""
        if item not in ("", *(one.code for one in shown_scheme(scheme).items)):
            raise NotFound
        poster = Poster(serial=new_serial(), scheme=scheme, item=item, made_by=by, made_at=self._now())
        fact = PosterAsked(serial=poster.serial, scheme=scheme, item=item)
        once = Once(scope="poster", id=form_id, result=poster.serial)
        try:
            self._posters.commit(poster, fact, by=officer(by), once=once)
        except AlreadyDone as done:
            return done.result
        return poster.serial

    @retried
    def draw(self, serial: str) -> None:
        """Draws the sheet of a poster that waits for it; of no other one. Raises NotFound."""
        poster = self._posters.poster(serial)
        if poster.state is not PosterState.ASKED:
            return
        sheet = drawn(poster, reads.scheme(poster.scheme), self._origin, self.token(serial))
        self._files.put(poster.file, sheet, PDF_TYPE)
        self._posters.commit(poster.drawn(), by=PAYMENTS)

    def followed(self, token: str) -> Poster:
        """The poster of a link, a revoked one too. Raises NotFound for an altered or invented link.

        Nothing is read for a link that the city did not sign.
        """
        serial, signed = parts(token)
        if not hmac.compare_digest(self._signed(serial), signed):
            raise NotFound
        return self._posters.poster(serial)

    def token(self, serial: str) -> str:
        return f"{serial}-{self._signed(serial)}"

    def poster(self, serial: str) -> Poster:
        """Raises NotFound."""
        return self._posters.poster(serial)

    def newest(self, cursor: str | None) -> tuple[tuple[Poster, ...], str | None]:
        return self._posters.newest(cursor)

    def sheet(self, serial: str) -> File:
        """Raises NotFound, NotPrintable before it is drawn and once it is revoked, Unavailable."""
        poster = self._posters.poster(serial)
        if poster.state is not PosterState.READY:
            raise NotPrintable
        return self._files.get(poster.file)

    @retried
    def revoke(self, serial: str, why: Why, reason: str, by: str) -> None:
        """Whoever revokes it again changes nothing. Raises NotFound."""
        poster = self._posters.poster(serial)
        if not poster.leads:
            return
        fact = PosterRevoked(serial=serial, scheme=poster.scheme, item=poster.item, why=why)
        self._posters.commit(poster.revoked(why, reason, by, self._now()), fact, by=officer(by))

    def _signed(self, serial: str) -> str:
        return letters(self._vault.sign(PURPOSE, serial))


def shown_schemes() -> tuple[Scheme, ...]:
    """What a poster may be made for: what is paid here, nobody else's levy."""
    return tuple(scheme for scheme in reads.schemes() if scheme.sale is Sale.OPEN)


def shown_scheme(code: str) -> Scheme:
    """Raises NotFound."""
    found = reads.scheme(code)
    if found.sale is not Sale.OPEN:
        raise NotFound
    return found


def posters() -> Posters:
    return Posters(toolbox())
