"""All parts of the check, beside each other, each with its time: their lines in one order."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from domain.campuses.campus import Campus
from domain.campuses.people import Member
from domain.campuses.people_repository import find_member, list_admin_ids
from domain.campuses.repository import list_campuses
from domain.database.unit_of_work import UnitOfWorkFactory
from domain.settings.redaction import describe_error
from domain.settings.settings import WorkerSettings
from domain.settings.timeouts import Timeout
from workers.check.line import CheckLine, LineState, broken
from workers.check.servers.database_repository import read_database_facts
from workers.check.servers.redis_facts import read_redis_facts
from workers.check.servers.server_lines import DATABASE, REDIS, judge_database, judge_redis
from workers.check.servers.webhook_address import judge_address, read_address
from workers.check.stripe.stripe_facts import Unread
from workers.check.stripe.stripe_lines import STRIPE, judge_stripe
from workers.check.stripe.stripe_reader import find_other_platform, read_stripe
from workers.check.stripe.trial_lines import judge_trials, judge_untried
from workers.check.stripe.webhook_lines import judge_endpoints
from workers.check.telegram.telegram_lines import judge_bot, judge_idle_bot
from workers.check.telegram.telegram_reader import BotApi, open_telegram_session, read_bot, read_idle_bot
from workers.stripe.gateway import StripeGateway
from workers.stripe.platform.platform_check import is_live_key
from workers.stripe.platform.trial_objects import try_objects

RESTRICTED_KEY = "rk_"
Part = Awaitable[Sequence[CheckLine]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check is about; `database` opens units of work."""

    settings: WorkerSettings
    database: UnitOfWorkFactory
    stripe: StripeGateway
    makes_objects: bool = False  # in test mode: it tries out what an order needs, and deletes it again
    part_seconds: float = Timeout.CHECK_PART.seconds  # for each part but the database
    has_idle_bots: bool = True  # it looks at bots without a campus too, and tells the numbers of who wrote to them


@dataclass(frozen=True, slots=True, kw_only=True)
class CampusFacts:
    """A campus with its admins, and whether it is the only one."""

    campus: Campus
    admins: tuple[Member, ...]
    is_only: bool


class UnknownCampusError(Exception):
    """No campus has this name; the sentence names those that there are."""


async def check_everything(checked: Checked, campus_name: str | None = None) -> list[CheckLine]:
    """Return all lines, of one campus or of all. Raise UnknownCampusError."""
    campuses: list[CampusFacts] = []

    async def look_at_database() -> Sequence[CheckLine]:
        async with checked.database() as work:
            facts = await read_database_facts(work)
        if facts.schema is not None:
            campuses.extend(await _read_campuses(checked.database))
        return list(judge_database(facts, needed_connections=_needed_connections(checked.settings)))

    found = await _run_part(DATABASE, look_at_database, Timeout.CHECK_DATABASE.seconds)
    chosen = _choose(campuses, campus_name)
    if not campuses and all(line.state is not LineState.BROKEN for line in found):
        found = [*found, broken("campus", "None is founded: describe one, and run python -m workers.campus add FILE.")]
    seconds = checked.part_seconds
    parts = await asyncio.gather(
        _run_part(REDIS, lambda: _look_at_redis(checked.settings), seconds),
        _run_part("telegram", lambda: _look_at_telegram(checked, chosen, campuses), seconds),
        _run_part(STRIPE, lambda: _look_at_stripe(checked, chosen, is_readable=bool(campuses)), seconds),
    )
    return [*found, *(line for part in parts for line in part)]


async def _run_part(subject: str, look: Callable[[], Part], seconds: float) -> Sequence[CheckLine]:
    """Return the lines of a part; one that fails or hangs says so, and stops no other."""
    try:
        async with asyncio.timeout(seconds):
            return await look()
    except TimeoutError:
        return [broken(subject, f"No answer within {seconds:g} s.")]
    except Exception as error:  # whatever a driver raises
        return [broken(subject, f"It cannot be used: {describe_error(error)}")]


def _needed_connections(settings: WorkerSettings) -> int:
    return settings.bot_connections + settings.postgres_connections + 1


def _choose(campuses: Sequence[CampusFacts], name: str | None) -> Sequence[CampusFacts]:
    chosen = [each for each in campuses if name in (None, each.campus.name)]
    if name is not None and campuses and not chosen:
        names = ", ".join(each.campus.name for each in campuses)
        raise UnknownCampusError(f"There is no campus {name!r}; there are: {names}.")
    return chosen


async def _read_campuses(database: UnitOfWorkFactory) -> list[CampusFacts]:
    async with database() as work:
        campuses = await list_campuses(work)
        admins = {
            campus.id: [await find_member(work, campus.id, number) for number in await list_admin_ids(work, campus.id)]
            for campus in campuses
        }
    is_only = len(campuses) == 1
    return [CampusFacts(campus=each, admins=tuple(admins[each.id]), is_only=is_only) for each in campuses]


async def _look_at_redis(settings: WorkerSettings) -> Sequence[CheckLine]:
    return [judge_redis(await read_redis_facts(settings.redis_url))]


async def _look_at_telegram(
    checked: Checked, chosen: Sequence[CampusFacts], campuses: Sequence[CampusFacts]
) -> Sequence[CheckLine]:
    """Look at the bots of these campuses, at bots without a campus, and at the address of the webhooks."""
    settings, lines = checked.settings, list[CheckLine]()
    async with open_telegram_session() as session:

        def api(token: str) -> BotApi:
            return BotApi(session=session, address=settings.telegram_api_url, token=token)

        if settings.public_url is not None:
            lines.append(judge_address(settings.public_url, await read_address(session, settings.public_url)))
        looked = await asyncio.gather(*(_look_at_bot(settings, api, each) for each in chosen))
        lines += [line for found in looked for line in found]
        idle = _idle_tokens(settings, [each.campus.name for each in campuses]) if checked.has_idle_bots else ()
        for variable, token in idle:
            lines += judge_idle_bot(variable, await read_idle_bot(api(token)))
    return lines


async def _look_at_bot(
    settings: WorkerSettings, api: Callable[[str], BotApi], each: CampusFacts
) -> Iterable[CheckLine]:
    name, tokens = each.campus.name, settings.tokens
    token = tokens.token_for(name, is_only_campus=each.is_only)
    variable = f"TELEGRAM_BOT_TOKEN_{name.upper()}" if tokens.single is None else "TELEGRAM_BOT_TOKEN"
    if token is None:
        return [broken(f"{name}: bot", f"It has no token: set {variable}; BotFather gives one with /newbot.")]
    address = None if settings.public_url is None else f"{settings.public_url}/telegram/{name}"
    return judge_bot(name, variable, await read_bot(api(token), each.campus, each.admins), address=address)


def _idle_tokens(settings: WorkerSettings, founded: Sequence[str]) -> Iterable[tuple[str, str]]:
    tokens = settings.tokens
    if tokens.single is not None and not founded:
        yield "TELEGRAM_BOT_TOKEN", tokens.single
    for name, token in tokens.by_campus.items():
        if name not in founded:
            yield f"TELEGRAM_BOT_TOKEN_{name.upper()}", token


async def _look_at_stripe(checked: Checked, chosen: Sequence[CampusFacts], *, is_readable: bool) -> Sequence[CheckLine]:
    """Look at the platform; `is_readable` says that our rows can be compared with it."""
    key = checked.settings.stripe_secret_key
    is_live = is_live_key(key)
    facts = await read_stripe(checked.stripe, is_restricted=key.startswith(RESTRICTED_KEY))
    other = await find_other_platform(checked.database, facts, is_live=is_live) if is_readable else None
    campuses = [each.campus for each in chosen]
    lines = list(judge_stripe(facts, other, is_live=is_live, campuses=campuses))
    lines += judge_endpoints(facts.endpoints, checked.settings.public_url)
    if isinstance(facts.account, Unread) and not facts.account.is_permission:
        return lines
    if is_live or not checked.makes_objects:
        return [*lines, judge_untried(is_live=is_live)]
    country = None if isinstance(facts.account, Unread) else facts.account.country
    for each in chosen:
        lines += judge_trials(each.campus.name, await try_objects(checked.stripe, each.campus, country))
    return lines
