"""The one way from a key to a sentence a person reads: the Fluent files under locales/, one folder a language."""

import html
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from fluent.runtime import FluentBundle, FluentResource
from fluent.runtime.types import fluent_number
from fluent.syntax.ast import Junk, Message

LOCALES = Path(__file__).parents[1] / "locales"
RIGHT_TO_LEFT = frozenset({"R", "AL"})
TURNING = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
LONGEST_PART = 2000  # characters; Fluent refuses words longer than 2500, but people write them
FALLBACK = "en"  # complete by a test; other languages may lag behind it


class Html(str):
    """Words that are HTML already: `say` leaves them as they are. Never made of what a person wrote."""

    __slots__ = ()


def say(locale: str, key: str, /, **words: str | int) -> str:
    """The sentence as HTML, its words escaped; LookupError for an unknown key, ValueError for a missing word.

    `locale` is what Telegram calls a person's language (`en`, `pt-br`); a language there is no folder for is English.
    """
    return _spell(locale, key, {name: _escaped(word) for name, word in words.items()})


def say_plain(locale: str, key: str, /, **words: str | int) -> str:
    """As say, for places that read no HTML: labels of buttons, answers to taps, names of commands."""
    return _spell(locale, key, {name: _counted(word) for name, word in words.items()})


def languages() -> tuple[str, ...]:
    """The languages there are folders for."""
    return tuple(sorted(folder.name for folder in LOCALES.iterdir() if folder.is_dir()))


@cache
def bundle(language: str) -> FluentBundle:
    """All files of one language together; ValueError for a line that is no Fluent or a key written twice."""
    made = FluentBundle([language], use_isolating=False)
    keys: set[str] = set()
    for file in sorted((LOCALES / language).glob("*.ftl")):
        resource = FluentResource(file.read_text(encoding="utf-8"))
        broken = next((entry.content for entry in resource.body if isinstance(entry, Junk)), None)
        if broken is not None:
            raise ValueError(f"{file.name} has lines that are no Fluent: {broken!r}")
        found = [entry.id.name for entry in resource.body if isinstance(entry, Message)]
        twice = keys.intersection(found) or {key for key in found if found.count(key) > 1}
        if twice:
            raise ValueError(f"{file.name} says a second time: {', '.join(sorted(twice))}")
        keys.update(found)
        made.add_resource(resource)
    return made


def _spell(locale: str, key: str, words: Mapping[str, object]) -> str:
    for language in _languages_for(locale):
        spoken = bundle(language)
        pattern = spoken.get_message(key).value if spoken.has_message(key) else None
        if pattern is None:
            continue
        long = {name: word for name, word in words.items() if isinstance(word, str) and len(word) > LONGEST_PART}
        sentence, errors = spoken.format_pattern(pattern, {**words, **{name: _marked(name) for name in long}})
        if errors:
            raise ValueError(f"{key} in {language}: {'; '.join(str(error) for error in errors)}")
        return _filled(str(sentence), long)
    raise LookupError(f"no language has a sentence {key}")


def _marked(name: str) -> str:
    """What stands in a sentence for long words: a character nobody can send us."""
    return f"\x00{name}\x00"


def _filled(sentence: str, long: Mapping[str, str]) -> str:
    for name, word in long.items():
        sentence = sentence.replace(_marked(name), word)
    return sentence


@cache
def _languages_for(locale: str) -> tuple[str, ...]:
    """The person's language, its parent and English, as far as there are folders."""
    known = languages()
    asked = locale.lower().replace("_", "-")
    return tuple(dict.fromkeys(name for name in (asked, asked.partition("-")[0], FALLBACK) if name in known))


def _escaped(word: str | int) -> object:
    if isinstance(word, Html) or not isinstance(word, str):
        return _counted(word)
    return html.escape(_isolated(word), quote=False)


def _isolated(word: str) -> str:
    """What somebody wrote from right to left must not turn our words around it; marks that could are taken out."""
    kinds = {unicodedata.bidirectional(letter) for letter in word}
    if not kinds & (RIGHT_TO_LEFT | TURNING):
        return word
    kept = "".join(letter for letter in word if unicodedata.bidirectional(letter) not in TURNING)
    return f"\u2068{kept}\u2069"


def _counted(word: str | int) -> object:
    """Numbers name orders and count things: plurals work, and order 1234 stays 1234."""
    return str(word) if isinstance(word, str) else fluent_number(word, useGrouping=False)
