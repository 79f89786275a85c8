"""Tests that somebody decided the lane of every notification."""

import pytest

from domain.messaging.lane import Lane
from domain.messaging.notification.lanes import LANE_BY_KEY, lane_of
from domain.messaging.notification.sound import MAX_PRIOR_AUDIBLE
from domain.support.notifications.messages import RELAY_KEYS
from tests.domain.messaging.factory_calls import FORMER_KEYS, notification_factories, sample_notifications


def test_the_key_of_every_factory_has_one_lane_and_no_other_key_has_one() -> None:
    told = {each.key for factory in notification_factories() for each in sample_notifications(factory)}
    refusals = {key for key in told if key.startswith("error-")}
    assert set(LANE_BY_KEY) == (told - refusals) | FORMER_KEYS
    assert {lane_of(key) for key in refusals} == {Lane.ORDER}
    with pytest.raises(KeyError):
        lane_of("notification-of-a-later-release")


@pytest.mark.parametrize(
    ("lane", "keys"),
    [
        (
            Lane.MONEY,
            "admin-act own-act admin-chat-bound runner-group-bound pin-locked stuck slow dispute owes owes-admins "
            "discrepancy payout-waits silent-admins dead-letter suspended",
        ),
        (Lane.ORDER, "claimed bought arrived delivered expired nudge receipt"),
        (Lane.CORRESPONDENCE, "case-opened case-more case-answer case-photo team-writes team-reads"),
    ],
)
def test_what_is_told_goes_in_the_lane_of_its_matter(lane: Lane, keys: str) -> None:
    assert {lane_of(f"notification-{key}") for key in keys.split()} == {lane}


def test_words_of_people_are_correspondence_and_what_makes_a_sound_about_an_order_is_not() -> None:
    assert {lane_of(key) for key in RELAY_KEYS} == {Lane.CORRESPONDENCE}
    assert Lane.CORRESPONDENCE not in {lane_of(key) for key in MAX_PRIOR_AUDIBLE}


def test_all_that_name_a_pin_keep_their_order() -> None:
    """In two lanes a new PIN could be read before the old one, which no longer counts."""
    named = {
        notification.key
        for each in notification_factories()
        for notification in sample_notifications(each)
        if "pin" in notification.args
    }
    assert {"notification-arrived", "notification-pin-renewed"} <= named
    assert {lane_of(key) for key in named | {"notification-pin-locked-customer"}} == {Lane.ORDER}
