"""The one way from a key to a sentence a person reads: the Fluent files under locales/, one folder a language."""

import html
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from fluent.runtime import FluentBundle, FluentResource
from fluent.runtime.types import fluent_number
from fluent.syntax.ast import Junk, Message

LOCALES_DIRECTORY = Path(__file__).parents[1] / "locales"
RIGHT_TO_LEFT_CLASSES = frozenset({"R", "AL"})
BIDI_CONTROL_CLASSES = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
MAX_ARGUMENT_LENGTH = 2000  # characters; Fluent refuses words longer than 2500, but people write them
FALLBACK_LANGUAGE = "en"  # complete by a test; other languages may lag behind it


class Html(str):
    """Words that are HTML already: `say` leaves them as they are. Never made of what a person wrote."""

    __slots__ = ()


def say(locale: str, key: str, /, **arguments: str | int) -> str:
    """The sentence as HTML, its words escaped; LookupError for an unknown key, ValueError for a missing word.

    `locale` is what Telegram calls a person's language (`en`, `pt-br`); a language there is no folder for is English.
    """
    return _format_message(locale, key, {name: _escape_argument(word) for name, word in arguments.items()})


def say_plain(locale: str, key: str, /, **arguments: str | int) -> str:
    """As say, for places that read no HTML: labels of buttons, answers to taps, names of commands."""
    return _format_message(locale, key, {name: _plain_argument(word) for name, word in arguments.items()})


def available_languages() -> tuple[str, ...]:
    """The languages there are folders for."""
    return tuple(sorted(folder.name for folder in LOCALES_DIRECTORY.iterdir() if folder.is_dir()))


@cache
def load_bundle(language: str) -> FluentBundle:
    """All files of one language together; ValueError for a line that is no Fluent or a key written twice."""
    fluent_bundle = FluentBundle([language], use_isolating=False)
    keys: set[str] = set()
    for file in sorted((LOCALES_DIRECTORY / language).glob("*.ftl")):
        resource = FluentResource(file.read_text(encoding="utf-8"))
        broken = next((entry.content for entry in resource.body if isinstance(entry, Junk)), None)
        if broken is not None:
            raise ValueError(f"{file.name} has lines that are no Fluent: {broken!r}")
        message_ids = [entry.id.name for entry in resource.body if isinstance(entry, Message)]
        duplicates = keys.intersection(message_ids) or {key for key in message_ids if message_ids.count(key) > 1}
        if duplicates:
            raise ValueError(f"{file.name} says a second time: {', '.join(sorted(duplicates))}")
        keys.update(message_ids)
        fluent_bundle.add_resource(resource)
    return fluent_bundle


def _format_message(locale: str, key: str, arguments: Mapping[str, object]) -> str:
    for language in _language_chain(locale):
        language_bundle = load_bundle(language)
        pattern = language_bundle.get_message(key).value if language_bundle.has_message(key) else None
        if pattern is None:
            continue
        long_arguments = {
            name: word for name, word in arguments.items() if isinstance(word, str) and len(word) > MAX_ARGUMENT_LENGTH
        }
        sentence, errors = language_bundle.format_pattern(
            pattern, {**arguments, **{name: _placeholder(name) for name in long_arguments}}
        )
        if errors:
            raise ValueError(f"{key} in {language}: {'; '.join(str(error) for error in errors)}")
        return _fill_placeholders(str(sentence), long_arguments)
    raise LookupError(f"no language has a sentence {key}")


def _placeholder(name: str) -> str:
    """What stands in a sentence for long words: a character nobody can send us."""
    return f"\x00{name}\x00"


def _fill_placeholders(sentence: str, long_arguments: Mapping[str, str]) -> str:
    for name, word in long_arguments.items():
        sentence = sentence.replace(_placeholder(name), word)
    return sentence


@cache
def _language_chain(locale: str) -> tuple[str, ...]:
    """The person's language, its parent and English, as far as there are folders."""
    available = available_languages()
    requested = locale.lower().replace("_", "-")
    return tuple(
        dict.fromkeys(name for name in (requested, requested.partition("-")[0], FALLBACK_LANGUAGE) if name in available)
    )


def _escape_argument(word: str | int) -> object:
    if isinstance(word, Html) or not isinstance(word, str):
        return _plain_argument(word)
    return html.escape(_isolate_direction(word), quote=False)


def _isolate_direction(word: str) -> str:
    """What somebody wrote from right to left must not turn our words around it; marks that could are taken out."""
    kinds = {unicodedata.bidirectional(letter) for letter in word}
    if not kinds & (RIGHT_TO_LEFT_CLASSES | BIDI_CONTROL_CLASSES):
        return word
    kept = "".join(letter for letter in word if unicodedata.bidirectional(letter) not in BIDI_CONTROL_CLASSES)
    return f"\u2068{kept}\u2069"


def _plain_argument(word: str | int) -> object:
    """Numbers name orders and count things: plurals work, and order 1234 stays 1234."""
    return str(word) if isinstance(word, str) else fluent_number(word, useGrouping=False)
