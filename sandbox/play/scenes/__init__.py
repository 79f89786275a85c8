"""The scenes there are, by the name `make play SCENE=` knows them by."""

from collections.abc import Mapping
from types import MappingProxyType

from sandbox.play.cast import HASTY, NORTH, Campus
from sandbox.play.scenes.complaining import problem
from sandbox.play.scenes.door import absent
from sandbox.play.scenes.ended import cancelled, expired
from sandbox.play.scenes.paying import bank_approval, declined
from sandbox.play.scenes.running import happy, lost_claim, released, runner_not_onboarded
from sandbox.play.stage import Scene

HASTY_SCENES = frozenset({"expired", "absent"})
SCENES: Mapping[str, Scene] = MappingProxyType(
    {
        "happy": happy,
        "declined": declined,
        "bank_approval": bank_approval,
        "expired": expired,
        "cancelled": cancelled,
        "lost_claim": lost_claim,
        "released": released,
        "runner_not_onboarded": runner_not_onboarded,
        "absent": absent,
        "problem": problem,
    }
)


def campus_of(name: str) -> Campus:
    """Where a scene plays: where people wait in vain, the campus must be in a hurry."""
    return HASTY if name in HASTY_SCENES else NORTH
