"""The scenes by their names for `make play SCENE=`."""

from collections.abc import Mapping
from types import MappingProxyType

from sandbox.play.scene_campuses import HASTY_CHATS, NORTH_CHATS, CampusChats
from sandbox.play.scene_context import Scene
from sandbox.play.scenes.delivery_scenes import play_happy, play_lost_claim, play_released, play_runner_not_onboarded
from sandbox.play.scenes.ended_order_scenes import play_cancelled, play_expired
from sandbox.play.scenes.handover_scenes import play_absent
from sandbox.play.scenes.payment_scenes import play_bank_approval, play_declined
from sandbox.play.scenes.problem_scenes import play_problem

HASTY_SCENES = frozenset({"expired", "absent"})
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
    }
)


def chats_of_scene(name: str) -> CampusChats:
    """Return the chats of a scene. Scenes that wait for a timeout use the campus with short timeouts."""
    return HASTY_CHATS if name in HASTY_SCENES else NORTH_CHATS
