"""The presses of recorded buttons: who presses, in which chat, and how the pressed object is prepared."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Executable, func, insert, update

from domain.campuses.people import RunnerStatus
from domain.campuses.permissions import is_permitted
from domain.campuses.tables import membership
from domain.database.actors import Role
from domain.messaging.buttons import Tap, unpack
from domain.orders.drafts.draft import PendingInput
from domain.orders.tables import orders, timer
from domain.orders.timers.model import TimerKind
from domain.payments.tables import customer_debt
from domain.support.tables import problem_case, rating
from tests.bot.conversation.old_button_setup import ADMIN_CHAT, RUNNER_GROUP, OldButtons, Press
from tests.bot.conversation.permission_rules import SubjectKind, SubjectOwner
from tests.bot.conversation.permissions import TAP_RULES
from tests.migrations.release_recording import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedPeople:
    """The three people of the recording, and the customer and the runner of each recorded object."""

    admin: int
    customer: int
    runner: int
    parties: Mapping[tuple[str, int], tuple[int, int | None]]  # (customer, runner) by the kind and id of a subject

    def presser_of(self, data: str) -> int:
        """Return the person who may press this button in a private chat."""
        pressed = unpack(data)
        rule = TAP_RULES[pressed.tap]
        if rule.action is not None and is_permitted(frozenset({Role.ADMIN}), rule.action, own=False):
            return self.admin
        if pressed.tap in (Tap.CLAIM, Tap.SET_UP_PAYOUT):
            return self.runner
        subject_kind = rule.subject if rule.subject in (SubjectKind.CASE, SubjectKind.CUSTOMER_DEBT) else "order"
        customer, runner = self.parties.get((subject_kind, pressed.subject), (None, None))
        if rule.owner is SubjectOwner.RUNNER:
            return runner or self.runner
        return self.customer if rule.owner is SubjectOwner.ACTOR else customer or self.customer


async def find_people(old_buttons: OldButtons) -> RecordedPeople:
    """Read the customer and the runner of each recorded object."""
    stack = old_buttons.stack
    parties = {("order", row["id"]): (row["customer_id"], row["runner_id"]) for row in await stack.rows(orders)}
    for row in await stack.rows(customer_debt):
        parties[SubjectKind.CUSTOMER_DEBT, row["id"]] = (row["customer_id"], None)
    for row in await stack.rows(problem_case):
        parties[SubjectKind.CASE, row["id"]] = parties["order", row["order_id"]]
    return RecordedPeople(**old_buttons.recording.taps["people"], parties=parties)


def list_presses(taps: Json, people: RecordedPeople) -> Sequence[Press]:
    """Return every recorded callback string as it was sent, once for each person and chat that received it."""
    return list(dict.fromkeys([*_message_presses(taps, people), *_screen_presses(taps, people)]))


def _message_presses(taps: Json, people: RecordedPeople) -> Iterator[Press]:
    """Yield the buttons of order messages and notifications, in the chats they were sent to."""
    by_chat = {RUNNER_GROUP: people.runner, ADMIN_CHAT: people.admin}
    for message in (*taps["cards"], *taps["pushes"]):
        for data in message["buttons"]:
            yield Press(data=data, person=by_chat.get(message["chat"], message["chat"]), chat=message["chat"])


def _screen_presses(taps: Json, people: RecordedPeople) -> Iterator[Press]:
    """Yield all buttons of screens, and one button for each tap, in the private chat of the person who may press it."""
    for data in taps["screens"]:
        yield Press(data=data, person=people.presser_of(data), chat=people.presser_of(data), has_basket=True)
    for button in taps["each"]:
        data, pending_input = button["data"], button["asked"]
        yield Press(
            data=data,
            person=people.presser_of(data),
            chat=people.presser_of(data),
            has_basket=True,
            pending_input=None if pending_input is None else PendingInput(pending_input),
            detail=button["detail"],
            preparations=PREPARATIONS.get(data, ()),
        )


def _update_order(order_id: int, **columns: Json) -> tuple[Executable, ...]:
    return (update(orders).where(orders.c.id == order_id).values(columns),)


def _set_runner_status(person_id: int, runner_status: RunnerStatus) -> tuple[Executable, ...]:
    return (update(membership).where(membership.c.person_id == person_id).values(runner_status=runner_status),)


# By callback string: changes to a recorded object whose state would otherwise make the bot refuse the press.
PREPARATIONS: Mapping[str, tuple[Executable, ...]] = {
    "v1:thumb_reason:171:0": (insert(rating).values(order_id=171, good=False),),
    "v1:ask_customer:167:600": _update_order(167, items_cost=420, shop_limit=520, ceiling=800, asked_limit=None),
    "v1:raise_sure:166:900": _update_order(166, items_cost=490, shop_limit=590, ceiling=870),  # the fee rises by 30
    "v1:leave:170:7": (
        insert(timer).values(campus_id=1, order_id=170, kind=TimerKind.ABSENT, status="fired", due_at=func.now()),
    ),
    "v1:see_receipt:171:7": _update_order(171, receipt_photo="receipt"),
    "v1:see_photo:171:7": _update_order(171, proof_photo="proof"),
    "v1:approve:1241:7": _set_runner_status(1241, RunnerStatus.ASKED),
    "v1:unsuspend:1242:7": _set_runner_status(1242, RunnerStatus.SUSPENDED),
}
