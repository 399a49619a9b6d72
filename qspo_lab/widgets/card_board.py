"""Card board: cards in columns, buckets or slices, moved by pointer, touch or keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

import traitlets

from qspo_lab.widgets.board import Board, check_entries

TONES = ("accent", "good", "warn", "soft")


class CardBoard(Board):
    """Cards that a learner puts into columns, and in order inside a column where order counts.

    ``value`` is ``{"columns": {column id: [card ids in order]}, "options": {card id: {option id: value}},
    "settings": {...}}`` and, if ``moves`` is set, ``"moves": {card id: count}``. Every card stands in exactly one
    column exactly once. ``options`` has an entry for every card that an option is meant for, also while the card
    stands in a column where the option is not offered: what was chosen comes back with the card.

    Inputs: ``columns``, dicts of ``id``, ``label``, maybe ``note``; ``cards``, dicts of ``id``, ``label``, maybe
    ``note``, ``meta`` (short text at the right such as "5 Sprints") and ``tone`` (one of `TONES`); ``options``, see
    `check_options`; ``pool``, id of the column where undecided cards wait, drawn across the board above the others
    (none: cards start in the first column); ``sorted``, whether order inside a column counts; ``moves``, whether
    moves are counted. A move counts if it changes the column or, where order counts, the place.

    Looks: ``arrangement``: ``columns`` (two to six, side by side), ``buckets`` (many narrow zones that wrap) or
    ``slices`` (rows, one under the other).
    """

    stem: ClassVar[str] = "card_board"

    columns = traitlets.List(traitlets.Dict()).tag(sync=True)
    cards = traitlets.List(traitlets.Dict()).tag(sync=True)
    options = traitlets.List(traitlets.Dict()).tag(sync=True)
    pool = traitlets.Unicode("").tag(sync=True)
    sorted = traitlets.Bool(False).tag(sync=True)
    moves = traitlets.Bool(False).tag(sync=True)
    arrangement = traitlets.Enum(["columns", "buckets", "slices"], default_value="columns").tag(sync=True)

    def empty_value(self) -> dict[str, Any]:
        """Return the value of an untouched board: all cards in the pool, in the order given."""
        return self.check_value({})

    def check_value(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return the value with missing cards put back into the pool and missing options at their defaults.

        Raises
        ------
        traitlets.TraitError
            Names the column, card or option that the board does not have, or the card that stands twice.
        """
        columns = self._check_columns(_table(value.get("columns", {}), "columns"))
        options = self._check_chosen(_table(value.get("options", {}), "options"))
        full = super().check_value(value) | {"columns": columns, "options": options}
        full.pop("moves", None)
        if self.moves:
            full["moves"] = self._check_moves(_table(value.get("moves", {}), "moves"))
        return full

    def _check_columns(self, columns: Mapping[str, Any]) -> dict[str, list[str]]:
        full: dict[str, list[str]] = {name: [] for name in _ids(self.columns)}
        known, seen = set(_ids(self.cards)), set()
        for name, cards in columns.items():
            if name not in full:
                raise traitlets.TraitError(f"value: there is no column {name!r}")
            if not isinstance(cards, (list, tuple)):
                raise traitlets.TraitError(f"value: column {name} must be a list of cards, not {cards!r}")
            for card in cards:
                if not isinstance(card, str) or card not in known:
                    raise traitlets.TraitError(f"value: there is no card {card!r}, named in column {name}")
                if card in seen:
                    raise traitlets.TraitError(f"value: card {card} stands twice, the second time in column {name}")
                seen.add(card)
                full[name].append(card)
        missing = [card for card in _ids(self.cards) if card not in seen]
        if missing and full:
            full[self.pool or _ids(self.columns)[0]] += missing
        return full

    def _check_chosen(self, chosen: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        self._check_known_cards(chosen, "options")
        full: dict[str, dict[str, Any]] = {}
        for card in _ids(self.cards):
            offered = {o["id"]: o for o in self.options if card in o.get("cards", [card])}
            given = _table(chosen.get(card, {}), f"options of card {card}")
            for name, choice in given.items():
                if name not in offered:
                    raise traitlets.TraitError(f"value: card {card} has no option {name!r}")
                if not _fits(offered[name], choice):
                    raise traitlets.TraitError(f"value: option {name} of card {card} cannot be {choice!r}")
            if offered:
                full[card] = {name: given.get(name, option["default"]) for name, option in offered.items()}
        return full

    def _check_moves(self, moves: Mapping[str, Any]) -> dict[str, int]:
        self._check_known_cards(moves, "moves")
        for card, count in moves.items():
            if isinstance(count, bool) or not isinstance(count, int) or count < 0:
                raise traitlets.TraitError(f"value: moves of card {card} must be a count, not {count!r}")
        return {card: moves.get(card, 0) for card in _ids(self.cards)}

    def _check_known_cards(self, names: Iterable[str], where: str) -> None:
        for name in names:
            if name not in _ids(self.cards):
                raise traitlets.TraitError(f"value: there is no card {name!r}, named in {where}")

    @traitlets.validate("columns")
    def _validate_columns(self, proposal: Any) -> list[dict[str, Any]]:
        return check_entries("columns", proposal["value"])

    @traitlets.validate("cards")
    def _validate_cards(self, proposal: Any) -> list[dict[str, Any]]:
        for card in check_entries("cards", proposal["value"]):
            if card.get("tone") not in (None, *TONES):
                raise traitlets.TraitError(f"cards: {card['id']} has unknown tone {card['tone']!r}")
        return proposal["value"]

    @traitlets.validate("options")
    def _validate_options(self, proposal: Any) -> list[dict[str, Any]]:
        return check_options(proposal["value"], _ids(self.columns), _ids(self.cards))

    @traitlets.validate("pool")
    def _validate_pool(self, proposal: Any) -> str:
        if proposal["value"] and proposal["value"] not in _ids(self.columns):
            raise traitlets.TraitError(f"pool: there is no column {proposal['value']!r}")
        return str(proposal["value"])

    @traitlets.observe("columns", "cards", "options", "pool", "moves")
    def _fit_value(self, _: Any) -> None:
        """Keep the value valid when cards, columns or options come and go: what is gone leaves it, the rest stays."""
        columns, cards = _ids(self.columns), _ids(self.cards)
        kinds = {option["id"]: option for option in self.options}
        if self.pool not in ("", *columns):
            self.pool = ""
        old = self.value
        self.value = old | {
            "columns": {
                name: [card for card in stack if card in cards]
                for name, stack in old.get("columns", {}).items()
                if name in columns
            },
            "options": {
                card: {
                    name: choice
                    for name, choice in chosen.items()
                    if name in kinds and card in kinds[name].get("cards", [card]) and _fits(kinds[name], choice)
                }
                for card, chosen in old.get("options", {}).items()
                if card in cards
            },
            "moves": {card: count for card, count in old.get("moves", {}).items() if card in cards},
        }


def moved(columns: Mapping[str, Sequence[str]], card: str, column: str, place: int) -> dict[str, list[str]]:
    """Return the arrangement after one card was put at a place of a column.

    All other cards keep their order. Putting a card where it stands changes nothing. The board in the browser
    moves cards by the same rule.

    Parameters
    ----------
    columns
        Column id to card ids in order; left as it is.
    card
        The card that moves.
    column
        Where it goes.
    place
        How many of the column's other cards stand before it; beyond the ends means at the end.

    Returns
    -------
    dict

    Raises
    ------
    ValueError
        If there is no such card or column.

    Examples
    --------
    >>> moved({"now": ["a", "b"], "next": ["c"]}, "a", "next", 0)
    {'now': ['b'], 'next': ['a', 'c']}
    >>> moved({"now": ["a", "b"], "next": []}, "a", "now", 1)
    {'now': ['b', 'a'], 'next': []}
    """
    if column not in columns:
        raise ValueError(f"there is no column {column!r}")
    if not any(card in cards for cards in columns.values()):
        raise ValueError(f"there is no card {card!r}")
    rest = {name: [other for other in cards if other != card] for name, cards in columns.items()}
    rest[column].insert(max(place, 0), card)
    return rest


def check_options(options: list[dict[str, Any]], columns: list[str], cards: list[str]) -> list[dict[str, Any]]:
    """Check the options that stand on cards.

    Parameters
    ----------
    options
        Each a dict with ``id``, ``kind`` (``toggle`` or ``choice``), ``label``, ``default``, for a choice
        ``options`` (dicts of ``id`` and ``label``), and maybe ``columns`` (offered only while the card stands in one
        of these) and ``cards`` (only for these cards). The default of a choice may be None: undecided.
    columns, cards
        Ids that the board has.

    Returns
    -------
    list of dict

    Raises
    ------
    traitlets.TraitError
        Names the option and what is wrong.
    """
    for option in check_entries("options", options, "kind", "default"):
        name = option["id"]
        if option["kind"] not in ("toggle", "choice"):
            raise traitlets.TraitError(f"options: {name} has unknown kind {option['kind']!r}")
        if option["kind"] == "choice":
            check_entries(f"options of {name}", option.get("options", []))
        if not _fits(option, option["default"]):
            raise traitlets.TraitError(f"options: {name} cannot be {option['default']!r} by default")
        for part, known in (("columns", columns), ("cards", cards)):
            unknown = [str(x) for x in option.get(part, []) if x not in known]
            if unknown:
                raise traitlets.TraitError(f"options: {name} names {part} that do not exist: {', '.join(unknown)}")
    return options


def _fits(option: Mapping[str, Any], choice: Any) -> bool:
    if option["kind"] == "toggle":
        return isinstance(choice, bool)
    return choice is None or choice in _ids(option.get("options", []))


def _ids(entries: Iterable[Mapping[str, Any]]) -> list[str]:
    return [entry["id"] for entry in entries]


def _table(value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise traitlets.TraitError(f"value: {name} must be a table of names and values, not {value!r}")
    return value
