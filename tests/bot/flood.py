"""Bringing thousands of updates to the door, and looking at what they left behind."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

from aiogram.types import Update
from redis.asyncio import Redis
from sqlalchemy import text

from domain.store.schema import telegram_update
from tests.bot.founding import NORTH, SECRET
from tests.bot.stage import Json, Stage
from tests.fuzz.counts import tried
from tests.fuzz.depth import SEED
from tests.fuzz.mutation import mutated
from tests.fuzz.updates import OTHER_KINDS, Writer

AT_ONCE = 10
FIRST_UPDATE = 700_000_000
MOST_POSTS = 8  # one more than an update is tried before it is parked, twice over
KINDS = ("message", "callback_query", "my_chat_member", "chat_join_request", *OTHER_KINDS)
HEADERS = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}
# How an update ends that nobody can read: it fails, and fails again, unless its sender is too fast by then.
FOR_POISON = ("ValidationError", "too often")


@dataclass(slots=True, kw_only=True)
class Flood:
    """What was brought: every update by its number, those that were whole, and what the logs said."""

    stage: Stage
    writer: Writer
    whole: dict[int, Json] = field(default_factory=dict)
    statuses: dict[int, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    async def pour(self, many: int, *, broken: float) -> None:
        """So many updates, a part of them broken, some twice, some late; nobody is too fast."""
        late: list[Json] = []
        while len(self.statuses) < many:
            await self._rested()
            batch = [*late, *(self._drawn(broken) for _ in range(AT_ONCE))]
            self.writer.rng.shuffle(batch)
            late, now = batch[:2], batch[2:]
            again = [self.writer.rng.choice(now)] if self.writer.rng.random() < 0.3 else []
            tried("updates brought twice", len(again))
            await asyncio.gather(*(self._bring(update) for update in [*now, *again]))
        await asyncio.gather(*(self._bring(update) for update in late))

    def _drawn(self, broken: float) -> Json:
        kind, update = self.writer.next_update()
        if self.writer.rng.random() < broken:
            tried(f"updates, broken: {kind}")
            return mutated(self.writer.rng, update, KINDS)
        tried(f"updates: {kind}")
        self.whole[update["update_id"]] = update
        return update

    async def _bring(self, update: Json) -> None:
        """As Telegram does: again until it is taken."""
        body, status = json.dumps(update).encode(), 0
        for _ in range(MOST_POSTS):
            async with self.stage.session.post(
                f"{self.stage.door}/telegram/north", data=body, headers=HEADERS
            ) as response:
                status = response.status
            if status != 500:
                break
        self.statuses[update["update_id"]] = status

    async def _rested(self) -> None:
        """As if everybody had rested: nobody is asked to slow down, which would hide what is looked for."""
        redis = Redis.from_url(self.stage.settings.redis_url)
        await redis.flushdb()
        await redis.aclose()

    async def complaints(self) -> list[str]:
        """Everything that should not have come of it."""
        found = [f"logged: {line}" for line in self.errors]
        for number, status in self.statuses.items():
            if status != 200 and (number in self.whole or status != 400):
                found.append(f"{status} to {self.whole.get(number, number)}")
        found += [f"failed: {row['error'][:300]} for {row['payload']}"[:900] for row in await self._failed()]
        answered = {call["params"].get("callback_query_id") for call in await self.stage.calls("answerCallbackQuery")}
        for update in self.whole.values():
            tap = update.get("callback_query")
            if tap is not None and tap["id"] not in answered:
                found.append(f"a tap without an answer: {update}")
        return [f"seed {SEED}: {line}" for line in found]

    async def _failed(self) -> Sequence[Json]:
        """The updates of this flood that broke something, and are no poison."""
        wild = telegram_update.c.update_id >= FIRST_UPDATE
        rows = await self.stage.rows(telegram_update, telegram_update.c.tries > 0, wild)
        mine = [row for row in rows if row["update_id"] in self.statuses]
        return [row for row in mine if not row["error"].startswith(FOR_POISON) or _is_readable(row["payload"])]


def _is_readable(payload: Json) -> bool:
    """Whether the Bot API's types fit: what they do not fit is truly poison."""
    try:
        Update.model_validate(payload)
    except ValueError:
        return False
    return True


@contextmanager
def listening(flood: Flood) -> Iterator[None]:
    """Write down every error that is logged, but for updates that can't be read."""

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            error = record.exc_info[1] if record.exc_info else None
            if not (record.name == "bot.inbox" and type(error).__name__ == "ValidationError"):
                flood.errors.append(f"{record.name}: {record.getMessage()} {error!r}"[:600])

    ear = Ear(level=logging.ERROR)
    logging.getLogger().addHandler(ear)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(ear)


async def introduce(stage: Stage, people: Sequence[int]) -> None:
    """Telegram knows them, and they have started the bot: it may write to them."""
    for number in people:
        await stage.sim("users", id=number, first_name="Somebody", language_code="en")
        await stage.sim("messages", from_=number, chat=f"@{NORTH[2]}", text="/start")
    await stage.quiet()


@asynccontextmanager
async def foreign_group(stage: Stage) -> AsyncIterator[int]:
    """A group of no campus, with the bot in it."""
    made = await stage.sim("groups", title="Elsewhere", members=[], bots=[NORTH[2]])
    yield int(made["id"])


async def facts(stage: Stage, queries: Mapping[str, str], **values: Json) -> Mapping[str, Sequence[str]]:
    """What stands in the tables, by the name of the query."""
    async with stage.work() as work:
        return {
            name: sorted(str(tuple(row)) for row in await work.connection.execute(text(query), values))
            for name, query in queries.items()
        }
