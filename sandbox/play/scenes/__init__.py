"""The scenes by their names for `make play SCENE=`, and the windows that some of them shorten."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from sandbox.people.populated_stack import SceneContext
from sandbox.play.money_check import ExpectedMoney
from sandbox.play.scenes.delivery_scenes import play_happy, play_lost_claim, play_released, play_runner_not_onboarded
from sandbox.play.scenes.history_scenes import (
    play_disputed,
    play_many_refunds,
    play_much_of_one_pair,
    play_much_of_one_runner,
    play_new_customers,
    play_often_without_pin,
    play_same_runner,
)
from sandbox.play.scenes.limit_scenes import (
    play_declined_five_times,
    play_doubted,
    play_first_pay,
    play_fourth_card,
    play_too_fast,
    play_too_many_orders,
    play_too_much_in_a_day,
)
from sandbox.play.scenes.order_scenes import (
    play_absent,
    play_bank_approval,
    play_cancelled,
    play_declined,
    play_expired,
)
from sandbox.play.scenes.problem_scenes import play_problem

Scene = Callable[[SceneContext], Awaitable[tuple[ExpectedMoney, ...]]]

SCENES: Mapping[str, Scene] = MappingProxyType(
    {
        "happy": play_happy,
        "declined": play_declined,
        "bank_approval": play_bank_approval,
        "expired": play_expired,
        "cancelled": play_cancelled,
        "lost_claim": play_lost_claim,
        "released": play_released,
        "runner_not_onboarded": play_runner_not_onboarded,
        "absent": play_absent,
        "problem": play_problem,
        "too_many_orders": play_too_many_orders,
        "too_much_in_a_day": play_too_much_in_a_day,
        "declined_five_times": play_declined_five_times,
        "first_pay": play_first_pay,
        "too_fast": play_too_fast,
        "fourth_card": play_fourth_card,
        "doubted": play_doubted,
        "same_runner": play_same_runner,
        "many_refunds": play_many_refunds,
        "often_without_pin": play_often_without_pin,
        "disputed": play_disputed,
        "new_customers": play_new_customers,
        "much_of_one_pair": play_much_of_one_pair,
        "much_of_one_runner": play_much_of_one_runner,
    }
)
HASTY_SCENES = frozenset({"expired", "absent"})  # these wait for a window to end
HASTY_WINDOWS = {"unclaimed": "4s", "nudge": "2s", "reminder": "1s", "absent": "3s", "problem": "6s"}
# These play at the limits against fraud as shipped; all others hurry.
LIMIT_SCENES = frozenset(
    {
        "too_many_orders",
        "too_much_in_a_day",
        "declined_five_times",
        "first_pay",
        "too_fast",
        "fourth_card",
        "doubted",
        "same_runner",
        "many_refunds",
        "often_without_pin",
        "disputed",
        "new_customers",
        "much_of_one_pair",
        "much_of_one_runner",
    }
)
