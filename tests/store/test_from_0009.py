"""The upgrade from release 0009: what its workers left unfinished ends as it must, with one effect each at Stripe."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from domain.buttons import unpack
from domain.store.draft_repository import find_pending_input
from domain.store.use_cases import admin_use_cases, dead_letter_use_cases
from tests.shared_servers import drop_database, execute, migrate, with_path
from tests.store.recorded_runs import (
    Snapshot,
    finish_runs,
    list_mismatches,
    make_all_due,
    read_call,
    render_buttons,
    render_unsent_texts,
    running_recorded_stack,
    take_snapshot,
    translate_ends,
)
from tests.store.release_recording import Json, Recording, load_database, read_recording, write_stripe_state
from tests.worker_stack import WorkerStack
from workers.external_calls import ExternalCall

DATABASE_NAME = "campusg_from_0009"
MAX_DRIFT_SECONDS = 0.01  # seconds


@dataclass(slots=True, kw_only=True)
class Release:
    """The recorded campus under this release: its prepared calls as first read, and how all saga runs ended."""

    stack: WorkerStack
    recording: Recording
    calls: dict[str, ExternalCall]
    untouched: dict[str, Json]  # recorded lists, buttons and texts, read before any worker ran
    buttons: dict[int, list[str]]
    texts: dict[int, tuple[str, list[str]]]
    ended: Snapshot


@pytest.fixture(scope="module")
async def release(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Release]:
    """Load the recording into 0009, migrate it to this release, and let workers finish it."""
    recording, url = read_recording(time.time()), with_path(postgres_url, DATABASE_NAME)
    await drop_database(postgres_url, DATABASE_NAME)
    await execute(postgres_url, f"CREATE DATABASE {DATABASE_NAME} TEMPLATE template0")
    state = tmp_path_factory.mktemp("release") / "stripe"
    write_stripe_state(state, recording)
    migrate(url, "upgrade", "0009")
    await load_database(url, recording)
    migrate(url, "upgrade", "head")
    async with running_recorded_stack(url, state, recording.facts["campus"]) as stack:
        untouched = {name: await read_list(stack, recording, name) for name in LISTS}
        buttons, texts = await render_buttons(stack, recording), await render_unsent_texts(stack, recording)
        await make_all_due(stack, recording)
        prepared = [run["saga"] for run in recording.facts["runs"] if is_resent(run)]
        calls = {saga: await read_call(stack, saga) for saga in prepared}
        await finish_runs(stack, recording)
        ended = await take_snapshot(stack, recording)
        yield Release(
            stack=stack,
            recording=recording,
            calls=calls,
            untouched=untouched,
            buttons=buttons,
            texts=texts,
            ended=ended,
        )
    await drop_database(postgres_url, DATABASE_NAME)


# Recorded lists of stored words: where in each row a word is, and of what kind it is.
LISTS: dict[str, tuple[tuple[int, str], ...]] = {
    "history": (),
    "ledger": (),
    "lists_read": (),
    "kept_out": (),
    "updates": (),
    "letters": ((1, "dead_letter_kind"),),
    "mismatches": ((1, "discrepancy_kind"),),
    "by_status": ((0, "notification_status"),),
    "statuses": ((0, "run_status"),),
    "kinds": ((0, "run_kind"), (2, "run_kind")),
    "reasons": ((0, "run_reason"),),
    "signals": ((0, "signal"),),
    "parts": ((0, "hold_part"),),
    "runner_debts": ((0, "debt_status"),),
    "customer_owes": ((0, "debt_status"),),
    "alarms": ((0, "timer_kind"),),
    "sentences": ((0, "sentence"),),
    "data_words": ((0, "data_key"),),
    "call_words": ((0, "call_key"),),
    "heard": ((0, "signal"),),
    "names": ((0, "sentence"),),
    "shown": ((0, "sentence"),),
    "notes": ((0, "sentence"),),
}


async def read_list(stack: WorkerStack, recording: Recording, name: str) -> Json:
    """Read a recorded list with the schema of today."""
    return [list(row) for row in await stack.rows(recording.query(name))]


def test_every_prepared_call_is_read_back_under_its_own_key(release: Release) -> None:
    """The name, the key, and what decides whether the key may be used again; a call read wrongly is a second charge."""
    shift, wrong = release.recording.shift, []
    for run in release.recording.facts["runs"]:
        if not is_resent(run):
            continue
        recorded = run["call"]
        call = release.calls[run["saga"]]
        words = (call.name, call.key, call.request.key, call.unknown_outcomes, call.failed_attempts)
        step = release.recording.names.translate("step", run["step"])
        expected = (step, recorded["key"], recorded["first_key"], recorded["unclear"], recorded["failed"])
        moments = (call.request.first_sent_at, call.key_issued_at, call.outcome_unknown_at)
        recorded_moments = (recorded["first_sent_at"], recorded["keyed_at"], recorded["unheard_at"])
        drifts = [abs(one.timestamp() - shift - then) for one, then in zip(moments, recorded_moments, strict=True)]
        if words != expected or max(drifts) > MAX_DRIFT_SECONDS:
            wrong.append((title(run), words, expected, drifts))
    assert wrong == []


def is_resent(run: Json) -> bool:
    """Whether the saga run still resends its prepared call; one that was signalled since then compensates instead."""
    return run["call"] is not None and not run["turns"]


def title(run: Json) -> str:
    """Describe a recorded saga run in one line."""
    return f"{run['kind']} {run['version']} at {run['step']} ({run['variant']})"


def test_every_run_ends_as_the_release_before_would_have_ended_it(release: Release) -> None:
    """Compare orders, holds, payouts, refunds, debts, notifications, and all objects at Stripe."""
    wrong = []
    for run in release.recording.facts["runs"]:
        there = release.ended.ends_of(run["saga"])
        there |= {"told": sorted(there["told"])} if "told" in there else {}
        found = list(list_mismatches(translate_ends(release.recording, run["ends"]), there))
        if found:
            wrong.append((title(run), found))
    assert wrong == []


def test_every_prepared_call_has_exactly_the_object_at_stripe_that_it_asked_for(release: Release) -> None:
    wrong = []
    for run in release.recording.facts["runs"]:
        wanted = run.get("object")
        if wanted is None:
            continue
        shown = wanted["shows"]
        there = (
            [{name: one.get(name) for name in shown[0]} for one in release.ended.find_objects(wanted)] if shown else []
        )
        if there != shown or (not shown and release.ended.find_objects(wanted)):
            wrong.append((title(run), shown, there))
    assert wrong == []


def test_what_reached_stripe_for_a_prepared_call_went_under_the_recorded_key(release: Release) -> None:
    """The prepared call keeps its key; a later step takes its key from the step's name of today."""
    names, wrong = release.recording.names, []
    for run in release.recording.facts["runs"]:
        prepared = run["call"]["first_key"] if run["call"] else "-"

        def now(key: str, prepared: str = prepared) -> str:
            saga, step, rest = key.split(":", 2)
            return key if key.startswith(prepared) else f"{saga}:{names.translate('step', step)}:{rest}"

        expected, there = sorted(now(key) for key in run["sent"]), release.ended.keys_of(run["saga"])
        if expected != there:
            wrong.append((title(run), expected, there))
    assert wrong == []


async def test_stuck_runs_are_still_stuck_and_end_when_an_admin_tries_again(release: Release) -> None:
    """Covers a run going forward, one compensating, and one with a prepared call that may have been done."""
    stack, stuck = release.stack, release.recording.facts["stuck"]
    admin = await stack.committed_member(release.recording.facts["admin"])
    for what, run in stuck.items():
        assert release.ended.runs[run["saga"]].status == ("resolved" if what == "resolved" else "stuck"), what
        if what != "resolved":
            async with stack.database() as work:
                await admin_use_cases.retry_saga(work, stack.campus, admin, run["number"])
    for _ in range(2):
        await stack.run_due()
        await make_all_due(stack, release.recording)
    found = await take_snapshot(stack, release.recording)
    wrong = {
        what: list(list_mismatches(translate_ends(release.recording, run["ends"]), found.ends_of(run["saga"])))
        for what, run in stuck.items()
    }
    assert {what: each for what, each in wrong.items() if each} == {}


async def test_deadlines_that_were_set_fire_and_do_what_they_are_for(release: Release) -> None:
    stack, recording = release.stack, release.recording
    for kind, wanted in recording.facts["deadlines"].items():
        order, now = wanted["order"], recording.names.translate("timer_kind", kind)
        before = await notification_keys_of(stack, recording, order)
        await stack.sql(recording.query("timer_due"), order=order, kind=now)
        await stack.run_due()
        told = await notification_keys_of(stack, recording, order)
        for key in before:
            told.remove(key)
        statuses = [
            row.status for row in await stack.rows(recording.query("timers")) if (row[0], row[1]) == (order, now)
        ]
        there = (statuses[-1], (await stack.order(order)).status, sorted(told))
        assert there == (
            wanted["timer"],
            wanted["status"],
            sorted(map(recording.names.sentence_key, wanted["told"])),
        ), kind


async def notification_keys_of(stack: WorkerStack, recording: Recording, order: int) -> list[str]:
    """The keys of the notifications written about an order."""
    return [row.key for row in await stack.rows(recording.query("told")) if row.order_id == order]


async def test_the_invariants_hold(release: Release) -> None:
    assert await release.stack.breaches() == []


async def test_lists_keep_their_rows_and_the_event_log_its_words(release: Release) -> None:
    """Statuses, kinds and keys have today's names, also of ended runs; the event log is unchanged."""
    names = release.recording.names
    for name, places in LISTS.items():
        wanted = [list(row) for row in release.recording.facts[name]]
        for row in wanted:
            for place, what in places:
                row[place] = names.sentence_key(row[place]) if what == "sentence" else names.translate(what, row[place])
        assert sorted(release.untouched[name], key=repr) == sorted(wanted, key=repr), name


async def test_what_people_were_asked_is_still_what_their_next_line_answers(release: Release) -> None:
    stack, recording = release.stack, release.recording
    for person, pending_input, subject, detail in recording.facts["questions"]:
        async with stack.autocommit_work() as work:
            found = await find_pending_input(work, stack.campus.id, person)
        assert found is not None
        there = (found.pending_input.value, found.subject, found.detail)
        assert there == (recording.names.translate("pending_input", pending_input), subject, detail)


def test_a_campus_keeps_the_deadlines_it_set(release: Release) -> None:
    (wanted,) = release.recording.facts["windows"][0]
    for name, seconds in wanted.items():
        now = str(release.recording.names.translate("window", name))
        assert release.stack.campus.windows.length(now).total_seconds() == seconds, name


async def test_dead_letters_are_listed_and_can_be_tried_again(release: Release) -> None:
    stack = release.stack
    admin = await stack.committed_member(release.recording.facts["admin"])
    async with stack.database() as work:
        open_ones = await dead_letter_use_cases.view_dead_letters(work, stack.campus, admin)
    recorded = {row[0] for row in release.recording.facts["letters"] if row[3] is None}
    assert recorded <= {one.id for one in open_ones}
    for number in sorted(recorded):
        async with stack.database() as work:
            await dead_letter_use_cases.retry_dead_letter(work, stack.campus, admin, number)


def test_order_messages_carry_the_buttons_they_carried(release: Release) -> None:
    """Rendered before anything moved on; the buttons that a chat already shows still work."""
    recorded = {one["card"]: one["buttons"] for one in release.recording.taps["cards"]}
    assert release.buttons == recorded


async def test_an_unsent_notification_is_sent_with_the_same_text(release: Release) -> None:
    """The key, the arguments and the buttons are stored, so this release must still know each of them."""
    texts = {number: (text, labels) for number, _, text, labels in release.recording.taps["texts"]}
    assert release.texts == texts


def test_every_button_of_the_release_before_is_understood(release: Release) -> None:
    taps = release.recording.taps
    carried = [data for group in ("cards", "pushes") for one in taps[group] for data in one["buttons"]]
    for data in [*carried, *taps["screens"], *(one["data"] for one in taps["each"])]:
        assert data.startswith(f"v1:{unpack(data).tap.value}:")
