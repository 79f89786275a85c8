"""Asking the sandboxes over HTTP, as the chat page does; every refusal becomes a sentence."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

PATIENCE = aiohttp.ClientTimeout(total=90)


class PlayError(Exception):
    """The scene did not go as written; the sentence says what was expected and what was seen."""


@dataclass(frozen=True, slots=True)
class Wire:
    """A way to one sandbox."""

    address: str
    session: aiohttp.ClientSession

    async def get(self, path: str, **query: str | int | float) -> object:
        """Look at something."""
        async with self.session.get(f"{self.address}{path}", params=query) as answer:
            return await self._read(answer, path)

    async def post(self, path: str, body: Mapping[str, object]) -> object:
        """Do something."""
        async with self.session.post(f"{self.address}{path}", json=dict(body)) as answer:
            return await self._read(answer, f"{path} {dict(body)}")

    async def delete(self, path: str) -> object:
        """Take something back."""
        async with self.session.delete(f"{self.address}{path}") as answer:
            return await self._read(answer, path)

    async def _read(self, answer: aiohttp.ClientResponse, asked: str) -> object:
        if answer.status != 200:
            raise PlayError(f"The sandbox refused {asked}: {await answer.text()}")
        content: object = await answer.json()
        return content


@asynccontextmanager
async def wired(address: str) -> AsyncIterator[Wire]:
    """A connection pool to one sandbox."""
    async with aiohttp.ClientSession(timeout=PATIENCE, connector=aiohttp.TCPConnector(limit=0)) as session:
        yield Wire(address, session)


def fields(value: object) -> dict[str, object]:
    """A JSON object, or a sentence that it is none."""
    if not isinstance(value, dict):
        raise PlayError(f"The sandbox answered {value!r} where an object was expected.")
    return value


def rows(value: object) -> list[dict[str, object]]:
    """A JSON list of objects, or a sentence that it is none."""
    if not isinstance(value, list):
        raise PlayError(f"The sandbox answered {value!r} where a list was expected.")
    return [fields(each) for each in value]


def whole(value: object) -> int:
    """A JSON whole number, or a sentence that it is none."""
    if not isinstance(value, int):
        raise PlayError(f"The sandbox answered {value!r} where a whole number was expected.")
    return value
