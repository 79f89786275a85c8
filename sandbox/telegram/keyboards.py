"""Validation of keyboards: allowed buttons, actions and sizes."""

from dataclasses import dataclass, field

from sandbox.telegram.bot_api_refusals import bad_request, sandbox_refusal
from sandbox.telegram.button_actions import ACTIONS, check_action
from sandbox.telegram.records import ButtonRows, JsonObject

MAX_BUTTONS = 100  # of a keyboard
STYLES = frozenset({"primary", "success", "danger"})
_APPEARANCE_FIELDS = frozenset({"text", "style", "icon_custom_emoji_id"})
_REPLY_FIELDS = _APPEARANCE_FIELDS | {"request_contact", "request_location"}
_KEYBOARD_FIELDS = frozenset(
    {"keyboard", "is_persistent", "resize_keyboard", "one_time_keyboard", "input_field_placeholder", "selective"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyboard:
    """A message's keyboard: inline buttons, or a reply keyboard."""

    buttons: ButtonRows = field(default_factory=list)
    reply: JsonObject | None = None


def check_keyboard(markup: JsonObject | None, place: str, *, inline_only: bool = False) -> Keyboard:
    """Return the keyboard of a reply_markup; raise BotApiRefusal with the real service's sentence if it is known.

    Buttons of Web Apps are for private chats only (Bot API, InlineKeyboardButton).
    """
    if not markup:
        return Keyboard()
    if "inline_keyboard" in markup:
        _require_only(markup, frozenset({"inline_keyboard"}))
        buttons = _inline_rows(markup["inline_keyboard"])
        if not place.startswith("private:") and any("web_app" in button for row in buttons for button in row):
            raise bad_request("BUTTON_TYPE_INVALID")
        return Keyboard(buttons=buttons)
    if inline_only:
        raise bad_request("inline keyboard expected")
    if "keyboard" in markup:
        _require_only(markup, _KEYBOARD_FIELDS)
        return Keyboard(reply={**markup, "keyboard": _reply_rows(markup["keyboard"])})
    raise bad_request("can't parse reply keyboard markup JSON object")


def _require_only(found: JsonObject, known: frozenset[str]) -> None:
    for name in found.keys() - known:
        raise sandbox_refusal(f'unknown field "{name}" in reply_markup')


def _rows(value: object) -> list[list[object]]:
    if not isinstance(value, list) or not all(isinstance(row, list) for row in value):
        raise bad_request("can't parse keyboard: a keyboard is an Array of Arrays of buttons")
    if sum(len(row) for row in value) > MAX_BUTTONS:
        raise bad_request("reply markup is too long")
    return [list(row) for row in value if row]


def _inline_rows(value: object) -> ButtonRows:
    return [[_inline_button(button) for button in row] for row in _rows(value)]


def _reply_rows(value: object) -> list[list[JsonObject]]:
    return [[_reply_button(button) for button in row] for row in _rows(value)]


def _reply_button(button: object) -> JsonObject:
    found: object = {"text": button} if isinstance(button, str) else button
    if not isinstance(found, dict):
        raise bad_request("can't parse keyboard button: KeyboardButton must be an Object")
    _require_only(found, _REPLY_FIELDS)
    _check_appearance(found)
    return found


def _inline_button(button: object) -> JsonObject:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    _require_only(button, _APPEARANCE_FIELDS | ACTIONS)
    _check_appearance(button)
    actions = [name for name in button if name in ACTIONS]
    if not actions:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise sandbox_refusal(f"a button needs exactly one action, this one has {', '.join(sorted(actions))}")
    check_action(actions[0], button[actions[0]])
    return button


def _check_appearance(button: JsonObject) -> None:
    text = button.get("text")
    if not isinstance(text, str):
        raise bad_request("can't parse inline keyboard button: Can't find field \"text\"")
    if not text.strip():
        raise sandbox_refusal("a button needs a text")
    if "style" in button and button["style"] not in STYLES:
        raise bad_request("can't parse inline keyboard button: invalid button style specified")
