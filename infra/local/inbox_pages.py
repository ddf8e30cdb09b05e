"""The inbox in the browser (/_inbox), for tests (/_inbox.json), and the door at which SNS delivers to phones."""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader

from infra.local.inbox import Inbox, Message
from infra.local.phones import Phones

PAGES = Environment(loader=FileSystemLoader(Path(__file__).with_name("pages")), autoescape=True)
OWN = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; form-action 'self'"
OWN += "; base-uri 'none'"
# A mail runs nothing, whatever it holds; its pictures may come from the city.
MAIL = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data: http: https:; sandbox allow-popups"
MAIL += " allow-popups-to-escape-sandbox"


class InboxPages:
    def __init__(self, inbox: Inbox, phones: Phones) -> None:
        self.inbox = inbox
        self.phones = phones

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/_inbox", self.index),
            web.get("/_inbox.json", self.as_json),
            web.post("/_inbox/clear", self.clear),
            web.post("/_inbox/sns", self.deliver),
            web.get("/_inbox/{id}/html", self.html),
            web.get("/_inbox/{id}/raw", self.raw),
        ]

    async def index(self, _request: web.Request) -> web.Response:
        page = PAGES.get_template("inbox.html").render(messages=self.inbox.newest_first())
        return _page(page, OWN)

    async def as_json(self, _request: web.Request) -> web.Response:
        """Newest first: every field of a message, its headers as pairs, its links."""
        told = [{**asdict(one), "headers": one.headers, "links": one.links} for one in self.inbox.newest_first()]
        return web.json_response(told, headers={"Cache-Control": "no-store"})

    async def clear(self, _request: web.Request) -> web.Response:
        self.inbox.clear()
        raise web.HTTPSeeOther("/_inbox")

    async def deliver(self, request: web.Request) -> web.Response:
        await asyncio.to_thread(self.phones.receive, json.loads(await request.text()))
        return web.Response(text="received")

    async def html(self, request: web.Request) -> web.Response:
        """The HTML part, whose links open in a tab of their own."""
        return _page('<base target="_blank">' + self._message(request).html, MAIL)

    async def raw(self, request: web.Request) -> web.Response:
        """The whole MIME text as it came."""
        return web.Response(text=self._message(request).raw, headers={"X-Content-Type-Options": "nosniff"})

    def _message(self, request: web.Request) -> Message:
        found = self.inbox.get(request.match_info["id"])
        if found is None:
            raise web.HTTPNotFound(text="no such message")
        return found


def _page(html: str, policy: str) -> web.Response:
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
    return web.Response(text=html, content_type="text/html", headers=headers)
