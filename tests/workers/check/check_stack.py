"""A campus that is set up well, on stand-ins that can be made unfriendly, and the check of it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp

from domain.settings.settings import read_worker_settings
from sandbox.stripe.stripe_server import running_stripe
from sandbox.telegram.telegram_server import running_telegram
from tests.stack.store_setup import ADMIN, database_without_queue, make_campus_file
from tests.stack.stripe_control import StripeControl
from tests.stack.telegram_control import TelegramControl
from workers.check.line import CheckLine, LineState
from workers.commands.campus_repository import provision_campus
from workers.commands.check import check

TOKEN, BOT = "7001:north", "north_bot"
KEY = "sk_test_of_the_check"
RUNNERS, ADMINS = -1_001_000_000_001, -1_001_000_000_002


@dataclass(slots=True, kw_only=True)
class CheckStack(TelegramControl):
    """The stand-ins and the settings of a check."""

    stripe: StripeControl
    database_url: str
    redis_url: str
    changed: dict[str, str] = field(default_factory=dict)  # settings of one test

    @property
    def environment(self) -> Mapping[str, str]:
        """The settings as an operator gives them."""
        return {
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "TELEGRAM_API_URL": self.telegram_url,
            "TELEGRAM_BOT_TOKEN_NORTH": TOKEN,
            "STRIPE_API_URL": self.stripe.stripe_url,
            "STRIPE_SECRET_KEY": KEY,
        } | self.changed

    async def check(self, campus: str | None = None) -> list[CheckLine]:
        """Check as the command does."""
        return await check(read_worker_settings(self.environment), campus)

    async def said(self, state: LineState) -> list[tuple[str, str]]:
        """The subject and the sentence of each line in this state."""
        return [(line.subject, line.sentence) for line in await self.check() if line.state is state]

    async def make_telegram_friendly(self) -> None:
        """Give the bot back its token, its rights and its settings."""
        await self.control_telegram("tokens", bot=BOT, revoked=False)
        await self.control_telegram("botfather", bot=BOT, can_join_groups=True, hears_everything=False)
        for group in (RUNNERS, ADMINS):
            await self.control_telegram("permissions", chat=group, muted=False)
            await self.control_telegram("rights", chat=group, bot=BOT, status="administrator")
        await self.call_telegram(TOKEN, "deleteWebhook", drop_pending_updates=True)

    async def sql(self, statement: str, *values: Any) -> None:
        """Change a row that no use case changes."""
        async with database_without_queue(self.database_url) as database, database() as work:
            await work.connection.exec_driver_sql(statement, values)


@asynccontextmanager
async def running_check_stack(database_url: str, redis_url: str) -> AsyncIterator[CheckStack]:
    """Found a campus with a bot, both groups, and an admin who wrote to the bot."""
    async with running_telegram() as telegram, running_stripe() as stripe, aiohttp.ClientSession() as http:
        stack = CheckStack(
            database_url=database_url,
            redis_url=redis_url,
            telegram_url=telegram,
            stripe=StripeControl(stripe_url=stripe, http=http),
            http=http,
        )
        await stack.stripe.control_stripe("platform", settlement=["sgd"], country="SG")
        await stack.control_telegram("bots", token=TOKEN, username=BOT, name="North")
        await stack.control_telegram("users", id=ADMIN, first_name="Sam")
        await stack.control_telegram("messages", from_=ADMIN, chat=f"@{BOT}", text="/start")
        for number, title in ((RUNNERS, "Runners"), (ADMINS, "Admins")):
            await stack.control_telegram(
                "groups", id=number, title=title, owner=ADMIN, members=[ADMIN], bots=[BOT], admins=[BOT]
            )
        await stack.make_telegram_friendly()
        async with database_without_queue(database_url) as database, database() as work:
            file = make_campus_file("north")
            await provision_campus(work, replace(file, runner_group=RUNNERS, admin_chat=ADMINS))
        yield stack
