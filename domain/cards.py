"""From committed state to the card that shows it: every order and job card is drawn here, and only here."""

from typing import assert_never

from domain.card_customer import draw_for_customer
from domain.card_group import draw_for_group
from domain.card_runner import draw_for_runner
from domain.card_view import Card, CardKind, OrderView

__all__ = ["Card", "CardKind", "OrderView", "draw"]


def draw(kind: CardKind, view: OrderView, locale: str) -> Card:
    """The card of this kind in the reader's language; a pure function of its arguments."""
    match kind:
        case CardKind.CUSTOMER:
            return draw_for_customer(view, locale)
        case CardKind.RUNNER:
            return draw_for_runner(view, locale)
        case CardKind.GROUP:
            return draw_for_group(view, locale)
        case _:
            assert_never(kind)
