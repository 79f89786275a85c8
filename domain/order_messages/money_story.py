"""Where the money of an order was at each moment, in plain words: the same in the chat and on the console."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from domain.database.actors import Role
from domain.money import format_money
from domain.orders.states import Order
from domain.payouts.model import Payable, PayoutStatus
from domain.words import say_plain

_CARD, _PAY = Role.CUSTOMER, Role.RUNNER
_BOTH, _ADMINS_ALONE = frozenset({_CARD, _PAY}), frozenset[Role]()

# What happened, by its word in the event log or the ledger -> who reads it beside the admins. Each has a sentence.
READERS: Mapping[str, frozenset[Role]] = MappingProxyType(
    {
        "approval_asked": frozenset({_CARD}),
        "made": _BOTH,
        "declined": frozenset({_CARD}),
        "released": _BOTH,
        "capture": _BOTH,
        "advance": _BOTH,
        "earned": _BOTH,
        "unpaid": _BOTH,
        "settled": frozenset({_CARD}),
        "forgiven": frozenset({_CARD}),
        "goodwill": _BOTH,
        "transfer": frozenset({_PAY}),
        "transfer_at_stripe": frozenset({_PAY}),
        "reversal": frozenset({_PAY}),
        "reversal_at_stripe": frozenset({_PAY}),
        "late_reversal": frozenset({_PAY}),
        "refund": _BOTH,
        "refund_failed": frozenset({_CARD}),
        "debt": frozenset({_PAY}),
        "netting": frozenset({_PAY}),
        "debt_void": frozenset({_PAY}),
        "debt_let_go": frozenset({_PAY}),
        "dispute": _ADMINS_ALONE,
        "dispute_won": _ADMINS_ALONE,
        "dispute_lost": _ADMINS_ALONE,
        "fee": _ADMINS_ALONE,
        "settled_by_hand": _ADMINS_ALONE,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyMoment:
    """Something that happened to the money of an order, amounts in minor units.

    `amount` is what moved, or was set aside; `runner` and `platform` are the parts of a capture, `lacking` is what
    an advance was short of them, and `fee` is Stripe's for a dispute.
    """

    at: datetime
    happened: str
    amount: int
    runner: int = 0
    platform: int = 0
    lacking: int = 0
    fee: int = 0
    stripe_object: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyFacts:
    """The moments of an order's money, the oldest first, and what the runner is owed."""

    order: Order
    moments: Sequence[MoneyMoment]
    payable: Payable | None
    is_held: bool  # money is set aside on the card now
    debt: int = 0  # minor units that the customer owes now
    is_disputed: bool = False  # the bank has not decided


def moments_for(facts: MoneyFacts, reader: Role) -> Sequence[MoneyMoment]:
    """Return what this reader is told; admins are told all."""
    if reader is Role.ADMIN:
        return facts.moments
    return [each for each in facts.moments if reader in READERS.get(each.happened, _ADMINS_ALONE)]


def say_moment(locale: str, facts: MoneyFacts, moment: MoneyMoment) -> str:
    """Return the moment in plain words, without markup."""
    currency = facts.order.price.currency
    return say_plain(
        locale,
        "order-message-money",
        event=moment.happened,
        amount=format_money(moment.amount, currency),
        runner_amount=format_money(moment.runner, currency),
        platform_amount=format_money(moment.platform, currency),
        is_short="yes" if moment.lacking else "no",
        lacking=format_money(moment.lacking, currency),
        has_fee="yes" if moment.fee else "no",
        fee=format_money(moment.fee, currency),
    )


def say_now(locale: str, facts: MoneyFacts, reader: Role) -> Sequence[str]:
    """Return where the money is now, in plain words without markup, one sentence each."""
    currency, said = facts.order.price.currency, []
    if reader is not _PAY and facts.is_held:
        said.append("held")
    if reader is not _PAY and facts.debt:
        said.append("owed")
    if reader is Role.ADMIN and facts.is_disputed:
        said.append("disputed")
    if not facts.moments and not facts.is_held:
        said.append("nothing")
    if reader is not _CARD and facts.payable is not None:
        said.append(_payable_word(facts.payable))
    due = 0 if facts.payable is None else facts.payable.due
    amounts = {"left": format_money(due, currency), "owes": format_money(facts.debt, currency)}
    return [say_plain(locale, "order-message-money-now", kind=kind, **amounts) for kind in said]


def _payable_word(payable: Payable) -> str:
    match payable.status:
        case PayoutStatus.OPEN if payable.frozen:
            return "frozen"
        case PayoutStatus.OPEN if payable.held_until is not None:
            return "waits"
        case PayoutStatus.OPEN:
            return "due"
        case PayoutStatus.SENDING:
            return "sending"
        case PayoutStatus.PAID:
            return "paid"
        case PayoutStatus.ANNULLED:
            return "annulled"
