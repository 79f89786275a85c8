"""Clients of the stand-ins' control APIs over HTTP, as the chat page has one. Every refusal becomes a PlayError."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import aiohttp

Json: TypeAlias = Any  # the content of an answer

AFTER_ALL_EVENTS = 10**15  # larger than any event number
TAP_ANSWER_TIMEOUT_SECONDS = 15.0  # how long Telegram waits for the answer to a tap
REQUEST_TIMEOUT = aiohttp.ClientTimeout(total=90)


class PlayError(Exception):
    """Something did not go as expected. The sentence says what was expected and what was seen."""


@dataclass(frozen=True, slots=True)
class ControlClient:
    """An HTTP client of one stand-in."""

    url: str
    session: aiohttp.ClientSession

    async def get(self, path: str, /, **query: str | float) -> Json:
        """Read from the control API."""
        return await self.request("GET", f"/sim/{path}", params=query)

    async def post(self, path: str, /, **body: Json) -> Json:
        """Send a control request. A trailing underscore allows `from_` as a keyword."""
        return await self.request("POST", f"/sim/{path}", json={name.rstrip("_"): body[name] for name in body})

    async def request(self, verb: str, path: str, **content: Json) -> Json:
        """Send a request, and return the JSON answer."""
        async with self.session.request(verb, f"{self.url}{path}", **content) as answer:
            if answer.status != 200:
                raise PlayError(f"The sandbox refused {verb} {path} {content}: {await answer.text()}")
            return await answer.json()

    async def order_fault(self, **fault: Json) -> None:
        """Let calls to the stand-in fail."""
        await self.post("faults", **fault)

    async def pending_faults(self) -> list[Json]:
        """Return the faults that have not happened as often as ordered."""
        found = await self.get("faults")
        faults: list[Json] = found["faults"] if isinstance(found, dict) else found
        return faults

    async def clear_faults(self) -> None:
        """Remove all ordered faults."""
        await self.request("DELETE", "/sim/faults")


@dataclass(frozen=True, slots=True)
class TelegramControl(ControlClient):
    """The stand-in for Telegram, as people use it."""

    async def last_event(self) -> int:
        """Return the number of the newest event."""
        return int((await self.get("events", after=AFTER_ALL_EVENTS))["last"])

    async def write(self, person: int, chat: str | int, text: str, **more: Json) -> None:
        """Write a message as a person."""
        await self.post("messages", from_=person, chat=chat, text=text, **more)

    async def tap(self, person: int, chat: str, message_id: int, data: str | None) -> str:
        """Send what a button sends, and return the id of the tap."""
        place = chat if chat.startswith("@") else int(chat)
        tap = await self.post("taps", from_=person, chat=place, message_id=message_id, data=data)
        return str(tap["callback_query_id"])

    async def answer_to(self, tap: str) -> Json:
        """Return the answer to a tap; wait for it as long as Telegram does."""
        return await self.get(f"taps/{tap}", wait=TAP_ANSWER_TIMEOUT_SECONDS)


@dataclass(frozen=True, slots=True)
class StripeControl(ControlClient):
    """The stand-in for Stripe, as its operator sees it."""

    async def objects(self, kind: str) -> list[Json]:
        """Return all objects of a kind."""
        found: list[Json] = await self.get("objects", kind=kind)
        return found

    async def calls(self, *, after: int = 0) -> list[Json]:
        """Return the recorded calls after this one, by its number."""
        found: list[Json] = await self.get("requests", after=after)
        return found


AnyControl = TypeVar("AnyControl", bound=ControlClient)


@asynccontextmanager
async def open_control(control: type[AnyControl], url: str) -> AsyncIterator[AnyControl]:
    """Open a connection pool to one stand-in."""
    async with aiohttp.ClientSession(timeout=REQUEST_TIMEOUT, connector=aiohttp.TCPConnector(limit=0)) as session:
        yield control(url, session)
