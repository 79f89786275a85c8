"""One order from [Place order] to the money, played by taps over the bot and the worker, each act counted apart."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.messaging.buttons import Tap
from domain.orders.tables import orders
from tests.stack.bot_stack import BASKET_PATH, BotUser, Json
from tests.statements.product_stack import ProductStack
from tests.statements.statement_count import SentStatements, StatementCounter


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedOrder:
    """What was sent for each act, in the order of the acts."""

    order_id: int
    sent: Mapping[str, SentStatements]


async def play_order(stack: ProductStack, counter: StatementCounter) -> PlayedOrder:
    """Play it with a new customer and a new runner; what they did before is not counted."""
    mei, ana = await stack.bot.add_person("Mei"), await stack.bot.add_runner("Ana")
    await stack.worker.save_test_card(mei.id, "pm_card_visa")
    await stack.worker.add_account(ana.id)
    await mei.tap(Tap.HOME, argument=1)
    await mei.press(*BASKET_PATH, "Library")
    await stack.run_worker()
    sent: dict[str, SentStatements] = {}

    async def count(act: str) -> None:
        await stack.run_worker()
        sent[act], counter.present = counter.present, SentStatements()

    counter.present = SentStatements()
    await mei.press("Place order")
    await count("place")
    (order,) = await stack.bot.rows(orders, orders.c.customer_id == mei.id)
    await tap_button(ana, Tap.CLAIM, chat=stack.bot.groups["north"])
    await count("claim")
    for tap in (Tap.BOUGHT, Tap.BOUGHT_AS_ESTIMATED, Tap.PICKED_UP, Tap.ARRIVED):
        await tap_button(ana, tap)
        await count(tap.value)
    await ana.write(str((await stack.bot.order_row(order["id"]))["pin"]))
    await count("pin")
    return PlayedOrder(order_id=order["id"], sent=sent)


async def tap_button(person: BotUser, tap: Tap, *, chat: int | None = None) -> None:
    """Tap the newest button of this kind in a chat."""
    for message in reversed(await person.messages(chat)):
        for button in (each for row in message["buttons"] for each in row):
            if str(button.get("data", "")).startswith(f"v1:{tap}:"):
                await person.forge_tap(button["data"], message_id=message["message_id"], chat=chat)
                return
    found: Json = [message["text"] for message in await person.messages(chat)]
    raise AssertionError(f"no button {tap} in {found}")
