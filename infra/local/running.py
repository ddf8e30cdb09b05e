"""The running city: sink and door first, then the cloud, the stack and the demo; until Ctrl-C or SIGTERM."""

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable

from aiohttp import ClientSession, web

from chalicelib.core.clock import utc_now
from infra.build.__main__ import build
from infra.deploy import Release, deploy, upload_assets
from infra.local.city import STAGE, City, read_city
from infra.local.claims import claimed
from infra.local.clients import client, home, last_lines
from infra.local.door import BIGGEST, Door
from infra.local.emulator import Emulator
from infra.local.inbox import Inbox
from infra.local.inbox_pages import InboxPages
from infra.local.mail import Event, Sink, as_text
from infra.local.phones import Phones
from infra.local.sandbox.server import Server, serving
from infra.local.seed import introduction, seed
from infra.steps import Trouble, or_exit, say, step, stop_commands

LOOK_EVERY = 0.5


class RunningCity:
    def __init__(self, city: City) -> None:
        self.city = city
        self.emulator = Emulator(city)
        self.inbox = Inbox(city.inbox)
        self.door = Door(city)
        self.phones = Phones(city, self.inbox)
        self._stopped = asyncio.Event()
        self._publishing: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Answers once the city was asked to stop and everything has ended. Trouble when it cannot start."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop)
        if self.city.leashed:
            loop.add_reader(0, self._stop)
        try:
            # The sink first: mail that was under way at the last stop may leave as soon as the cloud is back.
            async with self._mail_sink(), self._front_door(), self._sandbox():
                await self._until_stopped(self._start())
                await self._until_stopped(asyncio.gather(self._watch_cloud(), self._watch_phones()))
        finally:
            say("\nStopping; the data stays.") if self._stopped.is_set() else None
            await asyncio.to_thread(self.emulator.stop)

    def _stop(self) -> None:
        if self.city.leashed:
            asyncio.get_running_loop().remove_reader(0)
        self._stopped.set()
        stop_commands()

    async def _until_stopped(self, work: Awaitable[object]) -> None:
        """Until the work ends or somebody asks to stop, whichever comes first."""
        if self._stopped.is_set():
            return
        tasks = [asyncio.ensure_future(work), asyncio.ensure_future(self._stopped.wait())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _start(self) -> None:
        began = time.monotonic()
        artefacts, _ = await asyncio.gather(asyncio.to_thread(build, STAGE), asyncio.to_thread(self._start_cloud))
        told = await asyncio.to_thread(self._deploy, Release(artefacts, self.city.parameters))
        self.door.open(told)
        await self._first_page()
        say(f"\nReady after {time.monotonic() - began:.1f} s: {self.city.origin}   inbox: {self.city.origin}/_inbox")
        say(f"  {self._takes_payments()}")
        say(f"{introduction()}\nCtrl-C stops the city and keeps its data.")

    def _takes_payments(self) -> str:
        if not self.city.stripe_key:
            return f"Payments: the sandbox at {self.city.checkout}, where no money moves (docs/running.md)."
        told = "" if self.city.stripe_signing_secrets else " Without STRIPE_WEBHOOK_SECRET its notices are refused."
        return f"Payments: Stripe itself, in test mode.{told}"

    def _start_cloud(self) -> None:
        with step("embedded cloud starts"):
            self.emulator.start()

    def _deploy(self, release: Release) -> dict[str, str]:
        cloud = home(self.city)
        with step("deploy by CloudFormation"):
            told = deploy(cloud, release)
        with step("static files and demo accounts"):
            upload_assets(cloud, told["AssetBucketName"])
            seed(self.city, told["UserPoolId"])
        return told

    async def _first_page(self) -> None:
        """Warms the API function, so that the first reader does not wait for its start."""
        with step("first page"):
            async with ClientSession() as session, session.get(f"{self.city.origin}/id/") as answer:
                if answer.status != 200:
                    last = await asyncio.to_thread(last_lines, self.city, "api")
                    raise Trouble(f"the home page answers {answer.status}; the function's last lines:\n{last}")

    async def _watch_cloud(self) -> None:
        """Brings a cloud that died back, with the state of its last snapshot."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            if not self.emulator.alive():
                say("The embedded cloud has died; it is started again from its last snapshot.")
                await asyncio.to_thread(self.emulator.stop)
                await asyncio.to_thread(self.emulator.start)

    async def _watch_phones(self) -> None:
        while True:
            await asyncio.to_thread(self.phones.look)
            await asyncio.sleep(LOOK_EVERY)

    @contextlib.asynccontextmanager
    async def _mail_sink(self) -> AsyncIterator[None]:
        sink = Sink(self.inbox, self._publish)
        server = await asyncio.get_running_loop().create_server(sink.protocol, "127.0.0.1", self.city.smtp)
        try:
            yield
        finally:
            server.close()

    def _publish(self, event: Event) -> None:
        """What SES would tell; the mail has been received whatever becomes of it."""
        topic = self.city.topic("mail-events")
        sns: Callable[..., object] = client(self.city, "sns").publish
        telling = asyncio.ensure_future(asyncio.to_thread(_tell, sns, topic, as_text(event)))
        self._publishing.add(telling)
        telling.add_done_callback(self._publishing.discard)

    @contextlib.asynccontextmanager
    async def _sandbox(self) -> AsyncIterator[None]:
        """Beside the city, unless Stripe itself takes the payments."""
        if self.city.stripe_key:
            yield
            return
        async with serving(Server(self.city, utc_now)):
            yield

    @contextlib.asynccontextmanager
    async def _front_door(self) -> AsyncIterator[None]:
        application = web.Application(client_max_size=BIGGEST)
        application.add_routes(InboxPages(self.inbox, self.phones).routes())
        application.add_routes(
            [web.get("/static/{name:.*}", self.door.static), web.route("*", "/{any:.*}", self.door.page)]
        )
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self.city.door).start()
        try:
            yield
        finally:
            await runner.cleanup()
            await self.door.close()


def _tell(publish: Callable[..., object], topic: str, text: str) -> None:
    from botocore.exceptions import BotoCoreError, ClientError

    with contextlib.suppress(BotoCoreError, ClientError):
        publish(TopicArn=topic, Message=text)


async def _run(city: City) -> None:
    await RunningCity(city).run()


def main() -> None:
    city = read_city(sys.argv[1:])
    with claimed(city):
        asyncio.run(_run(city))


if __name__ == "__main__":
    or_exit(main)
