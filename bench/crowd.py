"""Two hundred customers and as many runners on ten campuses, and the order each pair goes through."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sandbox.launch.people import Person, post
from sandbox.play.cast import Troupe
from sandbox.play.eyes import Eyes
from sandbox.play.narrator import Narrator
from sandbox.play.player import Player, Spotted
from sandbox.play.quarters import Quarter
from sandbox.play.scenes.parts import GOOD_CARD, comes_in, fills_basket
from sandbox.play.sights import Message

PATIENCE = 60.0  # seconds
PREPARED_AT_ONCE = 4
EVERY = 1.0  # seconds between two orders: two cores also run the stand-ins and the crowd, about a second an order


@dataclass(slots=True)
class Figures:
    """What was measured, in seconds."""

    taps: list[float] = field(default_factory=list)
    cards: list[float] = field(default_factory=list)


@dataclass(slots=True)
class CardTimes:
    """When the card of each order first came into its group."""

    at: dict[int, float] = field(default_factory=dict)

    def read(self, event: Mapping[str, object], message: Message | None) -> None:
        """A reader of events."""
        if message is None or event["kind"] != "message":
            return
        for button in message.buttons:
            if button.action == "claim":
                self.at.setdefault(int(button.subject), message.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A customer with an order ready to be placed, and the runner who will bring it."""

    mei: Player
    ana: Player
    offer: Spotted


def silent(_paragraph: str) -> None:
    """Nobody listens."""


def introduce(quarter: Quarter, eyes: Eyes, telegram_url: str) -> tuple[Player, Player]:
    """A new customer and a new runner of this campus."""
    mei, ana = quarter.next_customer(), quarter.next_runner()
    post(f"{telegram_url}/sim/users", {"id": mei.id, "first_name": mei.first_name})
    narrator = Narrator(silent, Troupe(campus=quarter.campus, mei=mei, ana=ana, sam=quarter.sam))

    def player(person: Person, *groups: int) -> Player:
        bot = f"@{quarter.campus.bot.username}"
        return Player(name=person.first_name, number=person.id, bot=bot, groups=groups, eyes=eyes, narrator=narrator)

    return player(mei), player(ana, quarter.campus.runners.id)


async def prepare(mei: Player, ana: Player) -> Pair:
    """A saved card, a filled basket, and a runner whom the bot may write to."""
    await comes_in(ana)
    await fills_basket(mei)
    await mei.taps("add_card")
    await mei.saves_card(GOOD_CARD)
    await mei.reads("Your card is saved", within=PATIENCE)
    return Pair(mei=mei, ana=ana, offer=await mei.spots("place", unchanged=True))


async def prepare_all(people: Iterator[tuple[Player, Player]]) -> list[Pair]:
    """Everybody gets ready, a few at a time."""
    room = asyncio.Semaphore(PREPARED_AT_ONCE)

    async def one(mei: Player, ana: Player) -> Pair:
        async with room:
            return await prepare(mei, ana)

    return list(await asyncio.gather(*(one(mei, ana) for mei, ana in people)))


async def order_all(pairs: list[Pair], times: CardTimes) -> Figures:
    """An order a second, whatever became of the ones before."""
    figures, under_way = Figures(), list[asyncio.Task[None]]()
    for pair in pairs:
        under_way.append(asyncio.create_task(go_through(pair, times, figures)))
        await asyncio.sleep(EVERY)
    await asyncio.gather(*under_way)
    return figures


async def go_through(pair: Pair, times: CardTimes, figures: Figures) -> None:
    """One order from [Place order] to the PIN, every tap timed."""
    mei, ana = pair.mei, pair.ana
    placed = await mei.taps_on(pair.offer)
    figures.taps.append(placed.took)
    order = await mei.reads_number("#", within=PATIENCE)
    offer = await ana.spots("claim", about=order, within=PATIENCE)
    figures.cards.append(times.at[order] - placed.tapped_at)
    figures.taps.append((await ana.taps_on(offer)).took)
    for action in ("bought", "bought_estimate", "picked_up", "here"):
        figures.taps.append((await ana.taps(action, about=order, within=PATIENCE)).took)
    await ana.types(await mei.reads_pin(order))
    await mei.reads(f"#{order}", "delivered and paid", within=PATIENCE)
