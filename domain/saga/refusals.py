"""What Stripe refused, told apart by the type and the code of its answer, as a saga row keeps it."""

import re
from dataclasses import dataclass
from enum import StrEnum

_OBJECT_ID = re.compile(r"\b[a-z]+_[A-Za-z0-9]{14,}\b")

NOT_POSSIBLE = "not_possible"  # the reason of a saga that our own settings at Stripe stopped
CARD_GONE = "card_gone"  # the reason of a saga whose card Stripe does not know any more
ACCOUNT_GONE = "account_gone"  # the reason of a pay-out whose account Stripe does not know any more


class RefusalKind(StrEnum):
    """Who has to act on a refusal."""

    BANK = "bank"  # the bank's no, or Radar's: the customer takes another card
    CONFIGURATION = "configuration"  # our key, our platform or a request of ours: the campus team acts
    GONE = "gone"  # an object that Stripe does not know, any more or under this key: it is made anew
    STATE = "state"  # an object that moved on meanwhile: its saga reads it, and goes by what it finds
    OWN = "own"  # no answer of Stripe: a rule of ours, before the call


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeRefusal:
    """A refusal in Stripe's own words; `request` is the id by which Stripe's support finds the call."""

    kind: RefusalKind
    step: str
    error_type: str | None = None
    code: str | None = None
    param: str | None = None
    message: str = ""
    request: str | None = None
    access: str | None = None  # "key" where our key is refused, "permission" where it may not do this

    @property
    def cause(self) -> str:
        """Return what several refusals have in common when one act of the campus team mends them all.

        Stripe gives many no code: then the words count, without the ids of objects in them.
        """
        words = _OBJECT_ID.sub("", self.message) if self.code is None else self.code
        return f"{self.step}:{self.error_type or '-'}:{self.param or '-'}:{words}"
