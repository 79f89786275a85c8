"""Messages that can't be drawn or sent as they are: parked, so that an admin sees them and nothing waits for them."""

from domain.parking import ParkedKind, Poison
from domain.store.card_rows import CardRow
from domain.store.parking import park
from domain.store.push_rows import PushRow
from domain.store.unit_of_work import UnitOfWork


async def park_card(work: UnitOfWork, card: CardRow, error: str) -> None:
    """A card that failed for the last time; it comes again by itself when somebody wants it drawn."""
    poison = Poison(
        kind=ParkedKind.CARD,
        subject=str(card.id),
        campus_id=card.campus_id,
        order_id=card.order_id,
        shown=f"{card.kind} {card.chat_id}",
        tries=card.tries,
        error=error,
    )
    await park(work, poison)


async def park_push(work: UnitOfWork, message: PushRow, error: str) -> None:
    """A message that failed for the last time: its key and its chat, never its words."""
    poison = Poison(
        kind=ParkedKind.PUSH,
        subject=str(message.id),
        campus_id=message.campus_id,
        order_id=message.order_id,
        shown=f"{message.key} {message.chat_id}",
        tries=max(message.tries, 1),
        error=error,
    )
    await park(work, poison)
