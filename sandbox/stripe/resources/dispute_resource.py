"""Disputes: a bank withdraws a captured payment until it has decided; the control API opens and closes them."""

from sandbox.stripe.documents import DUE_FIELD, Document, without_private_fields
from sandbox.stripe.object_metadata import merge_metadata
from sandbox.stripe.resources.balance_resource import post_balance_transaction
from sandbox.stripe.resources.charge_resource import unrefunded_amount
from sandbox.stripe.resources.file_resource import require_evidence_file
from sandbox.stripe.resources.list_pages import define_reading
from sandbox.stripe.stripe_clock import SECONDS_PER_DAY
from sandbox.stripe.stripe_refusals import invalid_request
from sandbox.stripe.stripe_world import StripeCall, StripeWorld, define_endpoint, new_object

DISPUTE_FEE = 1_500  # Stripe's fee for a dispute, in minor units
EVIDENCE_SECONDS = 9 * SECONDS_PER_DAY
DISPUTE_OUTCOMES = ("won", "lost")
INQUIRY_CLOSED = "warning_closed"
DECIDED_STATUSES = (*DISPUTE_OUTCOMES, INQUIRY_CLOSED)
UNANSWERED_STATUSES = ("needs_response", "warning_needs_response")
EVIDENCE_FILES = frozenset({"receipt", "service_documentation", "uncategorized_file"})  # ids of files, and no text
MAX_EVIDENCE_TEXT = 20_000  # characters of one text
MAX_EVIDENCE_IN_ALL = 150_000


def open_charge_dispute(world: StripeWorld, charge: Document, reason: str, *, is_inquiry: bool = False) -> Document:
    """Open a dispute over the unrefunded amount, withdraw it with Stripe's fee, and return the dispute.

    An inquiry withdraws nothing: the bank only asks. `escalate_inquiry` makes it a dispute.

    Raises StripeRefusal when nothing is left to dispute or another dispute blocks the charge.
    """
    amount = unrefunded_amount(charge)
    if amount <= 0 or find_blocking_dispute(world, charge) is not None:
        raise invalid_request(f"Charge {charge['id']} can't be disputed now.")
    dispute: Document = {
        **new_object(world, "dispute"),
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {},
        "evidence_details": _no_evidence(world.now() + EVIDENCE_SECONDS),
        "is_charge_refundable": is_inquiry,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "status": "warning_needs_response" if is_inquiry else "needs_response",
        DUE_FIELD: world.now() + EVIDENCE_SECONDS,
    }
    charge["disputed"] = True
    world.save_and_record(charge)
    if is_inquiry:
        world.save_and_record(dispute, "charge.dispute.created")
    else:
        _move_disputed_money(world, dispute, -amount, DISPUTE_FEE)
        world.save_and_record(dispute, "charge.dispute.created", "charge.dispute.funds_withdrawn")
    return dispute


def _no_evidence(due_by: int) -> Document:
    return {
        "due_by": due_by,
        "enhanced_eligibility": {},
        "has_evidence": False,
        "past_due": False,
        "submission_count": 0,
    }


def escalate_inquiry(world: StripeWorld, dispute: Document) -> None:
    """Make an inquiry a dispute under the same id: the money is withdrawn, and the bank needs an answer anew.

    Raises StripeRefusal when the dispute is no open inquiry.
    """
    if not _is_inquiry(dispute) or dispute["status"] == INQUIRY_CLOSED:
        raise invalid_request(f"Dispute {dispute['id']} is {dispute['status']}; it can't be escalated.")
    due_by = int(dispute["evidence_details"]["due_by"]) + EVIDENCE_SECONDS
    dispute["evidence_details"] = {**dispute["evidence_details"], "due_by": due_by, "past_due": False}
    dispute.update({"status": "needs_response", "is_charge_refundable": False, DUE_FIELD: due_by})
    _move_disputed_money(world, dispute, -dispute["amount"], DISPUTE_FEE)
    world.save_and_record(dispute, "charge.dispute.updated", "charge.dispute.funds_withdrawn")


def _is_inquiry(dispute: Document) -> bool:
    return str(dispute["status"]).startswith("warning_")


def warn_of_fraud(world: StripeWorld, charge: Document) -> Document:
    """Record that the card's issuer suspects fraud behind a charge; no money moves."""
    warning: Document = {
        **new_object(world, "radar.early_fraud_warning"),
        "actionable": not charge["refunded"] and not charge["disputed"],
        "charge": charge["id"],
        "fraud_type": "made_with_stolen_card",
        "livemode": False,
        "payment_intent": charge["payment_intent"],
    }
    world.save_and_record(warning, "radar.early_fraud_warning.created")
    return warning


def handle_update_dispute(call: StripeCall) -> Document:
    """POST /v1/disputes/{id}: prepare evidence, and submit it to the bank unless `submit` is false."""
    world, params = call.world, call.params
    dispute = world.find("dispute", call.ids[0], param="dispute")
    evidence = {**dispute["evidence"], **params.get("evidence", {})}
    for name in EVIDENCE_FILES & params.get("evidence", {}).keys():
        require_evidence_file(world, evidence[name], name)
    texts = [value for value in evidence.values() if isinstance(value, str)]
    if any(len(text) > MAX_EVIDENCE_TEXT for text in texts) or sum(map(len, texts)) > MAX_EVIDENCE_IN_ALL:
        raise invalid_request("The evidence is too long.", param="evidence")
    if evidence != dispute["evidence"]:
        _require_answerable(dispute)
    dispute["evidence"] = evidence
    dispute["evidence_details"] = {**dispute["evidence_details"], "has_evidence": bool(evidence)}
    dispute["metadata"] = merge_metadata(dispute["metadata"], params)
    if evidence and params.get("submit", True):
        return submit_evidence(world, dispute)
    world.save_and_record(dispute, "charge.dispute.updated")
    return dispute


def submit_evidence(world: StripeWorld, dispute: Document) -> Document:
    """Answer an open dispute with evidence, which the bank then looks at.

    Raise StripeRefusal once it is closed, was answered before, or when its time is over.
    """
    _require_answerable(dispute)
    before = dispute["evidence_details"]
    details = {**before, "has_evidence": True, "submission_count": before["submission_count"] + 1}
    status = "warning_under_review" if _is_inquiry(dispute) else "under_review"
    dispute.update(status=status, evidence_details=details)
    dispute.pop(DUE_FIELD, None)
    world.save_and_record(dispute, "charge.dispute.updated")
    return dispute


def _require_answerable(dispute: Document) -> None:
    details = dispute["evidence_details"]
    if dispute["status"] in DECIDED_STATUSES:
        raise invalid_request(f"Dispute {dispute['id']} is {dispute['status']}; it takes no evidence.")
    if dispute["status"] not in UNANSWERED_STATUSES:
        raise invalid_request(f"Evidence for dispute {dispute['id']} was already submitted; it can't be changed.")
    if details["past_due"]:
        raise invalid_request(f"The evidence for dispute {dispute['id']} was due by {details['due_by']}.")


def pass_deadline(world: StripeWorld, dispute: Document) -> None:
    """Let the time for an answer end; the bank decides without one."""
    dispute["evidence_details"] = {**dispute["evidence_details"], "past_due": True}
    world.save_and_record(dispute, "charge.dispute.updated")


def close_charge_dispute(world: StripeWorld, dispute: Document, outcome: str) -> None:
    """Close a dispute as won or lost; a won dispute returns the amount but not the fee. An inquiry is never lost.

    Raises StripeRefusal for another outcome or when the dispute is already closed.
    """
    is_inquiry = _is_inquiry(dispute)
    outcomes = ("won",) if is_inquiry else DISPUTE_OUTCOMES
    if dispute["status"] in DECIDED_STATUSES or outcome not in outcomes:
        raise invalid_request(f"Dispute {dispute['id']} is {dispute['status']}; it can't be closed as {outcome}.")
    dispute["status"] = INQUIRY_CLOSED if is_inquiry else outcome
    dispute.pop(DUE_FIELD, None)
    if outcome == "won" and not is_inquiry:
        _move_disputed_money(world, dispute, dispute["amount"], 0)
        world.save_and_record(dispute, "charge.dispute.funds_reinstated")
    world.save_and_record(dispute, "charge.dispute.closed")


def _move_disputed_money(world: StripeWorld, dispute: Document, amount: int, fee: int) -> None:
    moved = post_balance_transaction(
        world, "adjustment", amount=amount, currency=dispute["currency"], source=dispute["id"], fee=fee
    )
    dispute["balance_transactions"].append(without_private_fields(moved))


def find_blocking_dispute(world: StripeWorld, charge: Document) -> Document | None:
    """Return the open or lost dispute of a charge, or None; only an inquiry leaves its refunds possible."""
    disputes = world.documents.all_of("dispute").values()
    over = ("won", INQUIRY_CLOSED)
    return next((one for one in disputes if one["charge"] == charge["id"] and one["status"] not in over), None)


ENDPOINTS = (
    *define_reading("/v1/disputes", "dispute", "charge created payment_intent"),
    define_endpoint("POST /v1/disputes/*", "dispute_update", handle_update_dispute, "evidence metadata submit"),
)
