"""Tests that a customer gets at most four notifications with a sound for an order, and always one for the end."""

from itertools import product
from uuid import uuid4

from sqlalchemy import select

from domain.messaging.notification.sound import MAX_AUDIBLE_NOTIFICATIONS, MAX_PRIOR_AUDIBLE
from domain.messaging.outbox_repository import notify
from domain.messaging.tables import notification
from domain.orders.notifications.customer import order_claimed
from tests.stack.store_setup import database_without_queue, found_campus, open_order

FINAL_NOTIFICATION_KEYS = ("notification-delivered", "notification-expired")


def is_audible(key: str, prior_audible: int) -> bool:
    """Whether a notification of this key makes a sound after so many others with a sound."""
    return prior_audible <= MAX_PRIOR_AUDIBLE.get(key, prior_audible)


def count_sounds(history: tuple[str, ...]) -> int:
    loud = 0
    for key in history:
        loud += is_audible(key, loud)
    return loud


def test_whatever_comes_in_whatever_order_a_phone_makes_at_most_four_sounds() -> None:
    early = [key for key in MAX_PRIOR_AUDIBLE if key not in FINAL_NOTIFICATION_KEYS]
    for length in range(6):
        for history in product(early, repeat=length):
            assert count_sounds((*history, "notification-delivered")) <= MAX_AUDIBLE_NOTIFICATIONS, history


def test_the_arrival_always_makes_a_sound_and_so_does_the_end() -> None:
    early = [key for key, before in MAX_PRIOR_AUDIBLE.items() if before < MAX_PRIOR_AUDIBLE["notification-arrived"]]
    for history in product(early, repeat=4):
        before = count_sounds(history)
        assert is_audible("notification-arrived", before)
        assert is_audible("notification-delivered", before + 1)
        assert is_audible("notification-expired", before)


async def test_what_comes_after_as_many_sounds_as_its_key_allows_is_written_without_one(database_url: str) -> None:
    assert MAX_PRIOR_AUDIBLE["notification-claimed"] == 1
    async with database_without_queue(database_url) as database, database() as work:
        order = await open_order(work, await found_campus(work))
        for _ in range(3):
            await notify(work, order_claimed(order, "Ana", uuid4()))
        query = select(notification.c.silent).where(notification.c.key == "notification-claimed")
        found = (await work.connection.execute(query.order_by(notification.c.id))).scalars().all()
    assert found == [False, False, True]
