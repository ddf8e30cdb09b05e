"""The front door between a reader and the API, over real sockets: what is passed on, what is not, what is kept."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from multidict import CIMultiDict
from yarl import URL

from infra.local.city import City
from infra.local.door import Door

Check = Callable[[ClientSession, str], Awaitable[None]]


class Api:
    """Stands where the API would be; tells what it was asked and answers as it is told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, CIMultiDict[str], bytes]] = []
        self.headers = CIMultiDict({"Content-Type": "text/html; charset=utf-8"})
        self.body = b"page"

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append((request.method, request.raw_path, CIMultiDict(request.headers), await request.read()))
        return web.Response(body=self.body, headers=self.headers)


def behind_the_door(api: Api, check: Check) -> None:
    """Runs the check with a client and the door's address."""

    async def run() -> None:
        back, front = web.Application(), web.Application()
        back.add_routes([web.route("*", "/{any:.*}", api.answer)])
        door = Door(City())
        front.add_routes([web.route("*", "/{any:.*}", door.page)])
        async with TestServer(back) as origin, TestServer(front) as edge, ClientSession() as reader:
            door.api = str(origin.make_url("")).rstrip("/")
            await check(reader, str(edge.make_url("")).rstrip("/"))
            await door.close()

    asyncio.run(run())


def test_the_api_hears_the_readers_address_and_host_from_the_door_alone() -> None:
    api = Api()

    async def check(reader: ClientSession, address: str) -> None:
        lies = {
            "X-Forwarded-For": "6.6.6.6",
            "X-Forwarded-Host": "evil.example",
            "X-Real-IP": "6.6.6.6",
            "Accept": "a/b",
        }
        async with reader.get(URL(f"{address}/id/?q=a%2Fb&q=c", encoded=True), headers=lies) as answer:
            assert answer.status == 200
        _, path, heard, _ = api.asked[0]
        assert path == "/id/?q=a%2Fb&q=c"
        assert heard["X-Forwarded-For"] == "127.0.0.1"
        assert f"http://{heard['X-Forwarded-Host']}" == address
        assert "X-Real-IP" not in heard
        assert heard["Accept"] == "a/b"

    behind_the_door(api, check)


def test_bodies_redirects_and_several_cookies_pass_untouched() -> None:
    api = Api()
    api.headers.add("Set-Cookie", "a=1; Path=/")
    api.headers.add("Set-Cookie", "b=2; Path=/")
    api.headers["Location"] = "/id/reports/x"

    async def check(reader: ClientSession, address: str) -> None:
        async with reader.post(f"{address}/id/report", data={"kind": "flood"}, allow_redirects=False) as answer:
            assert answer.headers.getall("Set-Cookie") == ["a=1; Path=/", "b=2; Path=/"]
            assert answer.headers["Location"] == "/id/reports/x"
        assert (api.asked[0][0], api.asked[0][3]) == ("POST", b"kind=flood")

    behind_the_door(api, check)


def test_a_shared_page_is_asked_for_once_by_readers_without_cookies() -> None:
    api = Api()
    api.headers["Cache-Control"] = "public, max-age=0, s-maxage=30"
    api.headers["ETag"] = '"v1"'

    async def check(reader: ClientSession, address: str) -> None:
        for _ in range(3):
            async with reader.get(f"{address}/id/"):
                pass
        assert len(api.asked) == 1
        async with reader.get(f"{address}/id/", headers={"If-None-Match": 'W/"v1"'}) as answer:
            assert (answer.status, await answer.read()) == (304, b"")
        async with reader.get(f"{address}/id/", headers={"Cookie": "__Host-session=x"}):
            pass
        assert len(api.asked) == 2

    behind_the_door(api, check)


@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_an_api_that_is_away_is_a_page_in_both_languages(method: str) -> None:
    async def check(reader: ClientSession, address: str) -> None:
        async with reader.request(method, f"{address}/id/") as answer:
            assert answer.status == 503
            assert answer.headers["Cache-Control"] == "no-store"
            assert ("112" in await answer.text()) is (method == "GET")

    class Gone(Api):
        async def answer(self, request: web.Request) -> web.Response:
            assert request.transport is not None
            request.transport.close()
            return web.Response()

    behind_the_door(Gone(), check)
