"""However an order goes, its customer's phone rings at most four times, and always for the end."""

from itertools import product

from domain.loudness import LOUD_AFTER, MOST_LOUD, makes_sound

ENDS = ("push-delivered", "push-expired")


def rings(story: tuple[str, ...]) -> int:
    loud = 0
    for key in story:
        loud += makes_sound(key, loud)
    return loud


def test_whatever_comes_in_whatever_order_a_phone_rings_at_most_four_times() -> None:
    early = [key for key in LOUD_AFTER if key not in ENDS]
    for length in range(6):
        for story in product(early, repeat=length):
            assert rings((*story, "push-delivered")) <= MOST_LOUD, story


def test_the_arrival_always_rings_and_so_does_the_end() -> None:
    early = [key for key, before in LOUD_AFTER.items() if before < LOUD_AFTER["push-arrived"]]
    for story in product(early, repeat=4):
        before = rings(story)
        assert makes_sound("push-arrived", before)
        assert makes_sound("push-delivered", before + 1)
        assert makes_sound("push-expired", before)
