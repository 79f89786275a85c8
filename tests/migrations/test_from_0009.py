"""The upgrade from release 0009: each unfinished saga run ends as in 0009, and has one effect at Stripe."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from domain.inbox import use_cases as inbox_use_cases
from domain.messaging.buttons import Tap, unpack
from domain.orders.drafts.repository import find_pending_input
from domain.support.use_cases import stuck_sagas as saga_use_cases
from tests.migrations.recorded_runs import (
    CHANGED_DEADLINES,
    CHANGED_TEXTS,
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
    unmarked_words,
)
from tests.migrations.release_recording import Json, Recording, load_database, read_recording, write_stripe_state
from tests.stack.shared_servers import drop_database, execute, migrate, with_path
from tests.stack.worker_stack import WorkerStack
from workers.engine.external_calls import ExternalCall

pytestmark = pytest.mark.long
DATABASE_NAME = "campusg_from_0009"
LATER_TAPS = frozenset({Tap.LET_PAY_GO})  # buttons that 0009 did not have
MAX_TIME_ERROR_SECONDS = 0.01  # between a recorded time and the time that is read


@dataclass(slots=True, kw_only=True)
class UpgradedCampus:
    """The recorded campus after the upgrade: what was read before a worker ran, and the state at the end."""

    stack: WorkerStack
    recording: Recording
    prepared_calls: dict[str, ExternalCall]  # by saga id
    lists: dict[str, Json]
    buttons: dict[int, list[str]]
    texts: dict[int, tuple[str, list[str]]]
    final_snapshot: Snapshot


@pytest.fixture(scope="module")
async def upgraded(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[UpgradedCampus]:
    """Load the recording into a database of 0009, migrate it to this release, and let workers finish all saga runs."""
    recording, url = read_recording(time.time()), with_path(postgres_url, DATABASE_NAME)
    await drop_database(postgres_url, DATABASE_NAME)
    await execute(postgres_url, f"CREATE DATABASE {DATABASE_NAME} TEMPLATE template0")
    state = tmp_path_factory.mktemp("release") / "stripe"
    write_stripe_state(state, recording)
    migrate(url, "upgrade", "0009")
    await load_database(url, recording)
    migrate(url, "upgrade", "head")
    async with running_recorded_stack(url, state, recording.facts["campus"]) as stack:
        lists = {name: await read_list(stack, recording, name) for name in TRANSLATED_COLUMNS}
        buttons, texts = await render_buttons(stack, recording), await render_unsent_texts(stack, recording)
        await make_all_due(stack, recording)
        calls = {run["saga"]: await read_call(stack, run["saga"]) for run in filter(is_resent, recording.facts["runs"])}
        await finish_runs(stack, recording)
        final_snapshot = await take_snapshot(stack, recording)
        yield UpgradedCampus(
            stack=stack,
            recording=recording,
            prepared_calls=calls,
            lists=lists,
            buttons=buttons,
            texts=texts,
            final_snapshot=final_snapshot,
        )
    await drop_database(postgres_url, DATABASE_NAME)


# By recorded list: the index of each column whose values may have other names today, and the kind of these values.
TRANSLATED_COLUMNS: dict[str, tuple[tuple[int, str], ...]] = {
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
    """Return the rows of a recorded list as this release stores them."""
    return [list(row) for row in await stack.rows(recording.query(name))]


def test_every_prepared_call_is_read_back_under_its_own_key(upgraded: UpgradedCampus) -> None:
    """Compare the name, the key, and what decides whether the key may be used again. An error could charge twice."""
    shift, mismatches = upgraded.recording.shift, []
    for run in upgraded.recording.facts["runs"]:
        if not is_resent(run):
            continue
        recorded = run["call"]
        call = upgraded.prepared_calls[run["saga"]]
        values = (call.name, call.key, call.request.key, call.unknown_outcomes, call.failed_attempts)
        step = upgraded.recording.names.translate("step", run["step"])
        expected = (step, recorded["key"], recorded["first_key"], recorded["unclear"], recorded["failed"])
        times = (call.request.first_sent_at, call.key_issued_at, call.outcome_unknown_at)
        recorded_times = (recorded["first_sent_at"], recorded["keyed_at"], recorded["unheard_at"])
        time_errors = [
            abs(time_read.timestamp() - shift - recorded_time)
            for time_read, recorded_time in zip(times, recorded_times, strict=True)
        ]
        if values != expected or max(time_errors) > MAX_TIME_ERROR_SECONDS:
            mismatches.append((describe_run(run), values, expected, time_errors))
    assert mismatches == []


def is_resent(run: Json) -> bool:
    """Whether the saga run sends its prepared call again; a signal after the call makes the run compensate instead."""
    return run["call"] is not None and not run["turns"]


def describe_run(run: Json) -> str:
    """Describe a recorded saga run in one line."""
    return f"{run['kind']} {run['version']} at {run['step']} ({run['variant']})"


def test_every_run_ends_as_release_0009_would_have_ended_it(upgraded: UpgradedCampus) -> None:
    """Compare orders, holds, payouts, refunds, debts, notifications, and all objects at Stripe."""
    mismatches = []
    for run in upgraded.recording.facts["runs"]:
        actual = upgraded.final_snapshot.ends_of(run["saga"])
        actual |= {"told": sorted(actual["told"])} if "told" in actual else {}
        sentences = list(list_mismatches(translate_ends(upgraded.recording, run["ends"]), actual))
        if sentences:
            mismatches.append((describe_run(run), sentences))
    assert mismatches == []


def test_every_prepared_call_has_exactly_the_object_at_stripe_that_it_asked_for(upgraded: UpgradedCampus) -> None:
    mismatches = []
    for run in upgraded.recording.facts["runs"]:
        wanted = run.get("object")
        if wanted is None:
            continue
        expected, found = wanted["shows"], upgraded.final_snapshot.find_objects(wanted)
        actual = (
            [{name: stripe_object.get(name) for name in expected[0]} for stripe_object in found] if expected else []
        )
        if actual != expected or (not expected and found):
            mismatches.append((describe_run(run), expected, actual))
    assert mismatches == []


def test_calls_reach_stripe_under_the_recorded_keys(upgraded: UpgradedCampus) -> None:
    """A prepared call keeps its recorded key. The key of a later step contains the name that the step has today."""
    names, mismatches = upgraded.recording.names, []
    for run in upgraded.recording.facts["runs"]:
        recorded_key = run["call"]["first_key"] if run["call"] else "-"

        def translate_key(key: str, recorded_key: str = recorded_key) -> str:
            saga, step, rest = key.split(":", 2)
            return key if key.startswith(recorded_key) else f"{saga}:{names.translate('step', step)}:{rest}"

        expected = sorted(translate_key(key) for key in run["sent"])
        actual = upgraded.final_snapshot.sent_keys_of(run["saga"])
        if expected != actual:
            mismatches.append((describe_run(run), expected, actual))
    assert mismatches == []


async def test_stuck_runs_stay_stuck_and_end_when_an_admin_retries_them(upgraded: UpgradedCampus) -> None:
    """Covers a run that goes forward, one that compensates, and one whose prepared call has an unknown outcome."""
    stack, stuck = upgraded.stack, upgraded.recording.facts["stuck"]
    admin = await stack.committed_member(upgraded.recording.facts["admin"])
    for case, run in stuck.items():
        assert upgraded.final_snapshot.runs[run["saga"]].status == ("resolved" if case == "resolved" else "stuck"), case
        if case != "resolved":
            await stack.act(saga_use_cases.retry_saga, admin, run["number"])
    for _ in range(2):
        await stack.run_due()
        await make_all_due(stack, upgraded.recording)
    snapshot = await take_snapshot(stack, upgraded.recording)
    mismatches = {
        case: list(list_mismatches(translate_ends(upgraded.recording, run["ends"]), snapshot.ends_of(run["saga"])))
        for case, run in stuck.items()
    }
    assert {case: sentences for case, sentences in mismatches.items() if sentences} == {}


async def test_recorded_deadlines_fire_with_the_recorded_effect(upgraded: UpgradedCampus) -> None:
    stack, recording = upgraded.stack, upgraded.recording
    for kind, wanted in recording.facts["deadlines"].items():
        order, timer_kind = wanted["order"], recording.names.translate("timer_kind", kind)
        before = await notification_keys_of(stack, recording, order)
        await stack.sql(recording.query("timer_due"), order=order, kind=timer_kind)
        await stack.run_due()
        added = await notification_keys_of(stack, recording, order)
        for key in before:
            added.remove(key)
        statuses = [
            row.status for row in await stack.rows(recording.query("timers")) if (row[0], row[1]) == (order, timer_kind)
        ]
        actual = (statuses[-1], (await stack.order(order)).status, sorted(added))
        recorded = (wanted["timer"], wanted["status"], sorted(map(recording.names.sentence_key, wanted["told"])))
        assert actual == CHANGED_DEADLINES.get(kind, recorded), kind


async def notification_keys_of(stack: WorkerStack, recording: Recording, order: int) -> list[str]:
    """The keys of the notifications written about an order."""
    return [row.key for row in await stack.rows(recording.query("told")) if row.order_id == order]


async def test_the_invariants_hold(upgraded: UpgradedCampus) -> None:
    assert await upgraded.stack.breaches() == []


async def test_recorded_lists_keep_their_rows(upgraded: UpgradedCampus) -> None:
    """Statuses, kinds and keys have today's names, in ended runs too. The event log is unchanged."""
    names = upgraded.recording.names
    for name, columns in TRANSLATED_COLUMNS.items():
        wanted = [list(row) for row in upgraded.recording.facts[name]]
        for row in wanted:
            for index, kind in columns:
                row[index] = names.sentence_key(row[index]) if kind == "sentence" else names.translate(kind, row[index])
        assert sorted(upgraded.lists[name], key=repr) == sorted(wanted, key=repr), name


async def test_pending_inputs_are_kept(upgraded: UpgradedCampus) -> None:
    stack, recording = upgraded.stack, upgraded.recording
    for person, pending_input, subject, detail in recording.facts["questions"]:
        async with stack.database() as work:
            found = await find_pending_input(work, stack.campus.id, person)
        assert found is not None
        actual = (found.pending_input.value, found.subject, found.detail)
        assert actual == (recording.names.translate("pending_input", pending_input), subject, detail)


def test_a_campus_keeps_the_windows_it_set(upgraded: UpgradedCampus) -> None:
    (wanted,) = upgraded.recording.facts["windows"][0]
    for name, seconds in wanted.items():
        current_name = str(upgraded.recording.names.translate("window", name))
        assert upgraded.stack.campus.windows.length(current_name).total_seconds() == seconds, name


async def test_dead_letters_are_listed_and_can_be_tried_again(upgraded: UpgradedCampus) -> None:
    stack = upgraded.stack
    admin = await stack.committed_member(upgraded.recording.facts["admin"])
    open_letters = await stack.act(inbox_use_cases.view_dead_letters, admin)
    recorded = {row[0] for row in upgraded.recording.facts["letters"] if row[3] is None}
    assert recorded <= {letter.id for letter in open_letters}
    for number in sorted(recorded):
        await stack.act(inbox_use_cases.retry_dead_letter, admin, number)


def test_order_messages_keep_their_buttons(upgraded: UpgradedCampus) -> None:
    """The buttons are rendered before a worker changes an order, so that they match those a chat shows already."""
    recorded = {message["card"]: message["buttons"] for message in upgraded.recording.taps["cards"]}
    known = {
        order: [data for data in buttons if unpack(data).tap not in LATER_TAPS]
        for order, buttons in upgraded.buttons.items()
    }
    assert known == recorded


async def test_an_unsent_notification_is_sent_with_the_same_text(upgraded: UpgradedCampus) -> None:
    """The key, the arguments and the buttons are stored, so this release must still know each of them.

    The words are the same. New are only the marks around those of people, which 0009 showed like ours.
    """
    rows = [row for row in upgraded.recording.taps["texts"] if row[1] not in CHANGED_TEXTS]
    then = {number: (unmarked_words(text), labels) for number, _, text, labels in rows}
    now = {number: (unmarked_words(text), labels) for number, (text, labels) in upgraded.texts.items()}
    assert {number: now[number] for number in then} == then


def test_every_recorded_callback_string_can_be_unpacked(upgraded: UpgradedCampus) -> None:
    taps = upgraded.recording.taps
    sent = [data for group in ("cards", "pushes") for one in taps[group] for data in one["buttons"]]
    for data in [*sent, *taps["screens"], *(one["data"] for one in taps["each"])]:
        assert data.startswith(f"v1:{unpack(data).tap.value}:")
