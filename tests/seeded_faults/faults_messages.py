"""Faults of messages: the outbox, notifications sent at most once, their texts, and the limits of a group."""

from tests.seeded_faults.seeded_fault import SeededFault

MESSAGE_FAULTS = (
    SeededFault(
        name="change_during_a_send_lost",
        area="messages",
        claim="A change that comes while an order message is being sent is shown afterwards.",
        before="return case((more, func.now()), else_=null())",
        after="return case((func.cardinality(former) > 0, func.now()), else_=null())",
        tests=(
            "tests/workers/telegram/test_sender_races.py"
            "::test_a_change_during_the_first_sending_becomes_an_edit_not_a_second_message",
        ),
    ),
    SeededFault(
        name="same_content_edited",
        area="messages",
        claim="An order message that would look the same costs no call to Telegram.",
        before="if order_message.message_id is not None and content.digest == order_message.sent_hash:",
        after="if order_message.message_id is None and content.digest == order_message.sent_hash:",
        tests=(
            "tests/workers/telegram/test_sending_order_messages.py"
            "::test_an_order_message_that_would_look_the_same_costs_no_call",
        ),
    ),
    SeededFault(
        name="notification_sent_again",
        area="messages",
        claim="A notification whose send got no answer is not sent again by itself.",
        before="await record_unknown_send(work, notification, outcome.description)",
        after="await postpone_notification(work, notification, timedelta(0), outcome.description)",
        tests=(
            "tests/workers/telegram/test_notifications.py"
            "::test_a_notification_whose_send_got_no_answer_has_unknown_outcome_and_is_not_repeated",
        ),
    ),
    SeededFault(
        name="notifications_out_of_order",
        area="messages",
        claim="The notifications of a chat come in the order in which they were written.",
        before="notification.c.due_at <= func.now(), ~HAS_EARLIER_UNSENT",
        after="notification.c.due_at <= func.now()",
        tests=(
            "tests/workers/telegram/test_notifications.py"
            "::test_notifications_of_one_chat_come_in_the_order_they_were_written",
        ),
    ),
    SeededFault(
        name="people_write_html",
        area="messages",
        claim="What people wrote is escaped, and never read as HTML.",
        before="return html.escape(_isolate_direction(text), quote=False)",
        after="return _isolate_direction(text)",
        tests=("tests/locales/test_saying.py::test_what_people_wrote_is_escaped_in_html",),
    ),
    SeededFault(
        name="typed_place_in_the_group",
        area="messages",
        claim="The runner group reads no place that a customer typed, because it may name a room.",
        before='place = say(locale, "order-message-group-elsewhere") if view.building is None else view.building',
        after="place = view.order.drop_point if view.building is None else view.building",
        tests=(
            "tests/domain/order_messages/test_order_messages.py::test_the_group_reads_no_place_that_a_customer_typed",
        ),
    ),
    SeededFault(
        name="hold_called_released_too_early",
        area="messages",
        claim="An ended order says that its hold is released only once Stripe has said so.",
        before='say(locale, "order-message-hold-releasing", amount',
        after='say(locale, "order-message-hold-released", amount',
        tests=(
            "tests/domain/order_messages/test_order_messages.py::test_an_ended_order_says_what_is_true_of_the_hold",
        ),
    ),
    SeededFault(
        name="edits_counted_as_sends",
        area="messages",
        claim="In a group, edits of order messages take nothing from the limit of new ones.",
        before="""name = f"{campus_id}:{chat_id}:{'edits' if edit else 'sends'}\"""",
        after='name = f"{campus_id}:{chat_id}"',
        tests=(
            "tests/workers/telegram/test_telegram_rate_limit.py"
            "::test_a_group_has_eighteen_sends_and_eighteen_edits_a_minute",
        ),
    ),
)
