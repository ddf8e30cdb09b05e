"""The front door, which stands in for CloudFront: static files from the asset bucket, all else to the API."""

import asyncio
from dataclasses import dataclass, field

from aiohttp import ClientConnectionError, ClientSession, ClientTimeout, web
from botocore.exceptions import ClientError
from multidict import CIMultiDict, MultiMapping
from yarl import URL

from infra.local.city import City
from infra.local.clients import client
from infra.local.edge import HOP_BY_HOP, Answer, Cache, compressed, same

# Set here and nowhere else: what a reader sends under these names is not believed.
OURS = frozenset({"host", "content-length", "accept-encoding", "forwarded", "x-real-ip", "via", "expect"})
BIGGEST = 10 * 1024 * 1024
PATIENCE = ClientTimeout(total=35)
AWAY = """<!doctype html><html lang="id"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Sewaka</title><link rel="icon" href="data:,"><main>
<h1>Layanan belum siap</h1><p>Coba lagi sebentar lagi. Darurat: telepon 112.</p>
<div lang="en"><h2>The service is not ready</h2><p>Try again in a moment. In an emergency call 112.</p></div>
</main></html>"""


@dataclass
class Door:
    """api: the address of the deployed API, empty until the city is ready. assets: the bucket."""

    city: City
    api: str = ""
    assets: str = ""
    cache: Cache = field(default_factory=Cache)
    _files: dict[str, Answer] = field(default_factory=dict)
    _session: ClientSession | None = None

    def open(self, told: dict[str, str]) -> None:
        """From the stack's outputs; what was cached of an earlier deployment is forgotten."""
        self.api = f"{self.city.endpoint}/_aws/execute-api/{told['RestAPIId']}/api"
        self.assets = told["AssetBucketName"]
        self.cache.clear()

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def static(self, request: web.Request) -> web.StreamResponse:
        """A file of the build. Its name carries its content's hash, so it is fetched once and kept."""
        key = request.path.removeprefix("/")
        if key not in self._files and self.assets:
            found = await asyncio.to_thread(self._fetch, key)
            if found is None:
                return web.Response(status=404, text="no such file")
            self._files[key] = found
        return _sent(request, self._files[key]) if key in self._files else _away()

    def _fetch(self, key: str) -> Answer | None:
        try:
            found = client(self.city, "s3").get_object(Bucket=self.assets, Key=key)
        except ClientError:
            return None
        headers = CIMultiDict({"Content-Type": found["ContentType"], "ETag": found["ETag"]})
        headers["Cache-Control"] = found.get("CacheControl", "no-cache")
        return Answer(200, headers, found["Body"].read())

    async def page(self, request: web.Request) -> web.StreamResponse:
        """The API's answer, shared between readers without cookies for as long as it allows."""
        shared = request.method in ("GET", "HEAD") and "Cookie" not in request.headers
        key = request.raw_path
        if shared and (kept := self.cache.get(key)):
            return _sent(request, kept)
        try:
            answer = await self._ask(request)
        except (ClientConnectionError, TimeoutError):
            return _away()
        if shared and request.method == "GET":
            self.cache.put(key, answer)
        return _sent(request, answer)

    async def _ask(self, request: web.Request) -> Answer:
        """ClientConnectionError while there is no API."""
        if not self.api:
            raise ClientConnectionError
        session = self._session = self._session or ClientSession(timeout=PATIENCE, auto_decompress=False)
        address = URL(self.api + request.raw_path, encoded=True)
        body, headers = await request.read(), forwarded(request)
        call = session.request(request.method, address, headers=headers, data=body, allow_redirects=False)
        async with call as answer:
            return Answer(answer.status, _end_to_end(answer.headers), await answer.read())


def forwarded(request: web.Request) -> CIMultiDict[str]:
    """The reader's headers without those that only a proxy may set, with ours."""
    headers = _end_to_end(request.headers)
    for name in {name for name in headers if name.lower() in OURS or name.lower().startswith("x-forwarded-")}:
        headers.popall(name, None)
    headers["Accept-Encoding"] = "identity"
    headers["X-Forwarded-For"] = request.remote or "127.0.0.1"
    headers["X-Forwarded-Host"] = request.host
    headers["X-Forwarded-Proto"] = request.scheme
    return headers


def _end_to_end(headers: MultiMapping[str]) -> CIMultiDict[str]:
    return CIMultiDict((name, value) for name, value in headers.items() if name.lower() not in HOP_BY_HOP)


def _sent(request: web.Request, answer: Answer) -> web.StreamResponse:
    if answer.status == 200 and same(answer.headers.get("ETag", ""), request.headers.get("If-None-Match", "")):
        kept = ((name, value) for name, value in answer.headers.items() if not name.lower().startswith("content-"))
        return web.Response(status=304, headers=CIMultiDict(kept))
    ready = compressed(answer, request.headers.get("Accept-Encoding", ""))
    headers = ready.headers.copy()
    headers.popall("Content-Length", None)
    return web.Response(status=ready.status, headers=headers, body=ready.body)


def _away() -> web.Response:
    headers = {"Retry-After": "2", "Cache-Control": "no-store"}
    return web.Response(status=503, text=AWAY, content_type="text/html", headers=headers)
