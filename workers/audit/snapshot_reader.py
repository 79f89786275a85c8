"""The reader of both snapshots, of everything and of a window: Stripe is called while no transaction is open."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import chain

from domain.database.unit_of_work import UnitOfWork, UnitOfWorkFactory
from domain.reconciliation.foreign_repository import list_explained_objects
from workers.audit.snapshot import AuditedObjects, AuditSnapshot
from workers.audit.snapshot_repository import read_all_rows
from workers.audit.window_objects import add_older, list_objects
from workers.audit.window_repository import find_orders
from workers.audit.window_snapshot_repository import read_window_rows
from workers.stripe.gateway import StripeGateway
from workers.stripe.gateway_pages import list_intents, list_refunds, list_transfers, read_every_page, retrieve_balance

TAKEN_BACK = "transfer taken back"


async def read_snapshot(database: UnitOfWorkFactory, client: StripeGateway) -> AuditSnapshot:
    """Read Stripe, then Postgres. Money that moves in between looks like a breach, and a second read agrees."""
    objects = AuditedObjects(
        intents=await read_every_page(lambda page: list_intents(client, page)),
        transfers=await read_every_page(lambda page: list_transfers(client, page)),
        refunds=await read_every_page(lambda page: list_refunds(client, page)),
        balance=(await retrieve_balance(client)).amounts,
    )
    async with database() as work:
        return await _set_explained_aside(work, await read_all_rows(work, objects))


async def read_window(database: UnitOfWorkFactory, client: StripeGateway, days: int) -> AuditSnapshot:
    """Return the snapshot of the last `days`, counted back by the database's clock.

    Rows and sums are of one moment if the transactions of `database` are REPEATABLE READ.
    """
    async with database() as work:
        since = work.now - timedelta(days=days)
    found = await list_objects(client, since)
    async with database() as work:
        orders = await find_orders(work, since, named_orders=found.orders(), refunded_intents=found.refunded_intents())
    await add_older(client, found, orders)
    balance = (await retrieve_balance(client)).amounts
    async with database() as work:
        snapshot = await read_window_rows(work, orders.ids, since, found, balance, days)
        return await _set_explained_aside(work, snapshot)


async def _set_explained_aside(work: UnitOfWork, snapshot: AuditSnapshot) -> AuditSnapshot:
    """Return the snapshot without what needs no row of ours, and has none; the money stays in the sums."""
    ids = {one.id for one in snapshot.intents} | {one.id for one in snapshot.transfers}
    ids |= {one.id for one in snapshot.refunds}
    named = _named_by_rows(snapshot)
    explained = {**await list_explained_objects(work, ids - named), **_list_taken_back(snapshot, named)}
    return replace(
        snapshot,
        intents=[one for one in snapshot.intents if one.id not in explained],
        transfers=[one for one in snapshot.transfers if one.id not in explained],
        refunds=[one for one in snapshot.refunds if one.id not in explained],
        set_aside=Counter(explained.values()),
    )


def _list_taken_back(snapshot: AuditSnapshot, named: Collection[str]) -> Mapping[str, str]:
    """Return the transfers that a person at Stripe made and took back in full: they moved nothing in the end."""
    by_hand = [one for one in snapshot.transfers if one.metadata.saga is None and one.id not in named]
    kept = snapshot.orders_of_transfers_at_stripe
    return {one.id: TAKEN_BACK for one in by_hand if one.amount == one.amount_reversed and one.id not in kept}


def _named_by_rows(snapshot: AuditSnapshot) -> set[str]:
    """Return the Stripe objects that rows of ours name, whatever an admin settled about them."""
    of_refunds = ((one.refund, one.transfer) for one in snapshot.refund_rows)
    names = (
        *(one.payment_intent for one in snapshot.holds),
        *(one.transfer for one in snapshot.payables),
        *chain.from_iterable(of_refunds),
    )
    return {name for name in names if name is not None}
