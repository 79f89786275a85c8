"""What calls do outside, counted by idempotency key as Stripe does, and the outcomes that a test injects."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from workers.engine.call_failures import STRIPE_FAILED, OutcomeUnknown, Refused
from workers.engine.external_step import CallRequest


class InjectedOutcome(StrEnum):
    """The outcome of the next external call, or of the worker that was about to make it."""

    ANSWERED = "answered"
    REFUSED = "refused"  # refused for certain: no effect
    REFUSED_FOR_NOW = "refused for now"  # no effect, and the same call may succeed later
    FAILED_AFTER_EFFECT = "answered with a failure, after the effect"  # Stripe keeps a failure under its key
    FAILED_BEFORE_EFFECT = "answered with a failure, before the effect"
    ANSWER_LOST_AFTER_EFFECT = "answer lost after the effect"
    ANSWER_LOST_BEFORE_EFFECT = "answer lost before the effect"
    GIVEN_UP = "given up"  # it has its effect, and no answer came within its window
    RECORDING_FAILED = "recording failed"  # a fault of ours, the last of too many, kept the answer from being recorded
    KILLED_BEFORE_CALL = "killed after the commit, before the call"
    KILLED_BEFORE_ANSWER_RECORDED = "killed before the answer was recorded"
    FROZEN_BEFORE_CALL = "frozen after the commit, before the call"  # for longer than the lease, perhaps
    FROZEN_BEFORE_ANSWER_RECORDED = "frozen before the answer was recorded"


class StoredAnswer(StrEnum):
    """What Stripe answers to every further call under the same key."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


OUTCOMES_WITHOUT_EFFECT = frozenset(
    {
        InjectedOutcome.REFUSED,
        InjectedOutcome.REFUSED_FOR_NOW,
        InjectedOutcome.FAILED_BEFORE_EFFECT,
        InjectedOutcome.ANSWER_LOST_BEFORE_EFFECT,
        InjectedOutcome.KILLED_BEFORE_CALL,
    }
)
STORED_ANSWERS = dict.fromkeys(set(InjectedOutcome) - OUTCOMES_WITHOUT_EFFECT, StoredAnswer.DONE) | {
    InjectedOutcome.REFUSED: StoredAnswer.REFUSED,
    InjectedOutcome.FAILED_BEFORE_EFFECT: StoredAnswer.FAILED,
    InjectedOutcome.FAILED_AFTER_EFFECT: StoredAnswer.FAILED,
}


@dataclass(slots=True, kw_only=True)
class RemoteEffects:
    """The effects of one saga's calls by the position of their step, and the answers stored by idempotency key."""

    counts: Counter[int] = field(default_factory=Counter)
    answers: dict[str, StoredAnswer] = field(default_factory=dict)
    calls: set[str] = field(default_factory=set)  # the metadata of all objects: the first key of their call
    has_person_acted: bool = False  # which a poll finds out

    def receive(self, request: CallRequest, outcome: InjectedOutcome) -> None:
        """Execute a call unless its key was used before; raise the failure that Stripe answers with."""
        stored = self.answers.get(request.key)
        if stored is None and outcome not in OUTCOMES_WITHOUT_EFFECT:
            self._execute(request)
        answer = stored or STORED_ANSWERS.get(outcome)
        if request.key and answer is not None:
            self.answers[request.key] = answer
        match answer:
            case StoredAnswer.REFUSED:
                raise Refused("refused")
            case StoredAnswer.FAILED:
                raise OutcomeUnknown(STRIPE_FAILED)
            case StoredAnswer.DONE | None:
                return

    def _execute(self, request: CallRequest) -> None:
        if request.key:  # a poll has none and changes nothing
            position = request.params["position"]
            self.calls.add(request.params["call"])
            self.counts[position] = 0 if request.params["compensates"] else self.counts[position] + 1
