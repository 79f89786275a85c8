"""The search for secrets and for words of people in what a stack wrote: its logs, its metrics, its Redis."""

import re
import urllib.request
from collections.abc import Iterator
from typing import Any

import asyncpg
import redis

from sandbox.launch.stack import STRIPE_CONNECT_WEBHOOK_SECRET, STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, Stack

LEAST_LENGTH = 5  # a shorter word, such as a receipt, stands in other places too
SANDBOX_PROCESSES = ("postgres", "valkey", "telegram", "stripe", "page")
LINK = re.compile(r"https?://[^\s\"]+/pay/[^\s\"]+")
WORDS_SQL = """
    SELECT payload->'message'->>'text' FROM telegram_update
    UNION SELECT payload->'message'->>'caption' FROM telegram_update
    UNION SELECT end_note FROM orders
"""
PINS_SQL = "SELECT DISTINCT pin FROM orders WHERE pin IS NOT NULL"
LINKS_SQL = """
    SELECT data::text FROM saga UNION ALL SELECT data::text FROM saga_signal
    UNION ALL SELECT concat(args, buttons) FROM notification
"""


async def find_leaks(stack: Stack) -> list[str]:
    """Return a sentence for each secret or word that stands where operators and others can read it."""
    secrets = {*known_secrets(stack), *await _texts_of_people(stack)}
    pins = re.compile(rf"(?<![\w:./+-])(?:{'|'.join(await _pins(stack)) or 'no pin'})(?![\w:./+-])")
    leaks = []
    for place, text in written_texts(stack):
        leaks += [f"{place} holds {secret!r}" for secret in secrets if secret in text]
        leaks += [f"{place} holds the PIN {found}" for found in pins.findall(text)]
    return leaks


def known_secrets(stack: Stack) -> Iterator[str]:
    """Yield the tokens, keys and signing secrets of a stack."""
    yield from (STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, STRIPE_CONNECT_WEBHOOK_SECRET)
    yield from (campus.bot_token for campus in stack.config.campuses)


def written_texts(stack: Stack) -> Iterator[tuple[str, str]]:
    """Yield each text with the place where it stands."""
    for path in sorted((stack.config.folder / "logs").glob("*.log")):
        if path.stem not in SANDBOX_PROCESSES:
            yield from ((path.name, line) for line in path.read_text(errors="replace").splitlines())
    with urllib.request.urlopen(f"{stack.bot_url}/metrics", timeout=5) as answer:
        yield "the metrics", answer.read().decode()
    client = redis.Redis.from_url(stack.redis_url)
    for key in client.scan_iter():
        yield "Redis", f"{key!r} {client.dump(key)!r}"
    client.close()


async def _texts_of_people(stack: Stack) -> set[str]:
    found = [text for text in await _column(stack, WORDS_SQL) if not text.startswith("/")]
    links = [link for text in await _column(stack, LINKS_SQL) for link in LINK.findall(text)]
    return {text for text in (*found, *links) if len(text) >= LEAST_LENGTH}


async def _pins(stack: Stack) -> list[str]:
    return await _column(stack, PINS_SQL)


async def _column(stack: Stack, statement: str) -> list[Any]:
    connection = await asyncpg.connect(stack.database_url)
    try:
        return [row[0] for row in await connection.fetch(statement) if row[0]]
    finally:
        await connection.close()
