"""Tests that a customer gets at most four notifications with a sound for an order, and always one for the end."""

from itertools import product

from domain.messaging.notification.sound import MAX_AUDIBLE_NOTIFICATIONS, MAX_PRIOR_AUDIBLE, is_audible

FINAL_NOTIFICATION_KEYS = ("notification-delivered", "notification-expired")


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
