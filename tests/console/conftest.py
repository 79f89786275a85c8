"""A campus with played orders, and the console over them with the role that can only read."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest

from console.app import running_console
from console.reading.money_repository import read_account_sums
from domain.campuses.people import Member
from domain.orders.states import Order
from domain.settings.environment_variables import BotTokens
from domain.settings.settings import ConsoleSettings
from sandbox.launch.application_role import READER, make_application_role
from sandbox.telegram.web_app import sign_web_app
from tests.stack.started_worker_stack import running_worker_stack
from tests.stack.worker_stack import WorkerStack

TOKEN = "7001:north"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleStack:
    """The running console, and a browser's part of a login."""

    url: str
    reader_url: str
    place: WorkerStack
    http: aiohttp.ClientSession
    sam: Member
    paid: Order  # delivered, captured and paid out
    waiting: Order  # runners see it

    @property
    def home(self) -> str:
        """The address below which the pages of the campus are."""
        return f"{self.url}/console/{self.place.campus.name}"

    def sign(self, person_id: int, *, age: float = 0, token: str = TOKEN) -> str:
        """Return what Telegram hands over for this person, signed so many seconds ago."""
        return sign_web_app(token, {"id": person_id, "first_name": "Sam"}, age=age)

    async def log_in(self, signed: str) -> tuple[int, str, str]:
        """Post what was signed; return the status, the words and the cookie."""
        async with self.http.post(f"{self.home}/login", data=signed) as answer:
            cookie = answer.cookies.get("campusg_console")
            return answer.status, await answer.text(), "" if cookie is None else cookie.value

    async def sums(self) -> dict[str, int]:
        """Return debit minus credit of each account, as the page of the money reads it."""
        async with self.place.database() as work:
            found = await read_account_sums(work, self.place.campus.id)
        return {each.account: each.debit - each.credit for each in found}

    async def look(self, path: str, cookie: str) -> tuple[int, str]:
        """Ask for a page of the campus; return the status and the page."""
        async with self.http.get(f"{self.home}/{path}", headers={"Cookie": f"campusg_console={cookie}"}) as answer:
            return answer.status, await answer.text()


@pytest.fixture(scope="module")
async def console(module_database_url: str) -> AsyncIterator[ConsoleStack]:
    """One console for the tests of a file: an order that is paid out, one that waits, an admin."""
    reader_url = make_application_role(module_database_url, READER)
    async with running_worker_stack(module_database_url) as place:
        ana, mei = await place.add_member(runner=True), await place.add_member()
        paid = await place.delivered_order(ana, mei)
        await place.run_now()
        waiting = await place.open_order(mei)
        sam = await place.add_member()
        await place.sql("UPDATE membership SET is_admin = true WHERE person_id = :id", id=sam.person_id)
        settings = ConsoleSettings(
            log_level="INFO",
            log_format="console",
            database_url=reader_url,
            tokens=BotTokens(by_campus={place.campus.name: TOKEN}),
            console_url=None,
            http_host="127.0.0.1",
            console_port=0,
        )
        jar = aiohttp.DummyCookieJar()
        async with running_console(settings) as url, aiohttp.ClientSession(cookie_jar=jar) as http:
            yield ConsoleStack(
                url=url, reader_url=reader_url, place=place, http=http, sam=sam, paid=paid, waiting=waiting
            )
