"""Rendering of order messages: from the committed state to text and buttons. No other module renders them."""

from typing import assert_never

from domain.messaging.order_message import OrderMessageKind
from domain.order_messages.customer import render_for_customer
from domain.order_messages.group import render_for_group
from domain.order_messages.runner import render_for_runner
from domain.order_messages.view import OrderMessageContent, OrderView

__all__ = ["OrderMessageContent", "OrderMessageKind", "OrderView", "render_order_message"]


def render_order_message(kind: OrderMessageKind, view: OrderView, locale: str) -> OrderMessageContent:
    """Return the order message of this kind in the reader's language; a pure function of its arguments."""
    match kind:
        case OrderMessageKind.CUSTOMER:
            return render_for_customer(view, locale)
        case OrderMessageKind.RUNNER:
            return render_for_runner(view, locale)
        case OrderMessageKind.GROUP:
            return render_for_group(view, locale)
        case _:
            assert_never(kind)
