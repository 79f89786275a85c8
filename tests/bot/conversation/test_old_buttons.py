"""A button of a message that release 0009 sent still does what it did: `make tables` presses each, `make test` some."""

import logging
import re
from collections.abc import AsyncIterator

import pytest

from domain.messaging.buttons import Tap
from domain.words import say_plain
from tests.bot.conversation.old_button_presses import find_people, list_presses
from tests.bot.conversation.old_button_setup import FALLBACK_ROUTER, OldButtons, Outcome, running_old_buttons
from tests.bot.conversation.permission_rules import ChatKind
from tests.bot.conversation.permissions import TAP_RULES
from tests.fuzz.fuzz_depth import IS_DEEP, sample
from tests.migrations.release_recording import Json
from tests.stack.shared_servers import SharedServers, empty_redis_database

pytestmark = pytest.mark.long

# Where a button may be pressed that could not be there in 0009.
PLACES_SINCE = {"act_sure": {ChatKind.ADMIN_CHAT}, "refund_bearer": {ChatKind.ADMIN_CHAT}}
# The action texts of 0009 whose Tap is called differently today; every other Tap has its action text for a name.
RENAMED_TAPS = {
    "usual": "USUAL_ORDER",
    "as_place": "USE_AS_DROP_POINT",
    "as_item": "USE_AS_ITEM",
    "instead": "REPLACE_BASKET",
    "bought_estimate": "BOUGHT_AS_ESTIMATED",
    "here": "ARRIVED",
    "parked": "DEAD_LETTERS",
    "unpark": "RETRY_DEAD_LETTER",
    "drop": "DROP_DEAD_LETTER",
    "differences": "DISCREPANCIES",
    "look_again": "RECHECK_DISCREPANCY",
    "settle": "SETTLE_DISCREPANCY",
    "act": "ADMIN_ACTION",
    "act_sure": "ADMIN_ACTION_SURE",
    "let_go": "WAIVE_RUNNER_DEBT",
    "let_go_sure": "WAIVE_RUNNER_DEBT_SURE",
    "pay_debt": "PAY_CUSTOMER_DEBT",
    "forgive": "WAIVE_CUSTOMER_DEBT",
    "wait": "KEEP_WAITING",
    "raise": "INCREASE_FEE",
    "raise_sure": "INCREASE_FEE_SURE",
    "let_be": "DO_NOT_PASS_ON",
    "on_it": "CHECK_IN",
}
# The actions and chats that 0009 called differently.
RENAMED_ACTIONS = {"raise": "increase_price", "show_life": "check_in", "write": "write_to_other_side"}
CHAT_KINDS = {
    "private": ChatKind.PRIVATE,
    "desk": ChatKind.ADMIN_CHAT,
    "runners": ChatKind.RUNNER_GROUP,
    "foreign": ChatKind.FOREIGN_GROUP,
}
SENTENCE = re.compile(r"[A-Z]\w*( .*)?[.!?]", re.DOTALL)
KINDS = 106


@pytest.fixture(scope="module")
async def old_buttons(postgres_url: str, servers: SharedServers) -> AsyncIterator[OldButtons]:
    """Run the bot on the recorded database once for all tests: each press is rolled back."""
    async with running_old_buttons(postgres_url, empty_redis_database(servers.redis_url, 8)) as ready:
        yield ready


def recorded_kinds(old_buttons: OldButtons) -> dict[str, Json]:
    """Return the recording of each kind of button, by its action text."""
    return {each["data"].split(":")[1]: each for each in old_buttons.recording.taps["each"]}


def recorded_strings(taps: Json) -> set[str]:
    """Return every recorded callback string."""
    sent = (data for message in (*taps["cards"], *taps["pushes"]) for data in message["buttons"])
    return {*sent, *taps["screens"], *(each["data"] for each in taps["each"])}


def test_every_action_text_of_the_release_before_is_the_same_tap(old_buttons: OldButtons) -> None:
    recorded = set(recorded_kinds(old_buttons))
    known = {tap.value: tap.name for tap in Tap}
    assert len(recorded) == KINDS
    assert recorded - known.keys() == set(), "a Tap of release 0009 has lost its value: buttons in chats carry it"
    expected = {text: RENAMED_TAPS.get(text, text.upper()) for text in recorded}
    assert {text: known[text] for text in recorded} == expected, "an old button would do something else"


def test_every_button_of_the_release_before_asks_for_the_same_permission(old_buttons: OldButtons) -> None:
    names = old_buttons.recording.names
    for text, each in recorded_kinds(old_buttons).items():
        rule = TAP_RULES[Tap(text)]
        asked = names.translate("pending_input", each["asked"])
        recorded = (RENAMED_ACTIONS.get(each["action"], each["action"]), asked, each["detail"])
        assert recorded == (rule.action, rule.pending_input, rule.detail), text
        assert {CHAT_KINDS[where] for where in each["where"]} | PLACES_SINCE.get(text, set()) == rule.allowed_in, text


async def test_every_button_of_the_release_before_is_answered_by_its_handler(
    old_buttons: OldButtons, caplog: pytest.LogCaptureFixture
) -> None:
    """The answer is an effect or a refusal in a sentence; at least one button of each kind has its effect."""
    caplog.set_level(logging.ERROR, logger="bot")
    wrong, effective = [], set()
    presses = list_presses(old_buttons.recording.taps, await find_people(old_buttons))
    assert {press.data for press in presses} == recorded_strings(old_buttons.recording.taps)
    for press in sample(presses, 4):
        outcome = await old_buttons.press(press)
        wrong += [(press.data, press.person, fault) for fault in faults_of(outcome)]
        if has_effect(outcome):
            effective.add(press.action)
    assert wrong == []
    if IS_DEEP:  # then all are pressed
        assert set(recorded_kinds(old_buttons)) - effective == set(), "no button of these kinds had its effect"
    assert caplog.records == []  # not one `update_failed`


def faults_of(outcome: Outcome) -> list[str]:
    """Return what is wrong with the answer to one press."""
    faults = []
    if outcome.error is not None:
        faults.append(f"failed: {outcome.error!r}")
    if outcome.router in (None, FALLBACK_ROUTER):
        faults.append("reached no handler")
    if not outcome.is_handled:
        faults.append("the update is not written down as handled")
    if not outcome.texts:
        faults.append("was not answered")
    if outcome.refusal is not None:
        faults += [f"refused in no sentence: {text!r}" for text in outcome.texts if SENTENCE.fullmatch(text) is None]
    return faults


def has_effect(outcome: Outcome) -> bool:
    """Return whether the press was neither refused nor answered as a button that is out of date."""
    return outcome.refusal is None and bool(outcome.texts) and say_plain("en", "error-stale") not in outcome.texts
