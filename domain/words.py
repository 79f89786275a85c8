"""Sentences that people read, from the Fluent files under locales/, one folder for each language."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from fluent.runtime import FluentBundle, FluentResource
from fluent.runtime.types import fluent_number
from fluent.syntax.ast import Junk, Message

from domain.quotes import Wording, mark_name, show_argument, wording_of
from domain.typed import without_direction

LOCALES_DIRECTORY = Path(__file__).parents[1] / "locales"
MAX_ARGUMENT_LENGTH = 2000  # characters; Fluent refuses arguments over 2500, but people write longer texts
NO_SENTENCE = "no sentence has the key "  # what SentenceUnknown says, before the key
FALLBACK_LANGUAGE = "en"  # a test keeps it complete; other languages may lack sentences


class SentenceUnknown(LookupError):
    """No file has a sentence of this key. Words that a newer release wrote have one there."""


class Html(str):
    """Text that is HTML already: `say` does not escape it. Never make one of text that a person wrote."""

    __slots__ = ()


def say(locale: str, key: str, /, **arguments: str | int) -> str:
    """Return the sentence as HTML. What people wrote in its arguments is quoted, with nothing in it to tap.

    `locale` is Telegram's code of a person's language (`en`, `pt-br`); without a folder for it the text is English.
    Raise SentenceUnknown for an unknown key, and ValueError for a missing argument.
    """
    return _format_message(locale, key, {name: _html_argument(key, name, value) for name, value in arguments.items()})


def say_plain(locale: str, key: str, /, **arguments: str | int) -> str:
    """Return the sentence as plain text: for labels of buttons, answers to taps and names of commands."""
    return _format_message(locale, key, {name: _shown_plainly(key, name, value) for name, value in arguments.items()})


@cache
def available_languages() -> tuple[str, ...]:
    """Return the languages that have a folder."""
    return tuple(sorted(folder.name for folder in LOCALES_DIRECTORY.iterdir() if folder.is_dir()))


@cache
def load_bundle(language: str) -> FluentBundle:
    """Load all files of one language. Raise ValueError for lines that are not Fluent, or for a duplicate key."""
    fluent_bundle = FluentBundle([language], use_isolating=False)
    file_by_key: dict[str, str] = {}
    for file in sorted((LOCALES_DIRECTORY / language).glob("*.ftl")):
        resource = FluentResource(file.read_text(encoding="utf-8"))
        broken = next((entry.content for entry in resource.body if isinstance(entry, Junk)), None)
        if broken is not None:
            raise ValueError(f"{file.name} has lines that are not Fluent: {broken!r}")
        message_ids = [entry.id.name for entry in resource.body if isinstance(entry, Message)]
        for key in message_ids:
            if (other := file_by_key.setdefault(key, file.name)) != file.name or message_ids.count(key) > 1:
                raise ValueError(f"{key} is twice: in {other} and in {file.name}")
        fluent_bundle.add_resource(resource)
    return fluent_bundle


def _format_message(locale: str, key: str, arguments: Mapping[str, object]) -> str:
    for language in _language_chain(locale):
        language_bundle = load_bundle(language)
        pattern = language_bundle.get_message(key).value if language_bundle.has_message(key) else None
        if pattern is None:
            continue
        long_arguments = {
            name: value
            for name, value in arguments.items()
            if isinstance(value, str) and len(value) > MAX_ARGUMENT_LENGTH
        }
        sentence, errors = language_bundle.format_pattern(
            pattern, {**arguments, **{name: _placeholder(name) for name in long_arguments}}
        )
        if errors:
            raise ValueError(f"{key} in {language}: {'; '.join(str(error) for error in errors)}")
        return _fill_placeholders(str(sentence), long_arguments)
    raise SentenceUnknown(NO_SENTENCE + key)


def _placeholder(name: str) -> str:
    """Return what replaces a long argument in the sentence; it has NUL, which no message of a person can have."""
    return f"\x00{name}\x00"


def _fill_placeholders(sentence: str, long_arguments: Mapping[str, str]) -> str:
    for name, value in long_arguments.items():
        sentence = sentence.replace(_placeholder(name), value)
    return sentence


def _language_chain(locale: str) -> tuple[str, ...]:
    """Return the person's language, its parent and English, those that have a folder.

    The locale is whatever a client sends: nothing is kept for it.
    """
    requested = locale.lower().replace("_", "-")
    wanted = dict.fromkeys((requested, requested.partition("-")[0], FALLBACK_LANGUAGE))
    return tuple(name for name in wanted if name in available_languages())


def _html_argument(key: str, name: str, value: str | int) -> object:
    if isinstance(value, Html) or not isinstance(value, str):
        return _plain_argument(value)
    return show_argument(value, wording_of(key, name))


def _shown_plainly(key: str, name: str, value: str | int) -> object:
    """A name that may be taken for the team's is in quotation marks here too.

    A label has no room for marks around the others: so nothing in a name may turn what stands beside it.
    """
    if isinstance(value, Html) or not isinstance(value, str):
        return _plain_argument(value)
    kept = without_direction(value)
    return mark_name(kept) if wording_of(key, name) in (Wording.WHO, Wording.PERSON) else kept


def _plain_argument(value: str | int) -> object:
    """Numbers are Fluent numbers, so that plurals work; without grouping, so that order 1234 stays 1234."""
    return str(value) if isinstance(value, str) else fluent_number(value, useGrouping=False)
