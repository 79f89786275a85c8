"""The lanes of the outbox: what goes first to a chat, and over all."""

from enum import StrEnum


class Lane(StrEnum):
    """In the order in which they go; a waiting lane has a share of every limit, so that none starves."""

    MONEY = "money"  # money, standing, alerts: whoever waits for them loses something
    ORDER = "order"  # order messages, and what becomes of an order or a delivery
    CORRESPONDENCE = "correspondence"  # what people write to each other, and what belongs to it
