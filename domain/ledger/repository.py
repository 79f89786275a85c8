"""The ledger in Postgres: each posting is booked once."""

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from domain.database.unit_of_work import UnitOfWork
from domain.ledger.accounts import LedgerAccount, Posting
from domain.ledger.tables import ledger_account, ledger_entry, ledger_txn


async def post_to_ledger(work: UnitOfWork, posting: Posting, order_id: int | None) -> bool:
    """Book a posting in the ledger. Return False, and book nothing, when its key was booked before."""
    header = upsert(ledger_txn).values(
        posting_key=posting.key, kind=posting.kind, order_id=order_id, stripe_object=posting.stripe_object
    )
    statement = header.on_conflict_do_nothing(index_elements=["posting_key"]).returning(ledger_txn.c.id)
    txn_id = (await work.connection.execute(statement)).scalar_one_or_none()
    if txn_id is None:
        return False
    lines = [
        {
            "txn_id": txn_id,
            "line": line,
            "account_id": await _find_or_insert_account(work, entry.account),
            "currency": entry.account.currency,
            "amount": entry.amount,
        }
        for line, entry in enumerate(posting.entries, start=1)
    ]
    await work.connection.execute(insert(ledger_entry), lines)
    return True


async def _find_or_insert_account(work: UnitOfWork, account: LedgerAccount) -> int:
    existing = select(ledger_account.c.id).where(ledger_account.c.code == account.code)
    found: int | None = (await work.connection.execute(existing)).scalar_one_or_none()
    if found is not None:
        return found
    values = {"code": account.code, "kind": account.kind, "currency": account.currency, "owner": account.owner}
    await work.connection.execute(upsert(ledger_account).values(values).on_conflict_do_nothing())
    made: int = (await work.connection.execute(existing)).scalar_one()
    return made


async def find_transfer_amount(work: UnitOfWork, transfer: str | None) -> int:
    """Return the minor units of this transfer as booked in the ledger; 0 when it was not booked."""
    booked = select(func.max(ledger_entry.c.amount)).join(ledger_txn, ledger_txn.c.id == ledger_entry.c.txn_id)
    query = booked.where(ledger_txn.c.posting_key == f"transfer:{transfer}")
    return int((await work.connection.execute(query)).scalar_one() or 0)
