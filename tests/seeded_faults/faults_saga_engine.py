"""Faults of the saga engine: leases, fences, idempotency keys, compensation, signals and retries."""

from tests.seeded_faults.seeded_fault import SeededFault

SAGA_ENGINE_FAULTS = (
    SeededFault(
        name="late_worker_writes",
        area="saga engine",
        claim="A worker whose saga another worker has taken over writes nothing.",
        before='    .where(_THIS, saga.c.fence == bindparam("fenced"))\n    .with_for_update(key_share=True)',
        after='    .where(_THIS, saga.c.fence >= bindparam("fenced"))\n    .with_for_update(key_share=True)',
        tests=("tests/domain/orders/test_order_races.py::test_a_worker_that_comes_back_late_writes_nothing",),
    ),
    SeededFault(
        name="leased_saga_leased_again",
        area="saga engine",
        claim="A saga that one worker has leased is leased by no other.",
        before="_LEASE_DUE = _LEASE.where(is_saga_due())",
        after="_LEASE_DUE = _LEASE.where(saga.c.wake_at.is_not(None))",
        tests=("tests/domain/orders/test_order_races.py::test_two_workers_at_one_saga_have_one_effect",),
    ),
    SeededFault(
        name="retry_under_the_old_key",
        area="saga engine",
        claim="The retry of a stuck saga is a new attempt, with another idempotency key.",
        before='key = f"{run.id}:{move.name}:{run.attempt}"',
        after='key = f"{run.id}:{move.name}"',
        tests=(
            "tests/workers/engine/test_stuck_sagas.py"
            "::test_m17_a_capture_refused_for_good_is_stuck_and_a_retry_is_a_new_attempt",
        ),
    ),
    SeededFault(
        name="rekeyed_call_under_the_first_key",
        area="saga engine",
        claim="A call whose failure Stripe keeps under its key is sent under another key in the end.",
        before="return await step.execute(client, replace(call.request, key=call.key))",
        after="return await step.execute(client, call.request)",
        tests=(
            "tests/workers/engine/test_unknown_outcomes.py"
            "::test_s6_a_cached_500_of_a_call_that_was_not_done_blocks_no_saga_for_ever",
        ),
    ),
    SeededFault(
        name="refused_step_not_compensated",
        area="saga engine",
        claim="The step that was refused is compensated too, because it may have had an effect.",
        before="Progress(status=SagaStatus.COMPENSATING, position=progress.position, signals",
        after="Progress(status=SagaStatus.COMPENSATING, position=progress.position - 1, signals",
        tests=("tests/domain/saga/test_saga.py::test_compensation_runs_in_exact_reverse_and_for_the_refused_step_too",),
    ),
    SeededFault(
        name="compensated_past_the_pivot",
        area="saga engine",
        claim="Past its pivot a saga is never compensated: a refusal there makes it stuck.",
        before="if progress.position > saga.pivot_index:\n        return Progress(status=SagaStatus.STUCK",
        after="if progress.position > saga.pivot_index + 1:\n        return Progress(status=SagaStatus.STUCK",
        tests=(
            "tests/domain/saga/test_saga.py::test_nothing_is_compensated_past_the_pivot_and_only_what_is_past_it_gets_stuck",
        ),
    ),
    SeededFault(
        name="signal_waits_for_the_next_poll",
        area="saga engine",
        claim="A signal makes a saga that sleeps until its next poll due at once.",
        before=".where(~saga_signal.c.seen, saga.c.wake_at.is_not(None), saga.c.worker.is_(None))",
        after=".where(~saga_signal.c.seen, saga.c.wake_at <= func.now(), saga.c.worker.is_(None))",
        tests=("tests/workers/engine/test_signals.py::test_a_signal_wakes_a_saga_that_rests",),
    ),
    SeededFault(
        name="retry_without_end",
        area="saga engine",
        claim="A call that does not get through within the window of its step compensates the saga.",
        before="return work.now - run.failing_since >= campus.windows.length(move.window)",
        after="return run.failing_since - work.now >= campus.windows.length(move.window)",
        tests=(
            "tests/domain/orders/test_claims.py"
            "::test_s3_with_stripe_out_of_reach_a_claim_is_given_back_with_its_old_deadline",
        ),
    ),
)
