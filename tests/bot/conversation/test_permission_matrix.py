"""Role x action x ownership x chat over every button, command and question: only permitted acts change anything.

Each attempt runs through the real dispatcher in a transaction of its own that is rolled back.
"""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import product

import pytest
from aiogram.filters import Command
from sqlalchemy import text

from bot.conversation.refusal_replies import clean_up_after_refusal, reply_to_refusal
from bot.conversation.replies import Answer, CommandMenu, EditMenu, NewMessage, Replies
from bot.transport.dispatching import new_dispatcher
from domain.campuses.people import RunnerStatus, roles_of
from domain.campuses.permissions import is_permitted
from domain.database.unit_of_work import UnitOfWork
from domain.errors import CampusGError
from domain.inbox.repository import IncomingUpdate
from domain.messaging.buttons import Tap, TapPlace
from domain.orders.drafts.draft import PendingInput
from domain.words import say
from tests.bot.conversation.permission_inputs import INPUT_RULES
from tests.bot.conversation.permission_rules import ChatKind, Rule, SubjectOwner
from tests.bot.conversation.permission_setup import (
    MatrixScenario,
    RoleState,
    ask_for_input,
    make_scenario,
    prepare_campus,
    reopen_customer_debt,
    set_role_state,
    tap_update,
    text_update,
)
from tests.bot.conversation.permissions import COMMAND_RULES, PUBLIC_COMMANDS, TAP_RULES
from tests.fuzz.fuzz_depth import IS_DEEP, sample
from tests.fuzz.input_counts import count_inputs
from tests.stack.bot_stack import BotStack

ALL_ROLE_STATES = tuple(
    RoleState(runner_status=status, is_admin=is_admin, admitted=admitted)
    for status, is_admin, admitted in product(RunnerStatus, (False, True), (False, True))
)
# A stranger, a customer, a runner, a suspended runner, an admin, and a person with every role.
TYPICAL_ROLE_STATES = tuple(
    RoleState(runner_status=status, is_admin=is_admin, admitted=admitted)
    for status, is_admin, admitted in (
        (RunnerStatus.NONE, False, False),
        (RunnerStatus.NONE, False, True),
        (RunnerStatus.APPROVED, False, True),
        (RunnerStatus.SUSPENDED, False, True),
        (RunnerStatus.NONE, True, False),
        (RunnerStatus.APPROVED, True, True),
    )
)
ROLE_STATES = ALL_ROLE_STATES if IS_DEEP else TYPICAL_ROLE_STATES
ACTOR_ROLES = ("customer", "runner", "other")
PLACES = {
    ChatKind.PRIVATE: TapPlace.PRIVATE_CHAT,
    ChatKind.ADMIN_CHAT: TapPlace.ADMIN_CHAT,
    ChatKind.RUNNER_GROUP: TapPlace.GROUP,
    ChatKind.FOREIGN_GROUP: TapPlace.GROUP,
}
# Any act may write order messages, notifications and the actor's own conversation state.
UNGUARDED_TABLES = frozenset(
    {"order_message", "notification", "conversation_state", "last_answer", "stranger_reply", "unbound_group"}
)
WRITE_IN_PRIVATE = say("en", "bot-write-in-private")
WRITE_COUNTS_SQL = text(
    "SELECT relname, writes FROM pg_class, LATERAL (SELECT pg_stat_get_xact_tuples_inserted(oid)"
    " + pg_stat_get_xact_tuples_updated(oid) + pg_stat_get_xact_tuples_deleted(oid) AS writes) AS counted"
    " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND writes > 0"
)  # as in pg_stat_xact_user_tables, without its joins: it is asked thousands of times


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The person who acts, their roles, and the chat."""

    role: str
    role_state: RoleState
    chat_kind: ChatKind

    def is_worth_trying(self, rule: Rule) -> bool:
        """Whether the actor's role may change the result: `make fuzz` tries all roles, `make test` only these."""
        return self.role == "other" or (rule.owner is not SubjectOwner.ACTOR and self.owns(rule))

    def owns(self, rule: Rule) -> bool:
        """Whether the subject is the actor's own."""
        match rule.owner:
            case SubjectOwner.ACTOR:
                return True
            case SubjectOwner.CUSTOMER:
                return self.role == "customer"
            case SubjectOwner.RUNNER | SubjectOwner.PERSON:
                return self.role == "runner" and rule.subject != "suspended"
            case SubjectOwner.PARTY:
                return self.role != "other"
            case SubjectOwner.NOBODY:
                return False

    @property
    def is_heard(self) -> bool:
        """Whether the bot answers what the actor writes in this chat."""
        runs = self.role_state.runner_status is RunnerStatus.APPROVED
        in_runner_group = self.chat_kind is ChatKind.RUNNER_GROUP and runs
        return self.chat_kind is ChatKind.PRIVATE or self.role_state.is_admin or in_runner_group

    @property
    def only_works_here(self) -> bool:
        """Whether it is a runner in the runner group, who is told to write commands in the private chat."""
        runs = self.role_state.runner_status is RunnerStatus.APPROVED and not self.role_state.is_admin
        return runs and self.chat_kind is ChatKind.RUNNER_GROUP

    def may(self, rule: Rule) -> bool:
        """Whether the table of permissions allows it."""
        if self.chat_kind not in rule.allowed_in:
            return False
        if rule.action is None:
            return self.owns(rule)
        one = self.role_state
        roles = roles_of(one.runner_status, is_admin=one.is_admin, admitted=one.admitted)
        return is_permitted(roles, rule.action, own=self.owns(rule))


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One input to try; `pending_input` was asked before it."""

    name: str
    rule: Rule
    update: IncomingUpdate
    pending_input: PendingInput | None = None
    silent: bool = False  # nobody listens for this command in this chat


def all_attempts(scenario: MatrixScenario, person: int, chat_kind: ChatKind) -> Iterator[Attempt]:
    """Every button, command and question, by this person in this chat."""
    for tap, rule in TAP_RULES.items():
        update = tap_update(scenario, person, chat_kind, tap, rule)
        yield Attempt(name=f"[{tap}]", rule=rule, update=update, pending_input=rule.pending_input)
    for command, rule in COMMAND_RULES.items():
        line = f"/{command} {rule.text.format(scenario.subject_of(rule))}".strip()
        silent = command in PUBLIC_COMMANDS and chat_kind is not ChatKind.PRIVATE
        yield Attempt(name=line, rule=rule, update=text_update(scenario, person, chat_kind, line), silent=silent)
    for pending_input, rule in INPUT_RULES.items():
        said = text_update(scenario, person, chat_kind, rule.text)
        yield Attempt(name=f"an answer to {pending_input}", rule=rule, update=said, pending_input=pending_input)


@pytest.fixture(scope="module")
async def scenario(stack: BotStack) -> MatrixScenario:
    """Return one scenario for all tests of this file; every attempt on it is rolled back."""
    return await make_scenario(stack)


def test_every_button_command_and_question_has_its_rule_in_the_matrix() -> None:
    routers = list(new_dispatcher().chain_tail)
    filters = [one.callback for router in routers for each in router.message.handlers for one in each.filters or ()]
    known = {str(name) for one in filters if isinstance(one, Command) for name in one.commands}
    missing = "add its rule to tests/bot/conversation/permissions.py, or of a question to permission_inputs.py"
    assert set(TAP_RULES) == set(Tap), missing
    assert set(INPUT_RULES) == set(PendingInput), missing
    assert set(COMMAND_RULES) == known, missing


@pytest.mark.parametrize("tap", Tap)
def test_no_rule_allows_a_button_outside_the_places_of_its_tap(tap: Tap) -> None:
    assert {PLACES[chat_kind] for chat_kind in TAP_RULES[tap].allowed_in} <= tap.places


@pytest.mark.parametrize(
    "role_state", ROLE_STATES, ids=lambda one: f"{one.runner_status}-{one.is_admin}-{one.admitted}"
)
async def test_permitted_acts_work_and_no_other_act_changes_anything(
    stack: BotStack, scenario: MatrixScenario, role_state: RoleState
) -> None:
    wrong: list[str] = []
    for who, chat_kind in product(ACTOR_ROLES, ChatKind):
        in_group = who == "other" and role_state == TYPICAL_ROLE_STATES[-1] and chat_kind is not ChatKind.FOREIGN_GROUP
        if IS_DEEP or chat_kind is ChatKind.PRIVATE or in_group:
            wrong += await _violations(stack, scenario, Actor(role=who, role_state=role_state, chat_kind=chat_kind))
    assert not wrong, "\n".join(wrong)


async def _violations(stack: BotStack, scenario: MatrixScenario, actor: Actor) -> list[str]:
    person = {"customer": scenario.customer, "runner": scenario.runner, "other": scenario.other}[actor.role]
    wrong: list[str] = []
    async with _rolled_back_transaction(stack) as work:
        await set_role_state(work, scenario.campus_id, person, actor.role_state)
        await prepare_campus(work, scenario, person)
        # In `make test` each role state tries a quarter of all inputs, and the next one another quarter.
        at = ROLE_STATES.index(actor.role_state)
        for attempt in sample(list(all_attempts(scenario, person, actor.chat_kind)), 4, at % 4):
            if actor.chat_kind in attempt.rule.tried_in and (IS_DEEP or actor.is_worth_trying(attempt.rule)):
                count_inputs(f"permissions, {actor.chat_kind}")
                came_of_it = await _try_attempt(stack, work, scenario, person, attempt)
                wrong += [f"{attempt.name} by {actor} {said}"[:600] for said in _judge(actor, attempt, came_of_it)]
    return wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an attempt returned, sent and wrote."""

    refusal: CampusGError | None
    said: str
    written: frozenset[str]


def _judge(actor: Actor, attempt: Attempt, outcome: Outcome) -> Iterator[str]:
    """Yield what is wrong with an outcome."""
    meddled = outcome.written - UNGUARDED_TABLES
    is_at_work = actor.is_heard and (actor.chat_kind is not ChatKind.FOREIGN_GROUP or actor.may(attempt.rule))
    if actor.only_works_here and attempt.name.startswith("/") and not actor.may(attempt.rule):
        if outcome.refusal is not None or outcome.said != WRITE_IN_PRIVATE or meddled:
            yield f"should be told to write in private, but: {outcome}"
    elif "message" in attempt.update.payload and not is_at_work:
        yield from _judge_idle(actor, outcome, meddled)
    elif attempt.silent:
        # The admin chat replies: admins read what commands it has, and others that the chat is not theirs.
        heard = (outcome.said or outcome.refusal) and actor.chat_kind is not ChatKind.ADMIN_CHAT
        if heard or meddled:
            yield f"should mean nothing here, but: {outcome}"
    elif not actor.may(attempt.rule):
        if outcome.refusal is None or not outcome.said or meddled:
            yield f"should be refused in words and change nothing, but: {outcome}"
    elif outcome.refusal is not None or not outcome.said:
        yield f"is allowed, but: {outcome}"
    elif attempt.rule.action is None and meddled:
        yield f"only shows something, but: {outcome}"


def _judge_idle(actor: Actor, outcome: Outcome, meddled: frozenset[str]) -> Iterator[str]:
    """Yield what is wrong with the outcome of a message where the bot does nothing; an admin is told how to bind."""
    if meddled:
        yield f"should change nothing, but: {outcome}"
    if outcome.refusal is not None or bool(outcome.said) is not actor.is_heard:
        yield f"should be told how to bind the group, or nothing, but: {outcome}"


async def _try_attempt(
    stack: BotStack, work: UnitOfWork, scenario: MatrixScenario, person: int, attempt: Attempt
) -> Outcome:
    assert stack.running_bot is not None
    replies: Replies = ()
    refusal: CampusGError | None = None
    everything = await work.connection.begin_nested()
    await reopen_customer_debt(work, scenario, attempt.rule)
    if attempt.pending_input is not None:
        await ask_for_input(work, scenario, person, attempt.pending_input, attempt.rule)
    before = await _count_writes(work)
    try:
        async with work.savepoint():
            replies = await stack.running_bot.inbox.dispatch(work, attempt.update)
    except CampusGError as error:
        refusal, before = error, await _count_writes(work)
        replies = reply_to_refusal(attempt.update, error)
        await clean_up_after_refusal(work, attempt.update, error)
    await work.insert_deferred()
    after = await _count_writes(work)
    await everything.rollback()
    work.memo.clear()
    changed = frozenset(name for name, count in after.items() if count != before.get(name, 0))
    return Outcome(refusal=refusal, said=" ".join(_reply_texts(replies)), written=changed)


async def _count_writes(work: UnitOfWork) -> Mapping[str, int]:
    """The number of rows written so far in this transaction, by table."""
    return {str(name): int(count) for name, count in await work.connection.execute(WRITE_COUNTS_SQL)}


def _reply_texts(replies: Replies) -> Iterator[str]:
    for reply in replies:
        match reply:
            case Answer(text=said):
                yield said
            case NewMessage(screen=screen) | EditMenu(screen=screen):
                yield screen.text
            case CommandMenu():
                continue
            case _:
                yield type(reply).__name__


@asynccontextmanager
async def _rolled_back_transaction(stack: BotStack) -> AsyncIterator[UnitOfWork]:
    """A transaction that is always rolled back."""
    async with AsyncExitStack() as exit_stack:
        work = await exit_stack.enter_async_context(stack.work())
        outermost = work.connection.get_transaction()
        assert outermost is not None
        yield work
        await outermost.rollback()
