"""Recorded saga runs, brought to their end by real workers and simulated people, and snapshots of the result."""

import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import update

from domain.campuses.campus import Campus
from domain.campuses.repository import find_campus
from domain.campuses.tables import campus
from domain.database.unit_of_work import UnitOfWorkFactory
from domain.messaging.order_message import OrderMessageKind
from domain.messaging.order_message_repository import OrderMessageRow
from domain.order_messages.render import render_order_message
from domain.order_messages.repository import order_message_source_from_row, read_order_views
from domain.quotes import WORD_JOINER
from domain.saga.next_move import CallExternalStep, next_move
from domain.saga.repository import lease_saga
from domain.words import say, say_plain
from tests.migrations.release_recording import Json, Recording
from tests.stack.rows import ROOMY_RISK
from tests.stack.started_worker_stack import running_worker_stack
from tests.stack.worker_stack import WorkerStack
from workers.engine.external_calls import ExternalCall, prepare_call

MAX_ATTEMPTS = 40
ORDER_LISTS = ("holds", "payables", "refunds", "debts", "customer_debts", "disputes")
KINDS = ("payment_intent", "transfer", "refund", "transfer_reversal", "checkout.session", "customer", "account")
INSPECTED_KINDS = (*KINDS, "payment_method", "dispute")
STRIPE_FIELDS = (
    ("intents", "payment_intent", ("status", "amount", "amount_received")),
    ("transfers", "transfer", ("amount", "amount_reversed")),
    ("returned", "refund", ("amount", "status")),
)

# Since 0015 food may be left only when the customer's reminder was sent. The recorded customer was never reminded.
CHANGED_DEADLINES = {"absent": ("set", "ARRIVED", ["notification-reminder"])}
CHANGED_TEXTS = {
    "push-pin-locked",  # these two said that a photo counts now, which is not true any more
    "error-pin-locked",
    "push-owes",  # these two named one cause; since 0014 a resolved completion is another
    "push-owes-admins",
}
LATER_KEYS = {"notification-admin-act"}  # since 0014 the admin chat reads what an admin did


def running_recorded_stack(url: str, state: Path, campus_id: int) -> AbstractAsyncContextManager[WorkerStack]:
    """Run a worker stack on the campus of this database, with a Stripe stand-in that starts from this state."""

    async def recorded_campus(create_unit_of_work: UnitOfWorkFactory) -> Campus:
        async with create_unit_of_work() as work:
            await work.connection.execute(update(campus).values(risk=ROOMY_RISK))  # 0009 paid at once, however fast
            return await find_campus(work, campus_id)

    return running_worker_stack(url, state, recorded_campus)


@dataclass(slots=True, kw_only=True)
class Snapshot:
    """The state of everything, by order and by person."""

    runs: Mapping[str, Any]
    orders: Mapping[int, str]
    people: Mapping[int, list[Json]]
    by_order: Mapping[str, Mapping[int, list[Json]]]
    stripe: Mapping[str, list[Json]]
    sent: list[Json] = field(default_factory=list)

    def ends_of(self, saga: str) -> Json:
        """What became of a saga run and everything it is about, in the format of `runs.json`."""
        row = self.runs[saga]
        ends: dict[str, Json] = {"saga": row.status, "reason": row.reason}
        if row.order_id is not None:
            ends["order"] = self.orders[row.order_id]
            ends |= {name: self.by_order[name].get(row.order_id, []) for name in (*ORDER_LISTS, "told")}
            for name, kind, shown in STRIPE_FIELDS:
                mine = [one for one in self.stripe[kind] if one["metadata"].get("order") == str(row.order_id)]
                ends[name] = sorted([one[each] for each in shown] for one in mine)
        if row.person_id is not None:
            ends["person"] = self.people[row.person_id]
            if row.order_id is None:
                ends["told"] = self.by_order["told_people"].get(row.person_id, [])
            for kind in ("customer", "account"):
                marks = [one["metadata"].get("person") for one in self.stripe[kind]]
                ends[f"{kind}s"] = marks.count(str(row.person_id))
        return ends

    def find_objects(self, wanted: Json) -> list[Json]:
        """The objects at Stripe that a prepared call is about."""
        ((name, value),) = wanted["by"].items()
        objects = self.stripe[wanted["kind"]]
        if name == "id":
            return [one for one in objects if one["id"] == value]
        return [one for one in objects if one["metadata"].get(name.removeprefix("metadata.")) == value]

    def sent_keys_of(self, saga: str) -> list[str]:
        """The idempotency keys that a saga run has sent, each once."""
        keys = {str(one["idempotency_key"]) for one in self.sent if one["verb"] == "POST"}
        return sorted(key for key in keys if key.startswith(saga))


async def take_snapshot(stack: WorkerStack, recording: Recording) -> Snapshot:
    """Read a snapshot from the database and the Stripe stand-in."""

    async def rows(name: str) -> list[Any]:
        return list(await stack.rows(recording.query(name)))

    about: dict[str, dict[int, list[Json]]] = {}
    for name in (*ORDER_LISTS, "told", "told_people"):
        by: dict[int, list[Json]] = {}
        for first, *rest in await rows(name):
            if name.startswith("told") and rest[0] in LATER_KEYS:
                continue
            by.setdefault(first, []).append(rest[0] if name.startswith("told") else rest)
        about[name] = by
    return Snapshot(
        runs={str(row.id): row for row in await rows("runs")},
        orders={row.id: row.status for row in await rows("orders")},
        people={number: rest for number, *rest in await rows("people")},
        by_order=about,
        stripe={kind: await stack.inspect_stripe("objects", kind=kind) for kind in INSPECTED_KINDS},
        sent=await stack.inspect_stripe("requests"),
    )


async def read_call(stack: WorkerStack, saga: str) -> ExternalCall:
    """Return the prepared call on a saga run's row as a worker would send it now, and roll back the lease."""
    async with stack.database() as work:
        savepoint = await work.connection.begin_nested()
        run = await lease_saga(work, UUID(saga), "reader")
        assert run is not None, saga
        move = next_move(run.saga, run.progress, work.now)
        assert isinstance(move, CallExternalStep), (saga, move)
        call = await prepare_call(work, run, move)
        await savepoint.rollback()
    assert call is not None, saga
    return call


async def render_buttons(stack: WorkerStack, recording: Recording) -> dict[int, list[str]]:
    """Render the callback data of each order message, as a worker would now."""
    found = {}
    for row in await stack.rows(recording.query("messages")):
        plain = {name: getattr(row, name) for name in OrderMessageRow.__slots__ if name != "kind"}
        message = OrderMessageRow(kind=OrderMessageKind(row.kind), **plain)
        async with stack.autocommit_work() as work:
            source = order_message_source_from_row(
                (await read_order_views(work.connection, [message]))[message.id], message
            )
        content = render_order_message(message.kind, source.view, source.reader.locale)
        found[message.id] = [each.data for line in content.rows for each in line if each.data]
    return found


async def render_unsent_texts(stack: WorkerStack, recording: Recording) -> dict[int, tuple[str, list[str]]]:
    """Render the text and the button labels of each notification that was not sent yet."""
    return {
        row.id: (say("en", row.key, **row.args), [say_plain("en", one["key"], **row.args) for one in row.buttons])
        for row in await stack.rows(recording.query("unsent"))
    }


async def make_all_due(stack: WorkerStack, recording: Recording) -> None:
    """Make every saga run that waits for a moment due; deadlines stay."""
    await stack.sql(recording.query("wake"))


async def finish_runs(stack: WorkerStack, recording: Recording) -> None:
    """Run all saga runs, and act for people and banks, until only the long waits are left."""
    runs = recording.facts["runs"]
    waiting = {run["saga"] for run in runs if not run["still"]}
    number = 0
    while waiting and number < MAX_ATTEMPTS:
        if number % 2 == 0:
            await act_for_people(stack, [run for run in runs if run["saga"] in waiting])
        await make_all_due(stack, recording)
        await stack.run_due()
        rows = await stack.rows(recording.query("runs"))
        waiting -= {str(row.id) for row in rows if row.status in ended_statuses(recording)}
        number += 1
    assert not waiting, [(run["kind"], run["step"], run["variant"]) for run in runs if run["saga"] in waiting]


def ended_statuses(recording: Recording) -> set[str]:
    """The statuses of saga runs that no worker runs any more."""
    return {str(recording.names.translate("run_status", one)) for one in ("done", "undone", "stuck", "resolved")}


async def act_for_people(stack: WorkerStack, runs: list[Json]) -> None:
    """Do at Stripe what these saga runs wait for: approvals, refunds, card pages and onboardings."""
    for control, body in [one async for one in _pending_controls(stack, runs)]:
        await stack.control_stripe(control, **body)


async def _pending_controls(stack: WorkerStack, runs: list[Json]) -> Any:
    sagas = {run["saga"] for run in runs}
    runners = {str(run["person"]) for run in runs if run["kind"] == "onboard_runner"}
    for kind, status, control, body in (
        ("payment_intent", "requires_action", "approve/{}", {"ok": True}),
        ("refund", "pending", "refunds/{}", {}),
        ("checkout.session", "open", "checkout/{}/complete", {"card": "pm_card_visa"}),
    ):
        for one in await stack.inspect_stripe("objects", kind=kind):
            if one["metadata"].get("saga") in sagas and one["status"] == status:
                yield control.format(one["id"]), body
    for one in await stack.inspect_stripe("objects", kind="account"):
        if one["metadata"].get("person") in runners:
            yield f"onboard/{one['id']}", {"finish": True}


def list_mismatches(expected: Json, actual: Json) -> Iterator[str]:
    """Yield one sentence for each name under which two states differ."""
    for name in sorted(expected.keys() | actual.keys()):
        if expected.get(name) != actual.get(name):
            yield f"{name}: expected {expected.get(name)}, found {actual.get(name)}"


def translate_ends(recording: Recording, ends: Json) -> Json:
    """Return the recorded end of a saga run in the stored values of this release."""
    names = recording.names
    status, reason = names.translate("run_status", ends["saga"]), names.translate("run_reason", ends["reason"])
    found = ends | {"saga": status, "reason": reason}
    for name, what, place in (
        ("holds", "hold_part", 0),
        ("debts", "debt_status", 0),
        ("customer_debts", "debt_status", 0),
    ):
        rows = [list(row) for row in ends.get(name, [])]
        for row in rows:
            row[place] = names.translate(what, row[place])
        if name in ends:
            found[name] = rows
    if "told" in ends:
        found["told"] = sorted(names.sentence_key(key) for key in ends["told"])
    return found


def unmarked_words(text: str) -> list[str]:
    """Return the words of a text without the marks of quotes, and without their invisible joiners."""
    return re.sub(rf"</?(?:i|blockquote)>|[“”]|{WORD_JOINER}", "", text).split()
