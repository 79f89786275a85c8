"""The sixty edge cases of money, people and machines, and the tests that hold each.

A case is what must hold, and the tests as file::name. Where no test of ours can hold it, `why` says so. Where a case
has both, `why` says what was decided differently.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EdgeCase:
    """One edge case. `tests` are separated by spaces, each path is below tests/."""

    must_hold: str
    tests: str = ""
    why: str = ""


_W = "workers/test_"
_UNKNOWN = f"{_W}unknown_outcomes.py::test_"
_CRASH = f"{_W}worker_crashes.py::test_"
_M16 = f"{_CRASH}m16_a_worker_killed_at_any_transaction_leaves_one_effect"
_KILLED = f"{_M16} {_CRASH}s5_a_worker_killed_during_a_call_leaves_one_effect"
_ONE_EFFECT = f"{_UNKNOWN}m2_whatever_happens_to_an_answer_there_is_one_effect"
_GIVEN_UP = f"{_UNKNOWN}m2_a_call_nobody_answers_in_time_has_one_effect {_ONE_EFFECT}"
_LOOKED_UP = f"{_UNKNOWN}a_cached_500_of_a_call_that_was_done_is_looked_up"
_MEANING = f"{_W}stripe_errors.py::test_each_answer_of_stripe_means_one_thing"
_HALF = f"{_W}failing_transactions.py::test_"
_RACES = f"{_W}order_races.py::test_"
_LAPSED = f"{_W}lapsed_holds.py::test_"
_CANCEL_FIRST = f"{_W}stripe_rate_limit.py::test_a_cancel_goes_before_a_flood_of_reads_and_of_others_writes"
_REPEATED_RACES = "store/test_repeated_races.py::test_"
_ALL_FOUR = f"{_REPEATED_RACES}claim_cancel_deadline_and_release_at_the_same_instant_each_happened_or_was_refused"
_EXPIRY = f"{_W}expiry.py::test_"
_HOLDS = f"{_W}hold_sagas.py::test_"
_PAID = f"{_W}capture_and_payout.py::test_"
_MID_SAGA = f"{_W}mid_saga_changes.py::test_"
_REFUNDS = f"{_W}refund_sagas.py::test_"
_MONEY = f"{_W}reconciling_money.py::test_"
_EVENTS = f"{_W}reconciling.py::test_"
_SIGNALS = f"{_W}signals.py::test_"
_GATEWAY = "bot/test_gateway.py::test_"
_ACCOUNTS = f"{_W}pay_out_accounts.py::test_"
_CLAIMS = f"{_W}claims.py::test_"
_DISPUTES = f"{_W}disputes.py::test_"

CASES: dict[int, EdgeCase] = {
    1: EdgeCase("killed after the hold was made: the same key, one hold", _KILLED),
    2: EdgeCase("killed after the capture: captured and booked once", _KILLED),
    3: EdgeCase("killed after the transfer: sent once", _KILLED),
    4: EdgeCase(
        "killed while the outcome of a call is recorded: nothing is half booked",
        f"{_HALF}m16_a_capture_is_booked_whole_or_not_at_all {_HALF}m16_a_transfer_is_booked_whole_or_not_at_all",
    ),
    5: EdgeCase(
        "killed before any queue job was enqueued: the row alone continues the order",
        f"{_CRASH}s5_a_lease_that_is_over_is_found_by_the_sweeper_alone"
        " workers/outbox/test_sender_races.py::test_a_worker_killed_while_sending_leaves_the_message_to_the_next",
    ),
    6: EdgeCase("one queue job run twice at once: one effect", f"{_RACES}two_workers_at_one_saga_have_one_effect"),
    7: EdgeCase(
        "a worker whose lease ran out during a call writes nothing",
        f"{_RACES}a_worker_that_comes_back_late_writes_nothing",
    ),
    8: EdgeCase("given up, but executed by Stripe: one hold", _GIVEN_UP),
    9: EdgeCase("given up, not executed: one hold", _GIVEN_UP),
    10: EdgeCase("a stored 500 of a call that was executed: found in a list", _LOOKED_UP),
    11: EdgeCase(
        "Stripe executes it after it was given up: it is reversed",
        f"{_MONEY}a_hold_that_stripe_made_too_late_is_released"
        f" {_MONEY}a_transfer_that_came_too_late_is_taken_back_and_booked"
        f" {_UNKNOWN}s6_a_cached_500_of_a_call_that_was_not_done_blocks_no_saga_for_ever",
    ),
    12: EdgeCase(
        "an outage longer than the idempotency keys: the object is searched before a new key is used",
        f"{_UNKNOWN}s6_an_outage_longer_than_stripe_keeps_keys_blocks_no_saga_for_ever",
    ),
    13: EdgeCase("a proxy's page or half a body: outcome unknown, which is no failure", f"{_ONE_EFFECT} {_MEANING}"),
    14: EdgeCase(
        "prices or cards changed between two tries: the prepared call is sent",
        f"{_MID_SAGA}14_what_was_written_down_is_sent_again_whatever_has_changed_meanwhile",
    ),
    15: EdgeCase(
        "Stripe unreachable while an order is placed: held later, or ended in time and told",
        f"{_HOLDS}s6_an_outage_longer_than_the_payment_window_ends_the_order_and_says_so {_ONE_EFFECT}",
    ),
    16: EdgeCase(
        "Stripe unreachable while an order expires: over at once, the hold is released later",
        f"{_EXPIRY}with_stripe_away_an_order_expires_for_everybody_and_its_hold_goes_later",
    ),
    17: EdgeCase(
        "Stripe unreachable while an order is completed: delivered, and captured later",
        f"{_PAID}m3_an_order_is_completed_only_when_the_money_is_taken",
    ),
    18: EdgeCase("too many calls: later, same keys, cancels first", f"{_ONE_EFFECT} {_MEANING} {_CANCEL_FIRST}"),
    19: EdgeCase(
        "captured, but not transferred: completed, owed, sent once later, no refund",
        f"{_PAID}m6_a_refused_transfer_stays_owed_and_is_sent_when_the_account_is_ready"
        f" {_PAID}m5_what_is_owed_is_sent_once_when_the_account_is_ready"
        f" {_W}closing_purchases.py::test_a_balance_too_short_keeps_it_owed_and_an_admin_sends_it_again",
    ),
    20: EdgeCase(
        "a transfer of unknown outcome, the account disabled meanwhile: the outcome is found first",
        f"{_MID_SAGA}20_a_transfer_of_which_nobody_knows_is_cleared_up_before_the_account_counts",
    ),
    21: EdgeCase(
        "cancelled while it is claimed: one of the two wins, and the money fits",
        f"{_RACES}m10_of_claim_cancel_and_expiry_at_one_instant_exactly_one_wins {_ALL_FOUR}",
    ),
    22: EdgeCase(
        "many runners claim: one has the order, the others are told",
        f"{_REPEATED_RACES}of_every_order_that_fifty_claim_at_once_one_has_it_and_all_others_are_told"
        " journeys/test_crowd.py::test_of_fifty_claims_at_once_one_wins_and_all_others_are_told_so",
    ),
    23: EdgeCase(
        "the deadline comes while it is claimed: never both",
        f"{_ALL_FOUR} store/test_store_races.py::test_an_order_whose_money_or_time_runs_out_is_not_claimable",
    ),
    24: EdgeCase(
        "a deadline's queue job runs late, twice or early: no harm",
        f"{_EXPIRY}a_timer_fires_once_however_many_workers_sweep {_EXPIRY}m10_a_claimed_order_never_expires"
        f" {_EXPIRY}s12_a_deadline_that_passed_while_every_worker_was_down_is_kept_on_return"
        f" {_RACES}a_queue_job_for_a_saga_that_is_not_due_is_harmless",
    ),
    25: EdgeCase(
        "claimed, but the hold is gone: no runner buys",
        f"{_CLAIMS}a_hold_gone_at_the_claim_ends_the_order_and_tells_both"
        f" {_CLAIMS}nothing_is_bought_before_stripe_confirmed_the_hold",
    ),
    26: EdgeCase(
        "the hold lapses during the delivery: charged again, or owed by the customer, and the runner is paid",
        f"{_LAPSED}26_a_hold_that_lapsed_is_replaced_by_one_charge_nobody_has_to_approve"
        f" {_LAPSED}a_declined_charge_is_owed_by_the_customer_and_the_runner_is_paid_by_us",
    ),
    27: EdgeCase(
        "Stripe cancels a hold in flight: told", f"{_LAPSED}27_a_lapse_in_flight_is_told_once_and_changes_nothing"
    ),
    28: EdgeCase(
        "the bank's page is never used: the order ends after the payment window",
        f"{_HOLDS}m13_an_approval_never_given_ends_the_order_at_its_deadline",
    ),
    29: EdgeCase(
        "approved after the end: no money stays held",
        f"{_HOLDS}an_approval_given_after_the_end_finds_no_intent_to_approve"
        " store/test_late_holds.py::test_a_hold_made_just_after_we_gave_up_is_released",
    ),
    30: EdgeCase(
        "an old page of Stripe's used late, or twice: at most one order and one hold",
        f"{_W}cards_and_accounts.py::test_s9_two_completed_card_pages_place_one_order"
        f" {_W}cards_and_accounts.py::test_a_draft_tapped_too_long_ago_is_not_placed_when_the_card_is_saved",
        "Our pages only save a card; no page of Stripe's takes money, so an old one can't be paid.",
    ),
    31: EdgeCase(
        "declined, then another card: a new order, the first hold is released",
        f"{_HOLDS}s7_a_declined_card_ends_the_order_at_once_and_is_told"
        " store/test_placing_again.py::test_after_a_decline_the_kept_basket_can_be_placed_again",
    ),
    32: EdgeCase(
        "a double tap anywhere: once",
        f"{_HOLDS}s9_a_double_tap_on_place_order_is_one_order {_CLAIMS}a_double_tap_on_claim_is_one_claim"
        f" {_PAID}m1_an_order_handed_over_eight_times_at_once_is_captured_and_paid_once"
        " bot/test_admin_refunds.py::test_a_refund_is_shown_in_numbers_before_it_is_made_and_made_once",
    ),
    33: EdgeCase(
        "an event twice, or two that mean the same: once",
        f"{_GATEWAY}a_genuine_event_is_kept_once_however_often_it_comes"
        f" {_REFUNDS}42_a_refund_that_fails_later_is_as_if_it_never_was",
    ),
    34: EdgeCase("reversed events: no status goes back", f"{_MID_SAGA}34_events_in_reverse_order_bring_nothing_back"),
    35: EdgeCase(
        "an event before the answer is recorded: nothing twice",
        f"{_MONEY}a_hold_of_a_running_saga_is_left_alone"
        f" {_W}reconciling_answers.py::test_a_webhook_about_an_orphan_hold_makes_the_sweep_come_soon",
    ),
    36: EdgeCase(
        "every webhook lost: all sagas end",
        "journeys/test_webhook_journeys.py::test_with_every_stripe_webhook_lost_orders_still_end_as_expected"
        f" {_EVENTS}events_no_webhook_brought_are_kept_once_and_handled"
        f" {_REFUNDS}a_pending_refund_is_watched_without_any_webhook",
    ),
    37: EdgeCase(
        "forged, old, future or misdirected events: refused or without effect",
        f"{_GATEWAY}a1_forged_events_are_refused_and_leave_nothing {_GATEWAY}an_event_of_the_other_mode_is_refused"
        f" {_GATEWAY}signed_nonsense_is_refused {_GATEWAY}a_body_over_a_mebibyte_is_refused"
        f" {_GATEWAY}of_several_signatures_one_right_one_is_enough {_GATEWAY}without_a_secret_nothing_is_genuine"
        f" {_SIGNALS}a1_an_event_that_lies_changes_nothing {_ACCOUNTS}a_lie_about_an_account_changes_nothing"
        f" {_MID_SAGA}37_events_of_another_version_or_about_another_account_are_looked_up_not_believed"
        " bot/test_random_events.py::test_no_event_moves_anything_and_no_forged_one_is_even_kept",
        "An event of another account or API version is not refused: only its ids are read, never its content.",
    ),
    38: EdgeCase(
        "the worker that handles an event is killed: the event is handled again",
        f"{_MID_SAGA}38_an_event_of_a_killed_worker_is_handled_by_the_next"
        f" {_W}dead_letters.py::test_an_event_that_always_fails_is_a_dead_letter_and_the_others_go_on",
    ),
    39: EdgeCase(
        "a full refund before the transfer: nothing is sent",
        f"{_REFUNDS}39_a_full_refund_before_the_transfer_leaves_nothing_to_send",
    ),
    40: EdgeCase(
        "a partial refund after the transfer: the runner's part is reversed",
        f"{_REFUNDS}40_a_partial_refund_after_the_transfer_is_taken_back_from_the_runner",
    ),
    41: EdgeCase(
        "it can't be reversed: the runner owes it, and it is netted with the next pay-out, never below zero",
        f"{_REFUNDS}41_a_refused_reversal_becomes_a_debt_the_admins_see"
        f" {_W}netting.py::test_41_a_debt_is_kept_of_the_next_pay_out",
    ),
    42: EdgeCase(
        "a refund fails later: its posting is reversed, and it is told",
        f"{_REFUNDS}42_a_refund_that_fails_later_is_as_if_it_never_was"
        f" {_REFUNDS}42_a_failed_refund_voids_the_debt_it_made",
    ),
    43: EdgeCase(
        "two refunds at once above the total: one is refused",
        f"{_REFUNDS}43_two_refunds_at_once_never_exceed_what_was_paid",
    ),
    44: EdgeCase(
        "a dispute: the money is in suspense, then back or lost; the payable is suspended, no refund",
        f"{_DISPUTES}44_a_dispute_suspends_what_is_owed_and_puts_the_money_in_suspense"
        f" {_DISPUTES}44_a_dispute_that_is_won_gives_all_back_and_pays_the_runner_once"
        f" {_DISPUTES}44_a_dispute_that_is_lost_is_our_loss_until_an_admin_decides_about_the_runner",
    ),
    45: EdgeCase(
        "a runner suspended during a delivery: an admin reopens or closes the order",
        "bot/test_runner_roster.py::test_a_suspended_runner_reads_why_takes_nothing_new_and_finishes_open_orders"
        f" {_W}closing_purchases.py::test_an_admin_gives_an_order_back_to_the_group_and_its_runner_reads_why"
        f" {_W}closing_purchases.py::test_what_a_suspended_runner_earned_is_paid",
        "A suspended runner finishes open orders and is paid for them, unless an admin decides otherwise by hand.",
    ),
    46: EdgeCase(
        "the runner's account can't be paid any more: owed, then sent once",
        f"{_ACCOUNTS}46_a_lost_capability_is_told_once_and_what_is_owed_is_sent_once_when_it_is_back",
    ),
    47: EdgeCase(
        "the runner's bank refuses the pay-out: told, our books stay",
        f"{_ACCOUNTS}47_a_bank_that_refuses_is_told_once_and_nothing_else_changes",
    ),
    48: EdgeCase(
        "the runner deauthorizes the account: nothing is tried",
        f"{_ACCOUNTS}48_a_cut_tie_blocks_what_is_owed_until_there_is_a_new_account"
        f" {_ACCOUNTS}48_a_cut_tie_nobody_told_us_of_is_found_by_the_transfer_and_mended_by_the_set_up",
    ),
    49: EdgeCase(
        "a tip after the delivery is declined: the delivery stands",
        why="There is no tip after the delivery: it is given with the order and is part of its hold.",
    ),
    50: EdgeCase(
        "less than the hold is captured: one capture, and the split sums up",
        "domain/test_pricing.py::test_a_smaller_receipt_changes_only_the_shops_part"
        f" {_HOLDS}m11_no_amount_loses_a_cent_on_its_way_to_stripe_and_back",
        "A tip is not lowered after the order. Only a smaller receipt makes the total smaller.",
    ),
    51: EdgeCase("more than the hold: never captured", f"{_PAID}a_receipt_must_fit_what_the_customer_agreed_to"),
    52: EdgeCase(
        "too small, too large, no cents, odd cents: refused or exact",
        "domain/test_money.py::test_currencies_without_cents_take_no_cents"
        " domain/test_pricing.py::test_every_offer_is_within_all_bounds_or_refused"
        " domain/test_pricing.py::test_the_rounding_falls_to_the_runner"
        f" {_MID_SAGA}52_a_hold_too_small_for_stripe_ends_the_order_and_is_told",
    ),
    53: EdgeCase(
        "the card or the customer is removed at Stripe while money is held: captured all the same",
        f"{_LAPSED}53_what_is_removed_while_it_holds_is_captured_all_the_same"
        f" {_MID_SAGA}53_a_card_removed_while_money_is_held_on_it_pays_all_the_same",
    ),
    54: EdgeCase(
        "a restored backup lacks an hour: everything is listed, nothing is paid twice",
        f"{_MONEY}after_a_restored_backup_every_forgotten_object_is_listed_and_nothing_is_paid_twice",
    ),
    55: EdgeCase(
        "a worker's clock is wrong: deadlines are the database's, signatures may be five minutes off",
        f"conventions/test_conventions.py::test_deadlines_are_read_from_the_databases_clock_only"
        f" {_GATEWAY}a1_forged_events_are_refused_and_leave_nothing",
    ),
    56: EdgeCase(
        "a release changes a saga's steps: saga runs that began before keep the old steps",
        f"{_MID_SAGA}56_a_saga_goes_on_with_the_steps_it_began_with"
        " domain/test_saga_steps.py::test_the_steps_of_every_saga_are_the_ones_that_rows_were_written_with",
    ),
    57: EdgeCase(
        "Stripe refuses our API key: all sagas wait, and continue afterwards",
        f"{_MID_SAGA}57_with_a_key_that_stripe_refuses_all_sagas_rest_and_go_on_after_it_is_mended {_MEANING}",
    ),
    58: EdgeCase(
        "test and live are never mixed",
        "domain/test_settings.py::test_each_error_is_one_sentence_that_names_its_variable"
        f" {_GATEWAY}an_event_of_the_other_mode_is_refused",
    ),
    59: EdgeCase(
        "a transfer without a saga: told, and left to a person",
        f"{_MONEY}payments_and_transfers_that_nobody_knows_are_told_once_and_touched_by_nobody",
        "No order is blocked for it, as its order is unknown. Where it is known, no other transfer is sent.",
    ),
    60: EdgeCase(
        "a cent between our books and Stripe's: reported until it is gone",
        f"{_MONEY}a_ledger_that_is_a_cent_off_is_a_discrepancy_until_it_is_not",
    ),
}
