"""Role x action x ownership x place over every button, command and question: who may, may; the others change nothing.

Each try runs through the real dispatcher in a transaction of its own that is taken back.
"""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import product

import pytest
from aiogram.filters import Command
from sqlalchemy import text

from bot.dispatching import new_dispatcher
from bot.refusals import refused, tidy_up
from bot.replies import Answer, CommandMenu, EditMenu, NewMessage, Replies
from domain.buttons import Tap
from domain.draft import Expects
from domain.errors import CampusGError
from domain.people import RunnerStatus, may, roles_of
from domain.store.inbox import Arrival
from domain.store.unit_of_work import UnitOfWork
from tests.bot.matrix import Scene, Standing, ask, furnish, owe, set_scene, stand, tapped, written
from tests.bot.permissions import COMMANDS, FOR_EVERYBODY, TAPS, TYPED
from tests.bot.rules import Place, Rule, Whose
from tests.bot.stage import Stage
from tests.fuzz.counts import tried
from tests.fuzz.depth import DEEP

EVERY_STANDING = tuple(
    Standing(runner_status=status, is_admin=is_admin, admitted=admitted)
    for status, is_admin, admitted in product(RunnerStatus, (False, True), (False, True))
)
# A stranger, a customer, a runner, a suspended one, an admin, and one who is everything.
SOME = tuple(
    Standing(runner_status=status, is_admin=is_admin, admitted=admitted)
    for status, is_admin, admitted in (
        (RunnerStatus.NONE, False, False),
        (RunnerStatus.NONE, False, True),
        (RunnerStatus.APPROVED, False, True),
        (RunnerStatus.SUSPENDED, False, True),
        (RunnerStatus.NONE, True, False),
        (RunnerStatus.APPROVED, True, True),
    )
)
STANDINGS = EVERY_STANDING if DEEP else SOME
WHO = ("customer", "runner", "other")
# Words of cards and questions may be written by anybody's act, about herself.
HARMLESS = frozenset({"live_card", "push", "dialogue"})
WRITES = text("SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables")


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts, as what, and where."""

    who: str
    standing: Standing
    place: Place

    def matters(self, rule: Rule) -> bool:
        """Whether it makes a difference who she is: `make fuzz` tries all, `make test` what may differ."""
        return self.who == "other" or (rule.whose is not Whose.HERSELF and self.owns(rule))

    def owns(self, rule: Rule) -> bool:
        """Whether the subject is the actor's own."""
        match rule.whose:
            case Whose.HERSELF:
                return True
            case Whose.CUSTOMER:
                return self.who == "customer"
            case Whose.RUNNER | Whose.PERSON:
                return self.who == "runner" and rule.about != "suspended"
            case Whose.PARTY:
                return self.who != "other"

    def may(self, rule: Rule) -> bool:
        """What the table of permissions says."""
        if self.place not in rule.where:
            return False
        if rule.action is None:
            return self.owns(rule)
        one = self.standing
        roles = roles_of(one.runner_status, is_admin=one.is_admin, admitted=one.admitted)
        return may(roles, rule.action, own=self.owns(rule))


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One thing to try; `expects` was asked before."""

    name: str
    rule: Rule
    arrival: Arrival
    expects: Expects | None = None
    silent: bool = False  # in this place nobody is listening


def attempts(scene: Scene, person: int, place: Place) -> Iterator[Attempt]:
    """Every button, command and question, by this person in this place."""
    for tap, rule in TAPS.items():
        update = tapped(scene, person, place, tap, rule)
        yield Attempt(name=f"[{tap}]", rule=rule, arrival=update, expects=rule.asked)
    for command, rule in COMMANDS.items():
        line = f"/{command} {rule.words.format(scene.subject(rule))}".strip()
        silent = command in FOR_EVERYBODY and place is not Place.PRIVATE
        yield Attempt(name=line, rule=rule, arrival=written(scene, person, place, line), silent=silent)
    for expects, rule in TYPED.items():
        said = written(scene, person, place, rule.words)
        yield Attempt(name=f"an answer to {expects}", rule=rule, arrival=said, expects=expects)


@pytest.fixture(scope="module")
async def scene(stage: Stage) -> Scene:
    """One for all: whatever is tried is taken back."""
    return await set_scene(stage)


def test_every_button_command_and_question_has_its_line_in_the_matrix() -> None:
    routers = list(new_dispatcher().chain_tail)
    filters = [one.callback for router in routers for each in router.message.handlers for one in each.filters or ()]
    known = {str(name) for one in filters if isinstance(one, Command) for name in one.commands}
    hint = "add its line to tests/bot/permissions.py"
    assert set(TAPS) == set(Tap), hint
    assert set(TYPED) == set(Expects), hint
    assert set(COMMANDS) == known, hint


@pytest.mark.parametrize("standing", STANDINGS, ids=lambda one: f"{one.runner_status}-{one.is_admin}-{one.admitted}")
async def test_who_may_may_and_nobody_else_changes_anything(stage: Stage, scene: Scene, standing: Standing) -> None:
    wrong: list[str] = []
    for who, place in product(WHO, Place):
        in_group = who == "other" and standing == SOME[-1] and place is not Place.FOREIGN
        if DEEP or place is Place.PRIVATE or in_group:
            wrong += await _wrongs(stage, scene, Actor(who=who, standing=standing, place=place))
    assert not wrong, "\n".join(wrong)


async def _wrongs(stage: Stage, scene: Scene, actor: Actor) -> list[str]:
    person = {"customer": scene.customer, "runner": scene.runner, "other": scene.other}[actor.who]
    wrong: list[str] = []
    async with _taken_back(stage) as work:
        await stand(work, scene.campus_id, person, actor.standing)
        await furnish(work, scene, person)
        for attempt in attempts(scene, person, actor.place):
            if actor.place in attempt.rule.tried and (DEEP or actor.matters(attempt.rule)):
                tried(f"permissions, {actor.place}")
                came_of_it = await _tried(stage, work, scene, person, attempt)
                wrong += [f"{attempt.name} by {actor} {said}"[:600] for said in _judged(actor, attempt, came_of_it)]
    return wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of it."""

    refusal: CampusGError | None
    said: str
    written: frozenset[str]


def _judged(actor: Actor, attempt: Attempt, outcome: Outcome) -> Iterator[str]:
    """What is wrong with it."""
    meddled = outcome.written - HARMLESS
    if attempt.silent:
        # The desk answers: its people hear what it can do, and others that it is not theirs.
        heard = (outcome.said or outcome.refusal) and actor.place is not Place.DESK
        if heard or meddled:
            yield f"should mean nothing here, but: {outcome}"
    elif not actor.may(attempt.rule):
        if outcome.refusal is None or not outcome.said or meddled:
            yield f"should be refused in words and change nothing, but: {outcome}"
    elif outcome.refusal is not None or not outcome.said:
        yield f"is allowed, but: {outcome}"
    elif attempt.rule.action is None and meddled:
        yield f"only shows something, but: {outcome}"


async def _tried(stage: Stage, work: UnitOfWork, scene: Scene, person: int, attempt: Attempt) -> Outcome:
    assert stage.running is not None
    replies: Replies = ()
    refusal: CampusGError | None = None
    everything = await work.connection.begin_nested()
    await owe(work, scene, attempt.rule)
    if attempt.expects is not None:
        await ask(work, scene, person, attempt.expects, attempt.rule)
    before = await _writes(work)
    inner = await work.connection.begin_nested()
    try:
        replies = await stage.running.inbox.dispatch(work, attempt.arrival)
    except CampusGError as error:
        await inner.rollback()
        refusal, before = error, await _writes(work)
        replies = refused(attempt.arrival, error)
        await tidy_up(work, attempt.arrival, error)
    else:
        await inner.commit()
    after = await _writes(work)
    await everything.rollback()
    changed = frozenset(name for name, count in after.items() if count != before.get(name, 0))
    return Outcome(refusal=refusal, said=" ".join(_words(replies)), written=changed)


async def _writes(work: UnitOfWork) -> Mapping[str, int]:
    """Rows written so far in this transaction, by table."""
    return {str(name): int(count) for name, count in await work.connection.execute(WRITES)}


def _words(replies: Replies) -> Iterator[str]:
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
async def _taken_back(stage: Stage) -> AsyncIterator[UnitOfWork]:
    """A transaction that never was."""
    async with AsyncExitStack() as stack:
        work = await stack.enter_async_context(stage.work())
        outermost = work.connection.get_transaction()
        assert outermost is not None
        yield work
        await outermost.rollback()
