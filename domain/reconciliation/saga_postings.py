"""Which sagas book what on Stripe's balance: so which may still book a balance transaction that the books lack."""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from domain.database.unit_of_work import UnitOfWork
from domain.saga.lookup_repository import UnfinishedSaga, list_unfinished_sagas

_OF_A_HOLD = ("capture", "settled")  # also by a saga that finds the hold captured where it wanted to release it
PAY_POSTINGS = ("capture", "transfer")  # of the sagas that book the pay of an order, or send it
REFUND_SAGA = "refund_order"
# The kind of a saga -> the first words of the keys of the postings that it may book.
POSTINGS_BY_SAGA: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "create_order": _OF_A_HOLD,
        "accept_order": _OF_A_HOLD,
        "complete_order": _OF_A_HOLD,
        "resolve_completion": _OF_A_HOLD,
        "cancel_order": _OF_A_HOLD,
        "expire_order": _OF_A_HOLD,
        "release_order": _OF_A_HOLD,
        "close_purchase": _OF_A_HOLD,
        "replace_hold": _OF_A_HOLD,
        "settle_debt": _OF_A_HOLD,
        "pay_out_runner": ("transfer",),
        REFUND_SAGA: ("refund", "refund_failed", "reversal"),
        "check_refund": ("refund_failed",),
        "follow_dispute": ("dispute", "dispute_won"),
        "answer_dispute": (),
        "save_card": (),
        "remove_card": (),
        "detach_replaced_card": (),
        "onboard_runner": (),
        "follow_account": (),
        "check_setup": (),
    }
)
# What these call moves nothing on Stripe's balance.
SAGAS_WITHOUT_POSTINGS = frozenset(kind for kind, postings in POSTINGS_BY_SAGA.items() if not postings)


async def may_still_be_booked(work: UnitOfWork, order_id: int, posting_keys: Collection[str]) -> bool:
    """Return whether a saga of the order, at work or stuck, may book a posting with one of these keys."""
    unfinished = await list_unfinished_sagas(work, order_id)
    return any(saga.has_call or any(_may_book(saga, key) for key in posting_keys) for saga in unfinished)


def _may_book(saga: UnfinishedSaga, key: str) -> bool:
    """Return whether the saga may book this. A refund waits for its bank for weeks, and books only what it made."""
    posting, _, stripe_object = key.partition(":")
    if saga.kind not in POSTINGS_BY_SAGA:  # a newer release knows it
        return True
    is_its_own = saga.kind != REFUND_SAGA or saga.data.get("refund") == stripe_object
    return is_its_own and posting in POSTINGS_BY_SAGA[saga.kind]
