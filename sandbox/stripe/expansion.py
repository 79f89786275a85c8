"""The `expand` parameter: replaces ids in an answer by the objects with these ids."""

from sandbox.stripe.documents import ID_PREFIXES, Document, without_private_fields
from sandbox.stripe.stripe_refusals import bad_parameter
from sandbox.stripe.stripe_world import StripeWorld

MAX_EXPANSION_DEPTH = 4
EXPANDABLE = {
    "balance_transaction": {"source"},
    "charge": {"balance_transaction", "customer", "failure_balance_transaction", "payment_intent", "refunds"},
    "checkout.session": {"customer", "payment_intent", "setup_intent"},
    "customer": {"default_source"},
    "payment_intent": {"customer", "latest_charge", "payment_method"},
    "payment_method": {"customer"},
    "refund": {"balance_transaction", "charge", "failure_balance_transaction", "payment_intent"},
    "setup_intent": {"customer", "payment_method"},
    "transfer": {"balance_transaction", "destination", "source_transaction"},
    "transfer_reversal": {"balance_transaction", "transfer"},
}


def expand_document(world: StripeWorld, document: Document, paths: list[str]) -> Document:
    """Return an object or list without private keys and with every path expanded.

    Raises StripeRefusal for a path that cannot be expanded or is deeper than four levels.
    """
    if document.get("object") == "list":
        item_paths = [_strip_data_prefix(path) for path in paths]
        return {**document, "data": [expand_document(world, item, item_paths) for item in document["data"]]}
    answer = without_private_fields(document)
    subpaths_by_field: dict[str, list[str]] = {}
    for path in paths:
        field, _, rest = path.partition(".")
        subpaths_by_field.setdefault(field, []).extend([rest] if rest else [])
        if path.count(".") >= MAX_EXPANSION_DEPTH:
            raise bad_parameter("You cannot expand more than 4 levels of a property.", param="expand")
    for field, subpaths in subpaths_by_field.items():
        if field not in EXPANDABLE.get(answer.get("object", ""), ()):
            raise bad_parameter(f"This property cannot be expanded ({field}).", param="expand")
        found = _list_refunds(world, answer) if field == "refunds" else _find_by_id(world, answer.get(field))
        if found is not None:
            answer[field] = expand_document(world, found, subpaths)
    return answer


def _strip_data_prefix(path: str) -> str:
    field, _, rest = path.partition(".")
    if field != "data" or not rest:
        raise bad_parameter(
            f"This property cannot be expanded ({path}). You may want to try expanding 'data.{path}' instead.",
            param="expand",
        )
    return rest


def _list_refunds(world: StripeWorld, charge: Document) -> Document:
    """Return the refunds of a charge, newest first; a charge has this list only when it is asked for."""
    refunds = [one for one in world.documents.all_of("refund").values() if one["charge"] == charge["id"]]
    url = f"/v1/charges/{charge['id']}/refunds"
    return {"object": "list", "data": refunds[::-1], "has_more": False, "url": url}


def _find_by_id(world: StripeWorld, id_: object) -> Document | None:
    if isinstance(id_, str):
        for kind, prefix in ID_PREFIXES.items():
            if id_.startswith(prefix):
                return world.documents.get(kind, id_)
    return None
