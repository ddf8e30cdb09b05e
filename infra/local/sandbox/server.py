"""The sandbox on a port of its own: API, hosted page, controls, and the delivery of its events until they are taken."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from infra.local.city import City
from infra.local.sandbox.account import Account, Tree
from infra.local.sandbox.checkouts import end_what_is_over
from infra.local.sandbox.control import Control
from infra.local.sandbox.hosted import Hosted, Shown
from infra.local.sandbox.refusals import NoAnswer, Refusal
from infra.local.sandbox.sandbox import Sandbox, as_sent

NOTICES = "/api/payments/notices"
LOOK_EVERY = 0.2
DELIVERY = ClientTimeout(total=10)
# Longer than anybody waits for an answer that never comes.
SILENCE = 60
OWN = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'"


class Server:
    def __init__(self, city: City, now: Callable[[], Any]) -> None:
        self.city = city
        self.sandbox = Sandbox(Account(now, city.account), city.checkout)
        self.account = self.sandbox.account
        self.hosted = Hosted(self.sandbox)
        self.control = Control(self.sandbox)

    def routes(self) -> list[web.RouteDef]:
        page = "/c/pay/{id}"
        return [
            web.get(page, self._page(self.hosted.show)),
            web.post(page, self._page(self.hosted.pay)),
            web.get(f"{page}/challenge", self._page(self.hosted.challenge)),
            web.post(f"{page}/challenge", self._page(self.hosted.answer)),
            web.get("/_sandbox/{kind}", self.see),
            web.post("/_sandbox/{what:.+}", self.do),
            web.route("*", "/v1/{any:.*}", self.call),
        ]

    def _page(self, show: Callable[[str, Any], Shown]) -> Callable[[web.Request], Any]:
        async def answer(request: web.Request) -> web.StreamResponse:
            form = {name: str(value) for name, value in (await request.post()).items()}
            return _sent(await asyncio.to_thread(self._in_turn, show, request.match_info["id"], form))

        return answer

    def _in_turn(self, show: Callable[[str, Any], Shown], id: str, form: dict[str, str]) -> Shown:
        with self.account.turn:
            return show(id, form)

    async def call(self, request: web.Request) -> web.StreamResponse:
        """One call of the API."""
        body = await request.read()
        try:
            asked = (request.method, request.raw_path, dict(request.headers), body)
            status, headers, told = await asyncio.to_thread(self.sandbox.handle, *asked)
        except NoAnswer:
            await asyncio.sleep(SILENCE)
            raise web.HTTPGatewayTimeout from None
        return web.json_response(told, status=status, headers=headers)

    async def see(self, request: web.Request) -> web.StreamResponse:
        return await self._controlled(self.control.see, request.match_info["kind"])

    async def do(self, request: web.Request) -> web.StreamResponse:
        """Only this machine's own tools and pages, not a page of the web that happens to be open."""
        if request.headers.get("Origin", self.city.checkout) != self.city.checkout:
            raise web.HTTPForbidden
        form = {name: str(value) for name, value in (await request.post()).items()}
        return await self._controlled(self.control.do, request.match_info["what"], form)

    async def _controlled(self, work: Callable[..., Tree], *of: Any) -> web.StreamResponse:
        try:
            return web.json_response(await asyncio.to_thread(work, *of))
        except Refusal as refusal:
            return web.json_response(refusal.body, status=refusal.status)

    async def deliver(self) -> None:
        """Brings what is told to the city, and again until it is taken, for as long as this runs."""
        async with ClientSession(timeout=DELIVERY) as session:
            while True:
                due = await asyncio.to_thread(self._due)
                for parcel in due:
                    await self._bring(session, parcel)
                await asyncio.sleep(LOOK_EVERY)

    def _due(self) -> list[Tree]:
        with self.account.turn:
            end_what_is_over(self.account)
            return self.account.due()

    async def _bring(self, session: ClientSession, parcel: Tree) -> None:
        body, signature = as_sent(self.account, parcel["event"], self.sandbox.secrets)
        headers = {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": signature}
        taken = False
        with contextlib.suppress(ClientError, TimeoutError):
            async with session.post(f"{self.city.origin}{NOTICES}", data=body, headers=headers) as answer:
                taken = 200 <= answer.status < 300
        await asyncio.to_thread(self._brought, parcel, taken)

    def _brought(self, parcel: Tree, taken: bool) -> None:
        with self.account.turn:
            (self.account.arrived if taken else self.account.came_back)(parcel)
            self.account.save()


def _sent(shown: Shown) -> web.Response:
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
    if shown.to:
        return web.Response(status=303, headers={**headers, "Location": shown.to})
    # Browsers hold the redirect after the button to `form-action` too.
    headers["Content-Security-Policy"] = " ".join([f"{OWN}; form-action 'self'", *shown.leads_to])
    return web.Response(status=shown.status, text=shown.html, content_type="text/html", headers=headers)


@contextlib.asynccontextmanager
async def serving(server: Server) -> AsyncIterator[None]:
    """The port is open and events are delivered until the end."""
    application = web.Application()
    application.add_routes(server.routes())
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", server.city.sandbox).start()
    delivering = asyncio.ensure_future(server.deliver())
    try:
        yield
    finally:
        delivering.cancel()
        await asyncio.gather(delivering, return_exceptions=True)
        await runner.cleanup()
