"""Faults of permissions: roles, ownership, stale buttons, rate limits, secrets and signatures of webhooks."""

from tests.seeded_faults.seeded_fault import SeededFault

PERMISSION_FAULTS = (
    SeededFault(
        name="admin_decides_about_their_delivery",
        area="permissions",
        claim="An admin decides nothing about an order that they deliver.",
        before="concerned=sides, sides=sides)",
        after="concerned=frozenset({customer_id}), sides=sides)",
        tests=("tests/domain/orders/test_closing_purchases.py::test_nobody_closes_a_purchase_they_have_a_part_in",),
    ),
    SeededFault(
        name="delivery_of_another_runner",
        area="permissions",
        claim="Nobody but the runner who has an order moves it.",
        before="if order.runner_id != member.person_id and is_permitted(member.roles, action, own=True):\n"
        "        raise DeliveryNotYours\n"
        "    require_permission(member, action, own=order.runner_id == member.person_id)",
        after="require_permission(member, action)",
        tests=("tests/domain/orders/test_claims.py::test_a1_nobody_but_its_runner_moves_an_order",),
    ),
    SeededFault(
        name="suspended_runner_claims",
        area="permissions",
        claim="A suspended runner finishes open deliveries and claims no new one.",
        before="if runner_status is RunnerStatus.APPROVED:",
        after="if holds:",
        tests=(
            "tests/domain/campuses/test_permissions.py::test_a_suspended_runner_claims_nothing_finishes_open_orders_and_is_paid",
        ),
    ),
    SeededFault(
        name="order_of_another_campus",
        area="permissions",
        claim="An order is found on its own campus and on no other.",
        before='where(orders.c.id == bindparam("number"), orders.c.campus_id == bindparam("campus"))',
        after='where(orders.c.id == bindparam("number"))',
        tests=("tests/domain/campuses/test_campus_scoping.py::test_an_order_of_another_campus_is_not_there",),
    ),
    SeededFault(
        name="button_of_an_older_basket",
        area="permissions",
        claim="A button that was sent before the basket changed does not change it.",
        before="if draft is None or draft.version != context.read_argument(TapArgument.DRAFT_VERSION):",
        after="if draft is None:",
        tests=(
            "tests/bot/customer/test_ordering.py::test_a_button_of_an_older_basket_changes_nothing_and_shows_the_present_one",
        ),
    ),
    SeededFault(
        name="one_allowance_for_everybody",
        area="permissions",
        claim="The rate limit of one person slows nobody else down.",
        before='keys=[f"campusg:actions:{person_id}"]',
        after='keys=["campusg:actions"]',
        tests=("tests/bot/transport/test_user_rate_limit.py::test_two_processes_share_one_allowance",),
    ),
    SeededFault(
        name="update_with_the_beginning_of_the_secret",
        area="permissions",
        claim="An update without the whole secret of the webhook is refused.",
        before="not hmac.compare_digest(given, context.telegram_secret.encode())",
        after="not context.telegram_secret.encode().startswith(given)",
        tests=("tests/bot/transport/test_gateway.py::test_a1_an_update_without_the_secret_is_refused_and_not_kept",),
    ),
    SeededFault(
        name="event_signed_in_the_future",
        area="permissions",
        claim="A Stripe event whose signature is too old or lies in the future is refused.",
        before="return min(abs(here - moment), abs(here - self.ahead - moment))",
        after="return min(here - moment, here - self.ahead - moment)",
        tests=("tests/bot/transport/test_gateway.py::test_a1_forged_events_are_refused_and_leave_nothing",),
    ),
)
