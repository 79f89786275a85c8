"""The saga of a check: a worker asks all services, and answers in the chat in which an admin asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from domain.saga.definition import ExternalStep, Saga
from domain.saga.register import LocalStepFunction
from domain.saga.run import SagaStart


@dataclass(slots=True, kw_only=True)
class CheckSetupData:
    """The chat in which the answer is given."""

    chat_id: int


CHECK_SETUP = Saga(
    kind="check_setup",
    data=CheckSetupData,
    steps=(ExternalStep(name="look_at_services"),),  # it only reads: a second call is as good as the first
)
SAGAS = (CHECK_SETUP,)
LOCAL_STEPS: Mapping[str, LocalStepFunction] = MappingProxyType({})  # it changes nothing of ours


def build_check_start(*, campus_id: int, admin_id: int, chat_id: int, now: datetime) -> SagaStart:
    """Return the saga of a check that was asked for at `now`."""
    return SagaStart(
        kind=CHECK_SETUP.kind,
        name=f"{CHECK_SETUP.kind}:{campus_id}:{now.timestamp()}",
        campus_id=campus_id,
        person_id=admin_id,
        data=CheckSetupData(chat_id=chat_id),
    )
