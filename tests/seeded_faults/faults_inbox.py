"""Faults of the inbox: repeated updates and events, the order of a person's updates, dead letters and offsets."""

from tests.seeded_faults.seeded_fault import SeededFault

INBOX_FAULTS = (
    SeededFault(
        name="update_handled_twice",
        area="inbox",
        claim="An update that comes again has no second effect.",
        before="_IS_OPEN = telegram_update.c.handled_at.is_(None) & ~telegram_update.c.dead_lettered",
        after="_IS_OPEN = ~telegram_update.c.dead_lettered",
        tests=(
            "tests/bot/transport/test_inbox.py::test_s9_a_duplicate_update_has_no_second_effect_and_is_still_answered",
        ),
    ),
    SeededFault(
        name="earlier_update_overtaken",
        area="inbox",
        claim="An update waits for an earlier one of its person that is stored and not handled.",
        before="return UpdateReadiness.BLOCKED_BY_EARLIER if behind else UpdateReadiness.READY",
        after="return UpdateReadiness.READY",
        tests=(
            "tests/bot/transport/test_inbox.py::test_a_later_update_waits_for_an_earlier_one_that_is_stored_but_not_handled",
        ),
    ),
    SeededFault(
        name="update_of_a_killed_process_lost",
        area="inbox",
        claim="An update that a killed process left behind is handled all the same.",
        before="or_(telegram_update.c.tries > 0, telegram_update.c.received_at < func.now() - ABANDONED_UPDATE_DELAY)",
        after="telegram_update.c.tries > 0",
        tests=("tests/bot/transport/test_inbox.py::test_an_update_left_behind_by_a_killed_process_is_taken_up_again",),
    ),
    SeededFault(
        name="repeated_event_refused",
        area="inbox",
        claim="A Stripe event that comes again is stored once, and Stripe is told each time that we have it.",
        before="insert(stripe_event).values(handled_at=handled).on_conflict_do_nothing()",
        after="insert(stripe_event).values(handled_at=handled)",
        tests=("tests/bot/transport/test_gateway.py::test_a_genuine_event_is_kept_once_however_often_it_comes",),
    ),
    SeededFault(
        name="sixth_try",
        area="inbox",
        claim="An update that failed five times becomes a dead letter.",
        before='"dead_lettered": tries >= MAX_TRIES}',
        after='"dead_lettered": tries > MAX_TRIES}',
        tests=(
            "tests/bot/transport/test_inbox.py"
            "::test_a_failing_update_leaves_nothing_is_tried_five_times_and_then_becomes_a_dead_letter",
        ),
    ),
    SeededFault(
        name="second_dead_letter_not_told",
        area="inbox",
        claim="What becomes a dead letter again after another try is told to the admins again.",
        before='name=f"parked:{letter.id}:{times}",',
        after='name=f"parked:{letter.id}",',
        tests=("tests/domain/inbox/test_dead_letters.py::test_what_fails_again_after_one_more_try_is_told_again",),
    ),
    SeededFault(
        name="offset_past_the_next_update",
        area="inbox",
        claim="Polling asks Telegram for the update after the last one it stored, and passes over none.",
        before='offset = max((update["update_id"] + 1 for update in batch), default=offset)',
        after='offset = max((update["update_id"] + 2 for update in batch), default=offset)',
        tests=("tests/bot/transport/test_bot_polling.py::test_a_burst_of_one_person_is_handled_in_order",),
    ),
    SeededFault(
        name="list_read_from_its_beginning",
        area="inbox",
        claim="A list of Stripe that is longer than one pass is read on where the last pass stopped.",
        before='place = {"newest": newest, "watermark": watermark, "cursor": cursor}',
        after='place = {"newest": newest, "watermark": watermark, "cursor": None}',
        tests=(
            "tests/workers/reconciliation/test_reconciling_answers.py"
            "::test_a_list_longer_than_a_pass_is_read_on_by_the_next_where_it_stopped",
        ),
    ),
)
