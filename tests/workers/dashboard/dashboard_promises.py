"""What CampusG promises whatever a person did at the dashboard; each function returns a sentence for each breach."""

from collections.abc import Sequence
from typing import Any

from domain.campuses.people import Member
from domain.orders.states import FINAL_ORDER_STATUSES, Order, OrderStatus
from domain.payouts.model import INSUFFICIENT_FUNDS
from tests.stack.worker_stack import WorkerStack
from tests.workers.dashboard.dashboard_cases import DashboardCase, ObjectState
from tests.workers.dashboard.usual_people import Drill

MONEY_OBJECTS = (ObjectState.HELD_PAYMENT, ObjectState.CAPTURED_PAYMENT, ObjectState.TRANSFER)


async def find_broken_promises(drill: Drill, case: DashboardCase) -> Sequence[str]:
    """Return what is broken in the end."""
    order = await drill.order()
    told = await _open_discrepancies(drill)
    broken = await _unfinished(drill, order)
    broken += await _customer_money(drill, order)
    broken += await _runner_money(drill, order, is_told=bool(told))
    if len(told) > 1:
        broken.append(f"{len(told)} discrepancies stand: {told}")
    if case.object in MONEY_OBJECTS and not told:
        broken += await _untold(drill, case)
    return broken


async def find_broken_audit(stack: WorkerStack) -> Sequence[str]:
    """Return the breaches of the audit, and the discrepancies that name no order: none may stand."""
    broken = [f"audit {finding.name}: {finding.breaches}" for finding in await stack.breaches()]
    query = "SELECT kind, subject, note FROM discrepancy WHERE status = 'open' AND order_id IS NULL"
    return broken + [f"a discrepancy names no order: {tuple(row)}" for row in await stack.rows(query)]


async def _unfinished(drill: Drill, order: Order) -> list[str]:
    broken = [] if order.status in FINAL_ORDER_STATUSES else [f"the order is {order.status}"]
    query = (
        "SELECT kind, status, error FROM saga WHERE status NOT IN ('done', 'compensated', 'resolved')"
        " AND (order_id = :order OR person_id IN (:customer, :runner))"
        " AND NOT (kind IN ('onboard_runner', 'save_card') AND waiting_until IS NOT NULL)"  # a page waits for a person
    )
    ids = {"order": order.id, "customer": drill.customer.person_id, "runner": drill.runner.person_id}
    return broken + [f"{row.kind} is {row.status}: {row.error}" for row in await drill.stack.rows(query, **ids)]


async def _customer_money(drill: Drill, order: Order) -> list[str]:
    """The customer pays at most the total, and nothing for an order that did not come."""
    intents = await drill.stack.intents(order.id)
    most = (order.total or 0) if order.status is OrderStatus.COMPLETED else 0
    broken = [f"{one['id']} still holds money" for one in intents if one["status"] == "requires_capture"]
    taken = sum(one["amount_received"] for one in intents)
    ids = {one["id"] for one in intents}
    made = await drill.stack.refunds_made()
    back = sum(one["amount"] for one in made if one["status"] != "failed" and one["payment_intent"] in ids)
    banked = sum(one["amount"] for one in await _of(drill, "dispute", ids) if one["status"] != "won")
    if taken - back - banked > most:
        broken.append(f"the customer paid {taken} - {back} - {banked} of {most}")
    if back > taken:
        broken.append(f"{back} went back of {taken}")
    return broken


async def _runner_money(drill: Drill, order: Order, *, is_told: bool) -> list[str]:
    """The runner has what was promised, or is owed it; with nothing open and an account in order, has it."""
    payables = await drill.stack.rows("SELECT * FROM payable WHERE order_id = :id", id=order.id)
    transfers = [one for one in await drill.stack.inspect_stripe("objects", kind="transfer") if _is_of(one, order)]
    sent = sum(one["amount"] - one["amount_reversed"] for one in transfers)
    share = (order.runner_share or 0) if order.status is OrderStatus.COMPLETED or order.borne_by == "platform" else 0
    promised = share - sum(row.withheld + row.netted for row in payables)
    if sent > promised:
        return [f"the runner got {sent} of {promised}"]
    owed = sum(row.amount - row.withheld - row.sent - row.netted for row in payables)
    if sent + owed != promised:
        return [f"the runner got {sent}, is owed {owed}, and was promised {promised}"]
    waits = any(row.frozen or row.held_until or row.refusal == INSUFFICIENT_FUNDS for row in payables)
    if owed and not waits and not is_told and await _can_be_paid(drill, drill.runner):
        return [f"{owed} is owed, and nobody sends it or was asked"]
    return []


async def _can_be_paid(drill: Drill, runner: Member) -> bool:
    account = (await drill.stack.committed_member(runner.person_id)).stripe_account
    accounts = await drill.stack.inspect_stripe("objects", kind="account")
    return any(one["id"] == account and one["capabilities"].get("transfers") == "active" for one in accounts)


async def _untold(drill: Drill, case: DashboardCase) -> list[str]:
    """What was done to money at Stripe stands in the order's history, or the admins were told."""
    query = "SELECT count(*) FROM event_log WHERE order_id = :id AND event = 'done_at_stripe'"
    ((count,),) = await drill.stack.rows(query, id=drill.order_id)
    admins = await drill.stack.notification_keys(await drill.order(), drill.stack.campus.admin_chat)
    known = {"notification-hold-lapsed", "notification-dispute", "notification-owes-admins"}
    if count or known & set(admins) or case.act.name in ("cancel_payment", "open_dispute"):
        return []
    return [f"nobody reads of {case.act}"]


async def _open_discrepancies(drill: Drill) -> list[tuple[Any, ...]]:
    query = "SELECT kind, subject, note FROM discrepancy WHERE status = 'open' AND order_id = :id ORDER BY id"
    return [tuple(row) for row in await drill.stack.rows(query, id=drill.order_id)]


async def _of(drill: Drill, kind: str, intents: set[str]) -> list[dict[str, Any]]:
    found = await drill.stack.inspect_stripe("objects", kind=kind)
    return [one for one in found if one["payment_intent"] in intents]


def _is_of(transfer: dict[str, Any], order: Order) -> bool:
    return str(order.id) in (str(transfer["transfer_group"]).removeprefix("order_"), transfer["metadata"].get("order"))
