"""The ledger in Postgres: each posting is booked once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, and_, any_, bindparam, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from domain.database.unit_of_work import UnitOfWork
from domain.ledger.accounts import LedgerAccount, Posting
from domain.ledger.postings_at_stripe import FOREIGN, OPENING, SETTLED_BY_HAND
from domain.ledger.tables import ledger_account, ledger_entry, ledger_txn

OPENING_LOCK = (7_260_119, 2)  # a Postgres advisory lock of two numbers
_ACCOUNT_IDS = select(ledger_account.c.code, ledger_account.c.id).where(
    ledger_account.c.code.in_(bindparam("codes", expanding=True))
)
_HEADER = (
    upsert(ledger_txn)
    .values(
        posting_key=bindparam("key"),
        kind=bindparam("kind"),
        order_id=bindparam("order"),
        stripe_object=bindparam("object"),
    )
    .on_conflict_do_nothing(index_elements=["posting_key"])
    .returning(ledger_txn.c.id)
    .cte("header")
)
# No row: the key was booked before. Of an account that does not exist yet there is none; one row is there at least.
_BOOK_HEADER = select(
    _HEADER.c.id.label("txn_id"), ledger_account.c.code, ledger_account.c.id.label("account_id")
).select_from(_HEADER.outerjoin(ledger_account, ledger_account.c.code.in_(bindparam("codes", expanding=True))))
_INSERT_LINES, _INSERT_ACCOUNT = insert(ledger_entry), upsert(ledger_account).on_conflict_do_nothing()
_IS_STRIPE_BALANCE = ledger_account.c.code.startswith("stripe_balance:")
_IS_EXPLANATION = ledger_txn.c.kind.in_((SETTLED_BY_HAND, FOREIGN))


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedPosting:
    """A posting that is in the ledger."""

    key: str
    order_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedOpening:
    """What was on Stripe's balance before the books began, in minor units."""

    amount: int
    currency: str
    booked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedSum:
    """What some postings did to Stripe's balance, in minor units: None where there is no such posting."""

    amount: int | None
    order_id: int | None


async def post_to_ledger(work: UnitOfWork, posting: Posting, order_id: int | None) -> bool:
    """Book a posting in the ledger. Return False, and book nothing, when its key was booked before."""
    header = {"key": posting.key, "kind": posting.kind, "order": order_id, "object": posting.stripe_object}
    codes = [entry.account.code for entry in posting.entries]
    rows = (await work.connection.execute(_BOOK_HEADER, header | {"codes": codes})).all()
    if not rows:
        return False
    txn_id, account_ids = rows[0].txn_id, {row.code: row.account_id for row in rows}
    missing = [entry.account for entry in posting.entries if entry.account.code not in account_ids]
    if missing:
        account_ids |= await _insert_accounts(work, missing)
    lines = [
        {
            "txn_id": txn_id,
            "line": line,
            "account_id": account_ids[entry.account.code],
            "currency": entry.account.currency,
            "amount": entry.amount,
        }
        for line, entry in enumerate(posting.entries, start=1)
    ]
    await work.connection.execute(_INSERT_LINES, lines)
    return True


async def _insert_accounts(work: UnitOfWork, accounts: Collection[LedgerAccount]) -> Mapping[str, int]:
    """Insert accounts that were not found, unless another transaction does, and return their ids by their codes."""
    for account in sorted(accounts, key=lambda one: one.code):  # all lock in one order
        values = {"code": account.code, "kind": account.kind, "currency": account.currency, "owner": account.owner}
        await work.connection.execute(_INSERT_ACCOUNT, values)
    return await _find_account_ids(work, [account.code for account in accounts])


async def _find_account_ids(work: UnitOfWork, codes: Sequence[str]) -> dict[str, int]:
    return {row.code: row.id for row in await work.connection.execute(_ACCOUNT_IDS, {"codes": codes})}


async def find_transfer_amount(work: UnitOfWork, transfer: str | None) -> int:
    """Return the minor units of this transfer as booked in the ledger; 0 when it was not booked."""
    booked = select(func.max(ledger_entry.c.amount)).join(ledger_txn, ledger_txn.c.id == ledger_entry.c.txn_id)
    query = booked.where(ledger_txn.c.posting_key == f"transfer:{transfer}")
    return int((await work.connection.execute(query)).scalar_one() or 0)


async def find_posting(work: UnitOfWork, key: str) -> BookedPosting | None:
    """Return the posting with this key, if it was booked."""
    query = select(ledger_txn.c.posting_key, ledger_txn.c.order_id).where(ledger_txn.c.posting_key == key)
    row = (await work.connection.execute(query)).one_or_none()
    return None if row is None else BookedPosting(key=row.posting_key, order_id=row.order_id)


async def sum_postings(work: UnitOfWork, keys: Collection[str]) -> BookedSum:
    """Return what the postings with these keys did to Stripe's balance."""
    return await _sum_on_stripe_balance(work, ledger_txn.c.posting_key.in_(keys))


async def sum_explained(work: UnitOfWork, balance_transaction: str) -> int | None:
    """Return the minor units of this balance transaction that are of others, or that admins settled, if any."""
    of_it = and_(ledger_txn.c.stripe_object == balance_transaction, _IS_EXPLANATION)
    return (await _sum_on_stripe_balance(work, of_it)).amount


def sum_booked_under(posting_keys: ColumnElement[list[str]]) -> ScalarSelect[int]:
    """Build what the postings with these keys did to Stripe's balance, in minor units: NULL where there is none."""
    return _select_sum_on_stripe_balance(ledger_txn.c.posting_key == any_(posting_keys))


def sum_explained_of(balance_transaction: ColumnElement[str]) -> ScalarSelect[int]:
    """Build what `sum_explained` returns."""
    return _select_sum_on_stripe_balance(and_(ledger_txn.c.stripe_object == balance_transaction, _IS_EXPLANATION))


def _select_sum_on_stripe_balance(which: ColumnElement[bool]) -> ScalarSelect[int]:
    joined = (
        select(func.sum(ledger_entry.c.amount))
        .join(ledger_txn, ledger_txn.c.id == ledger_entry.c.txn_id)
        .join(ledger_account, ledger_account.c.id == ledger_entry.c.account_id)
    )
    return joined.where(which, _IS_STRIPE_BALANCE).scalar_subquery()


async def find_order_of_postings(work: UnitOfWork, stripe_object: str) -> int | None:
    """Return the order of the postings about this object of Stripe's."""
    query = select(func.max(ledger_txn.c.order_id)).where(ledger_txn.c.stripe_object == stripe_object)
    found: int | None = (await work.connection.execute(query)).scalar_one()
    return found


async def lock_openings(work: UnitOfWork) -> None:
    """Let one transaction at a time book an opening balance."""
    await work.connection.execute(select(func.pg_advisory_xact_lock(*OPENING_LOCK)))


async def list_openings(work: UnitOfWork) -> list[BookedOpening]:
    """Return the opening balances that were booked."""
    query = (
        select(ledger_entry.c.amount, ledger_entry.c.currency, ledger_txn.c.created_at.label("booked_at"))
        .join(ledger_txn, ledger_txn.c.id == ledger_entry.c.txn_id)
        .join(ledger_account, ledger_account.c.id == ledger_entry.c.account_id)
        .where(ledger_txn.c.kind == OPENING, _IS_STRIPE_BALANCE)
    )
    return [BookedOpening(**row) for row in (await work.connection.execute(query)).mappings()]


async def _sum_on_stripe_balance(work: UnitOfWork, which: ColumnElement[bool]) -> BookedSum:
    query = (
        select(func.sum(ledger_entry.c.amount), func.max(ledger_txn.c.order_id))
        .select_from(ledger_entry)
        .join(ledger_txn, ledger_txn.c.id == ledger_entry.c.txn_id)
        .join(ledger_account, ledger_account.c.id == ledger_entry.c.account_id)
        .where(which, _IS_STRIPE_BALANCE)
    )
    amount, order_id = (await work.connection.execute(query)).one()
    return BookedSum(amount=None if amount is None else int(amount), order_id=order_id)


async def sum_of_posting(work: UnitOfWork, key: str, account: str) -> int:
    """Return what the posting with this key did to the ledger account with this code, in minor units."""
    query = (
        select(func.coalesce(func.sum(ledger_entry.c.amount), 0))
        .join(ledger_txn, ledger_txn.c.id == ledger_entry.c.txn_id)
        .join(ledger_account, ledger_account.c.id == ledger_entry.c.account_id)
        .where(ledger_txn.c.posting_key == key, ledger_account.c.code == account)
    )
    return int((await work.connection.execute(query)).scalar_one())


async def sum_stripe_balances(work: UnitOfWork) -> Mapping[str, int]:
    """Return currency -> Stripe's balance by the ledger, in minor units."""
    query = (
        select(ledger_account.c.currency, func.sum(ledger_entry.c.amount))
        .join(ledger_entry, ledger_entry.c.account_id == ledger_account.c.id)
        .where(_IS_STRIPE_BALANCE)
        .group_by(ledger_account.c.currency)
    )
    return {currency: int(amount) for currency, amount in await work.connection.execute(query)}
