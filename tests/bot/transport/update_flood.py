"""Posting thousands of updates to the gateway, and checking what they leave behind."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

from aiogram.types import Update
from redis.asyncio import Redis
from sqlalchemy import text

from domain.inbox.tables import telegram_update
from tests.fuzz.fuzz_depth import SEED
from tests.fuzz.input_counts import count_inputs
from tests.fuzz.update_generator import OTHER_KINDS, UpdateGenerator
from tests.fuzz.update_mutation import mutate_update
from tests.stack.bot_stack import NORTH, SECRET, BotStack, Json

BATCH_SIZE = 10
FIRST_UPDATE = 700_000_000
MAX_POST_ATTEMPTS = 8  # more than the tries of an update (MAX_TRIES) before it becomes a dead letter
KINDS = ("message", "callback_query", "my_chat_member", "chat_join_request", *OTHER_KINDS)
HEADERS = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}
# How an unreadable update ends: it fails at every try, or the rate limit refuses its sender.
UNREADABLE_ERROR_PREFIXES = ("ValidationError", "too often")


@dataclass(slots=True, kw_only=True)
class UpdateFlood:
    """The posted updates by number, the valid ones among them, and what the logs recorded."""

    stack: BotStack
    writer: UpdateGenerator
    valid_updates: dict[int, Json] = field(default_factory=dict)
    statuses: dict[int, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    async def post_updates(self, many: int, *, broken: float) -> None:
        """Post this many updates: a share `broken`, some twice, some late, and none refused by the rate limit."""
        late: list[Json] = []
        while len(self.statuses) < many:
            await self._reset_rate_limits()
            batch = [*late, *(self._next_update(broken) for _ in range(BATCH_SIZE))]
            self.writer.rng.shuffle(batch)
            late, now = batch[:2], batch[2:]
            again = [self.writer.rng.choice(now)] if self.writer.rng.random() < 0.3 else []
            count_inputs("updates brought twice", len(again))
            await asyncio.gather(*(self._post_until_accepted(update) for update in [*now, *again]))
        await asyncio.gather(*(self._post_until_accepted(update) for update in late))

    def _next_update(self, broken: float) -> Json:
        kind, update = self.writer.next_update()
        if self.writer.rng.random() < broken:
            count_inputs(f"updates, broken: {kind}")
            return mutate_update(self.writer.rng, update, KINDS)
        count_inputs(f"updates: {kind}")
        self.valid_updates[update["update_id"]] = update
        return update

    async def _post_until_accepted(self, update: Json) -> None:
        """Post an update until it is accepted, as Telegram does."""
        body, status = json.dumps(update).encode(), 0
        for _ in range(MAX_POST_ATTEMPTS):
            async with self.stack.http.post(
                f"{self.stack.gateway_url}/telegram/north", data=body, headers=HEADERS
            ) as response:
                status = response.status
            if status != 500:
                break
        self.statuses[update["update_id"]] = status

    async def _reset_rate_limits(self) -> None:
        """Empty the rate limits, because a refusal would hide the errors this test looks for."""
        redis = Redis.from_url(self.stack.settings.redis_url)
        await redis.flushdb()
        await redis.aclose()

    async def find_violations(self) -> list[str]:
        """Return one sentence for every outcome that must not occur."""
        found = [f"logged: {line}" for line in self.errors]
        for number, status in self.statuses.items():
            if status != 200 and (number in self.valid_updates or status != 400):
                found.append(f"{status} to {self.valid_updates.get(number, number)}")
        found += [f"failed: {row['error'][:300]} for {row['payload']}"[:900] for row in await self._failed_updates()]
        answered = {call["params"].get("callback_query_id") for call in await self.stack.calls("answerCallbackQuery")}
        for update in self.valid_updates.values():
            tap = update.get("callback_query")
            if tap is not None and tap["id"] not in answered:
                found.append(f"a tap without an answer: {update}")
        return [f"seed {SEED}: {line}" for line in found]

    async def _failed_updates(self) -> Sequence[Json]:
        """The valid updates of this flood that failed."""
        wild = telegram_update.c.update_id >= FIRST_UPDATE
        rows = await self.stack.rows(telegram_update, telegram_update.c.tries > 0, wild)
        mine = [row for row in rows if row["update_id"] in self.statuses]
        return [
            row
            for row in mine
            if not row["error"].startswith(UNREADABLE_ERROR_PREFIXES) or _is_readable(row["payload"])
        ]


def _is_readable(payload: Json) -> bool:
    """Whether the update fits the Bot API's types; one that does not is bound to become a dead letter."""
    try:
        Update.model_validate(payload)
    except ValueError:
        return False
    return True


@contextmanager
def record_errors(flood: UpdateFlood) -> Iterator[None]:
    """Record every logged error, except those about unreadable updates."""

    class ErrorRecorder(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            fields = record.msg if isinstance(record.msg, dict) else {}
            error = fields.get("exc_info") or (record.exc_info and record.exc_info[1])
            if not (record.name == "bot.transport.update_inbox" and type(error).__name__ == "ValidationError"):
                flood.errors.append(f"{record.name}: {record.getMessage()} {error!r}"[:600])

    recorder = ErrorRecorder(level=logging.ERROR)
    logging.getLogger().addHandler(recorder)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(recorder)


async def register_people(stack: BotStack, people: Sequence[int]) -> None:
    """Register these people at the stand-in and let them start the bot, so that it may write to them."""
    for number in people:
        await stack.control_telegram("users", id=number, first_name="Somebody", language_code="en")
        await stack.control_telegram("messages", from_=number, chat=f"@{NORTH[2]}", text="/start")
    await stack.wait_until_idle()


@asynccontextmanager
async def make_foreign_group(stack: BotStack) -> AsyncIterator[int]:
    """Create a group of no campus, with the bot in it."""
    made = await stack.control_telegram("groups", title="Elsewhere", members=[], bots=[NORTH[2]])
    yield int(made["id"])


async def query_tables(stack: BotStack, queries: Mapping[str, str], **values: Json) -> Mapping[str, Sequence[str]]:
    """The rows of each query, by the query's name."""
    async with stack.work() as work:
        return {
            name: sorted(str(tuple(row)) for row in await work.connection.execute(text(query), values))
            for name, query in queries.items()
        }
