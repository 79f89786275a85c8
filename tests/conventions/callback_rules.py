"""The rules of callback data: only `pack` writes it, and a button has the argument that its Tap declares."""

import ast
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from domain.messaging.buttons import CALLBACK_DATA_VERSION, Tap, TapArgument
from tests.conventions.syntax_trees import all_nodes

GRAMMAR_MODULE = "domain/messaging/buttons.py"
PACKING_FUNCTIONS = frozenset({"pack", "button", "make_button"})  # each takes the Tap, its subject and its argument
# What the code of an argument looks like, by its meaning; "" is an argument that is left out.
ARGUMENT_PATTERNS: Mapping[TapArgument, str] = MappingProxyType(
    {
        TapArgument.NONE: "",
        TapArgument.SCREEN: r"|\w+_SCREEN",
        TapArgument.ORIGIN: r"|MENU_SCREEN|(\w+\.)?order\.version",
        TapArgument.ORDER_VERSION: r"|(\w+\.)?order\.version",
        TapArgument.DRAFT_VERSION: r"(\w+_)?draft\.version",
        TapArgument.AMOUNT: r"(\w+\.)?(amount|ceiling)|min\(wanted, MAX_CALLBACK_AMOUNT\)",
        TapArgument.CHOICE: r"(\w+_)?choice|choice_of\(.*\)|NO_CHOICE",
        TapArgument.CHECKSUM: "checksum",
    }
)


def raw_callback_data(path: str, tree: ast.Module) -> Iterator[str]:
    """Yield a sentence for each callback string that a module writes itself."""
    if path == GRAMMAR_MODULE:
        return
    for node in all_nodes(tree):
        match node:
            case ast.Constant(value=str(text)) if text.startswith(f"{CALLBACK_DATA_VERSION}:"):
                yield f"{path}:{node.lineno}: callback data comes from pack alone: {text!r}"


def wrong_arguments(path: str, tree: ast.Module) -> Iterator[str]:
    """Yield a sentence for each button whose argument is not what its Tap declares."""
    for node in all_nodes(tree):
        if not isinstance(node, ast.Call) or ast.unparse(node.func).split(".")[-1] not in PACKING_FUNCTIONS:
            continue
        named = {each.arg: ast.unparse(each.value) for each in node.keywords}
        given = [ast.unparse(each) for each in node.args]
        place = next((index for index, each in enumerate(given) if each.startswith("Tap.")), None)
        if place is None:  # the Tap is a variable: pack checks the number
            continue
        tap = Tap[given[place].removeprefix("Tap.")]
        argument = given[place + 2] if len(given) > place + 2 else named.get("argument", "")
        if re.fullmatch(ARGUMENT_PATTERNS[tap.argument], argument) is None:
            yield f"{path}:{node.lineno}: {argument or 'nothing'} is no {tap.argument.name} for Tap.{tap.name}"
