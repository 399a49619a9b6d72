"""Words beside the code: text files, their placeholders, and numbers as the language sets them.

A text file is TOML, named ``<stem>.<language>.toml``. Its strings carry named placeholders with an optional format::

    cost = "Your order costs {cost:money} of waiting, {share:percent} of it on one day."

Formats: ``money`` (thousands of the pack's currency), ``number`` (whole), ``number1``, ``number2`` (decimals),
``percent`` (from 0 to 1, whole), ``percent1``, ``list`` (a, b and c), ``ordinal`` (1st), ``date``, ``time``, ``cap``
(first letter a capital); none means the text as it is.
A value of None is written as the language's "cannot say".
"""

from __future__ import annotations

import datetime as dt
import string
import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CANNOT_SAY = {"en": "cannot say", "de": "nicht zu sagen"}


class TextError(LookupError):
    """A text file lacks a key or a placeholder lacks a value."""


class _Formatter(string.Formatter):
    def __init__(self, language: str, money: str) -> None:
        self.language = language
        self.money = money

    def format_field(self, value: Any, format_spec: str) -> str:
        return format_value(value, format_spec, self.language, self.money)


def format_value(value: Any, kind: str, language: str = "en", money: str = "{} k EUR") -> str:
    """Write a value as the language sets it.

    Parameters
    ----------
    value
        A number, text, date or list of texts; None gives "cannot say".
    kind
        One of the formats in the module's text.
    language
        Language code, ``en`` means British English.
    money
        Pattern that puts a number into the pack's unit of value.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        For an unknown format.

    Examples
    --------
    >>> format_value(2571, "money")
    '2,571 k EUR'
    >>> format_value(0.934, "percent")
    '93 %'
    >>> format_value(-0.4, "number")
    '0'
    >>> format_value(None, "money")
    'cannot say'
    """
    if value is None or value != value:
        return CANNOT_SAY[language]
    if kind == "":
        return str(value)
    if kind == "cap":
        return str(value)[:1].upper() + str(value)[1:]
    locale = {"en": "en_GB"}.get(language, language)
    if kind == "list":
        from babel.lists import format_list

        return str(format_list([str(v) for v in value], locale=locale))
    if kind == "date":
        from babel.dates import format_date

        return str(format_date(value, "d MMMM y", locale=locale))
    if kind == "time":
        return value.strftime("%H:%M") if isinstance(value, dt.datetime) else str(value)
    if kind == "ordinal":
        if language != "en":
            return f"{value}."
        n = int(value)
        suffix = "th" if 10 <= n % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
        return f"{n}{suffix}"
    places = {"money": 0, "number": 0, "number1": 1, "number2": 2, "number3": 3, "percent": 0, "percent1": 1}
    if kind not in places:
        raise ValueError(f"unknown format {kind!r}; known are {', '.join(places)}, list, ordinal, cap, date and time")
    from babel.numbers import format_decimal

    scaled = round(value * 100 if kind.startswith("percent") else value, places[kind]) + 0.0
    text = str(format_decimal(scaled, "#,##0" + ("." + "0" * places[kind] if places[kind] else ""), locale=locale))
    text = text.replace("-", "\u2212")
    if kind == "money":
        return money.format(text)
    return f"{text} %" if kind.startswith("percent") else text


class Words:
    """The strings of one text file, by dotted name.

    Parameters
    ----------
    table
        The parsed file.
    language
        Its language.
    origin
        Where it came from, named in errors.
    money
        Pattern for money, see `format_value`.
    vocabulary
        Values of placeholders that every text may use, such as what the case calls its customers.
    """

    def __init__(
        self,
        table: Mapping[str, Any],
        language: str,
        origin: str,
        money: str = "{} k EUR",
        vocabulary: Mapping[str, str] | None = None,
    ) -> None:
        self.table = table
        self.language = language
        self.origin = origin
        self.money = money
        self.vocabulary = vocabulary or {}

    def in_case(self, case: Words) -> Words:
        """Return the same words with the unit of value and the vocabulary of a scenario's words."""
        return Words(self.table, self.language, self.origin, case.raw("money"), case.raw("vocabulary"))

    def raw(self, name: str) -> Any:
        """Return what stands under a dotted name: text, list or table."""
        here: Any = self.table
        for part in name.split("."):
            if not isinstance(here, Mapping) or part not in here:
                raise TextError(f"{self.origin} has no text {name!r}")
            here = here[part]
        return here

    def has(self, name: str) -> bool:
        """Say whether there is anything under a dotted name."""
        try:
            self.raw(name)
        except TextError:
            return False
        return True

    def say(self, name: str, /, **values: Any) -> str:
        """Return a text with its placeholders filled.

        Raises
        ------
        TextError
            If the text or the value of a placeholder is missing.
        """
        text = self.raw(name)
        if not isinstance(text, str):
            raise TextError(f"{self.origin}: {name!r} is not one text")
        return self.fill(text, values, name)

    def says(self, name: str, /, **values: Any) -> list[str]:
        """Return a list of texts with their placeholders filled."""
        return [self.fill(text, values, name) for text in self.raw(name)]

    def fill(self, text: str, values: Mapping[str, Any], name: str = "text") -> str:
        """Fill the placeholders of one text."""
        try:
            return _Formatter(self.language, self.money).vformat(text, (), {**self.vocabulary, **values}).strip()
        except KeyError as missing:
            raise TextError(f"{self.origin}: {name!r} needs a value for {missing}") from missing

    def format(self, value: Any, kind: str) -> str:
        """Write one value, see `format_value`."""
        return format_value(value, kind, self.language, self.money)

    def names(self) -> Iterator[str]:
        """Give every dotted name that holds a text or a list of texts."""
        yield from _leaves(self.table, "")


def _leaves(table: Mapping[str, Any], before: str) -> Iterator[str]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{before}{key}.")
        else:
            yield f"{before}{key}"


@lru_cache(maxsize=256)
def load_words(stem: Path, language: str = "en") -> Words:
    """Read ``<stem>.<language>.toml``.

    Parameters
    ----------
    stem
        Path without language and ending.
    language
        Language code.

    Returns
    -------
    Words

    Raises
    ------
    TextError
        If there is no such file or it is not TOML; the text says which line.
    """
    path = stem.with_name(f"{stem.name}.{language}.toml")
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise TextError(f"there is no text file {path.name}") from None
    except tomllib.TOMLDecodeError as error:
        raise TextError(f"{path.name} cannot be read: {error}") from error
    return Words(table, language, path.name)


def panel_words(language: str = "en") -> Words:
    """Return the words of the frame and the boards."""
    return load_words(HERE / "panel", language)


def course_words(language: str = "en") -> Words:
    """Return the names of modules, outcomes and terms."""
    return load_words(HERE / "course", language)


def readings(language: str = "en") -> Words:
    """Return the course's own readings of terms without a public definition."""
    return load_words(HERE / "readings", language)
