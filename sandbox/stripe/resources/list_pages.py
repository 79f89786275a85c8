"""The endpoints that read: an object by its id, and lists, newest first, filtered and paginated by cursor."""

from collections.abc import Callable, Iterable, Mapping

from sandbox.stripe.documents import Document
from sandbox.stripe.stripe_refusals import bad_parameter, no_such
from sandbox.stripe.stripe_world import Endpoint, StripeCall, define_endpoint

DEFAULT_PAGE_SIZE = 10
MAX_PAGE_SIZE = 100
PAGING_PARAMETERS = frozenset({"limit", "starting_after", "ending_before", "expand"})

DocumentFilter = Callable[[Document], bool]


def define_reading(
    path: str, kind: str, filters: str = "", *, param: str = "id", account_field: str | None = None
) -> tuple[Endpoint, Endpoint]:
    """Return the endpoints that list all objects of a kind and retrieve one.

    `filters` names the parameters of the list, `param` the parameter that the refusal of an unknown id names. With an
    `account_field` each connected account, and the platform, sees only objects of its own.
    """

    def retrieve(call: StripeCall) -> Document:
        found = call.world.find(kind, call.ids[0], param=param)
        if account_field is not None and found.get(account_field) != call.account:
            raise no_such(kind, call.ids[0])
        return found

    def list_all(call: StripeCall) -> Document:
        everything = call.world.documents.all_of(kind).values()
        seen = (one for one in everything if account_field is None or one.get(account_field) == call.account)
        return list_page(call, (one for one in seen if "deleted" not in one), url=path)

    connected = account_field is not None
    return (
        define_endpoint(f"GET {path}", f"{kind}_list", list_all, filters, supports_connected_accounts=connected),
        define_endpoint(f"GET {path}/*", f"{kind}_retrieve", retrieve, supports_connected_accounts=connected),
    )


def list_page(call: StripeCall, found: Iterable[Document], *, url: str, keep: DocumentFilter | None = None) -> Document:
    """Return the page of `found` (oldest first) that matches the call's filters, as a list object (newest first).

    Each parameter filters by the field of the same name; `created` also takes gt, gte, lt and lte.
    """
    wanted = {name: value for name, value in call.params.items() if name not in PAGING_PARAMETERS}
    fitting = [one for one in found if _fits(one, wanted) and (keep is None or keep(one))]
    fitting.reverse()
    return _cut_page(call.params, fitting, url)


def _fits(document: Document, wanted: Mapping[str, object]) -> bool:
    for name, value in wanted.items():
        if name == "created" and isinstance(value, dict):
            if not _is_in_range(document["created"], value):
                return False
        elif document.get(name) != value:
            return False
    return True


def _is_in_range(created: int, bounds: Mapping[str, int]) -> bool:
    return (
        created > bounds.get("gt", -1)
        and created >= bounds.get("gte", 0)
        and created < bounds.get("lt", created + 1)
        and created <= bounds.get("lte", created)
    )


def _cut_page(params: Document, fitting: list[Document], url: str) -> Document:
    limit = params.get("limit", DEFAULT_PAGE_SIZE)
    if not 1 <= limit <= MAX_PAGE_SIZE:
        edge = "greater than or equal to 1" if limit < 1 else f"less than or equal to {MAX_PAGE_SIZE}"
        raise bad_parameter(f"This value must be {edge}.", param="limit", code="parameter_invalid_integer")
    if "starting_after" in params:
        fitting = fitting[_position(fitting, params, "starting_after") + 1 :]
        return list_object(fitting[:limit], url, has_more=len(fitting) > limit)
    if "ending_before" in params:
        before = fitting[: _position(fitting, params, "ending_before")]
        return list_object(before[-limit:], url, has_more=len(before) > limit)
    return list_object(fitting[:limit], url, has_more=len(fitting) > limit)


def _position(fitting: list[Document], params: Document, cursor: str) -> int:
    for position, document in enumerate(fitting):
        if document["id"] == params[cursor]:
            return position
    raise no_such("object", params[cursor], param=cursor, status=400)


def list_object(data: list[Document], url: str, *, has_more: bool = False) -> Document:
    """Return Stripe's list object."""
    return {"object": "list", "data": data, "has_more": has_more, "url": url}
