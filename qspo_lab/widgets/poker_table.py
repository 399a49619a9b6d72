"""Poker table: a learner leads people through rounds of hidden cards, item by item."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import traitlets

from qspo_lab.widgets.board import Board, check_entries


class PokerTable(Board):
    """Rounds of hidden cards that the learner turns, with talk between them and one final card for each item.

    The table asks by raising ``revealed``; who listens to ``value`` answers with ``cards``. A card that was not
    turned is refused here, so it never reaches the browser.

    Value: ``revealed``, item id to number of rounds turned; ``rounds``, item id to the rule chosen after round one,
    two and so on; ``final``, item id to card id or None; ``current``, the item that is shown; ``settings``.
    Each item is known by its id: a further round touches that item only, and its earlier rounds stay.

    Inputs: ``deck``, dicts of ``id``, ``label``, ``value`` (a number, or None for a card that is no number; such a
    card cannot be final unless it says ``final: True``); ``offered``, ids of the cards in play, empty for all;
    ``items``, dicts of ``id``, ``label``, maybe ``note``; ``seats``, dicts of ``id``, ``label``, maybe ``role``;
    ``rules``, dicts of ``id``, ``label``, maybe ``note``: who speaks after a round; ``max_rounds``; ``cards``, item
    id to one ``{seat id: card id}`` per turned round (who is left out laid no card); ``said``, item id to one list
    of ``{"seat": seat id, "text": text}`` per round; ``notes``, item id to one text per turned round.
    """

    stem: ClassVar[str] = "poker_table"

    deck = traitlets.List(traitlets.Dict()).tag(sync=True)
    offered = traitlets.List(traitlets.Unicode()).tag(sync=True)
    items = traitlets.List(traitlets.Dict()).tag(sync=True)
    seats = traitlets.List(traitlets.Dict()).tag(sync=True)
    rules = traitlets.List(traitlets.Dict()).tag(sync=True)
    max_rounds = traitlets.Int(3, min=1).tag(sync=True)
    cards = traitlets.Dict().tag(sync=True)
    said = traitlets.Dict().tag(sync=True)
    notes = traitlets.Dict().tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        for trait in ("cards", "said", "notes"):
            self._check_rounds(trait, getattr(self, trait))

    def empty_value(self) -> dict[str, Any]:
        """Return the value before the first card is turned."""
        ids = [item["id"] for item in self.items]
        return {
            **super().empty_value(),
            "revealed": dict.fromkeys(ids, 0),
            "rounds": {i: [] for i in ids},
            "final": dict.fromkeys(ids),
            "current": ids[0] if ids else None,
        }

    def check_value(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return the value with every item in it, or raise a TraitError that names the item and the offence."""
        full = super().check_value(value)
        empty = self.empty_value()
        for part in ("revealed", "rounds", "final"):
            given = value.get(part, {})
            if not isinstance(given, Mapping):
                raise traitlets.TraitError(f"value: {part} must be a table of items")
            for item in given:
                if item not in empty[part]:
                    raise traitlets.TraitError(f"value: {part} names {item!r}, which is not an item")
            full[part] = empty[part] | dict(given)
        full["current"] = value.get("current", empty["current"])
        if full["current"] not in [*empty["revealed"], empty["current"]]:
            raise traitlets.TraitError(f"value: current cannot be {full['current']!r}, which is not an item")
        for item in empty["revealed"]:
            self._check_item(item, full["revealed"][item], full["rounds"][item], full["final"][item])
        return full

    def _check_item(self, item: str, revealed: Any, chosen: Any, final: Any) -> None:
        if isinstance(revealed, bool) or not isinstance(revealed, int) or not 0 <= revealed <= self.max_rounds:
            raise traitlets.TraitError(
                f"value: revealed of {item} must be a whole number from 0 to {self.max_rounds}, not {revealed!r}"
            )
        if not isinstance(chosen, (list, tuple)):
            raise traitlets.TraitError(f"value: rounds of {item} must be a list of rules")
        for rule in chosen:
            if rule not in [r["id"] for r in self.rules]:
                raise traitlets.TraitError(f"value: rounds of {item} cannot hold {rule!r}, which is not a rule")
        if len(chosen) > revealed:
            raise traitlets.TraitError(f"value: rounds of {item} has {len(chosen)} rules but {revealed} turned rounds")
        if self.rules and len(chosen) < revealed - 1:
            raise traitlets.TraitError(f"value: rounds of {item} has no rule between two turned rounds")
        if final is None:
            return
        card = next((c for c in self.deck if c["id"] == final), None)
        if card is None:
            raise traitlets.TraitError(f"value: final of {item} cannot be {final!r}, which is not in the deck")
        if not can_be_final(card):
            raise traitlets.TraitError(f"value: final of {item} cannot be {final!r}, which is no value")
        if revealed == 0:
            raise traitlets.TraitError(f"value: final of {item} is set before a card was turned")

    def _check_rounds(self, trait: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Refuse what belongs to no item, and every round that was not turned yet."""
        for item, rounds in given.items():
            if item not in [i["id"] for i in self.items]:
                raise traitlets.TraitError(f"{trait}: {item!r} is not an item")
            if not isinstance(rounds, (list, tuple)):
                raise traitlets.TraitError(f"{trait}: {item} must have a list with one entry per round")
            known = self.value["rounds" if trait == "said" and self.rules else "revealed"][item]
            allowed = known if isinstance(known, int) else len(known)
            if len(rounds) > allowed:
                raise traitlets.TraitError(f"{trait}: {item} has {len(rounds)} rounds, only {allowed} may be seen")
            for entry in rounds:
                self._check_round(trait, item, entry)
        return dict(given)

    def _check_round(self, trait: str, item: str, entry: Any) -> None:
        if trait == "notes":
            if not isinstance(entry, str):
                raise traitlets.TraitError(f"notes: {item} must have one text per round")
            return
        if not isinstance(entry, Mapping if trait == "cards" else (list, tuple)):
            raise traitlets.TraitError(f"{trait}: a round of {item} is not made of seats")
        for seat in entry if trait == "cards" else [line.get("seat") for line in entry]:
            if seat not in [s["id"] for s in self.seats]:
                raise traitlets.TraitError(f"{trait}: {item} names {seat!r}, which is not a seat")
        for card in entry.values() if isinstance(entry, Mapping) else ():
            if card not in [c["id"] for c in self.deck]:
                raise traitlets.TraitError(f"{trait}: {item} names {card!r}, which is not in the deck")

    @traitlets.validate("cards", "said", "notes")
    def _validate_rounds(self, proposal: Any) -> dict[str, Any]:
        # While the table is being made there is no value yet; __init__ checks then.
        return self._check_rounds(proposal["trait"].name, proposal["value"]) if self.value else proposal["value"]

    @traitlets.validate("items", "seats", "rules")
    def _validate_entries(self, proposal: Any) -> list[dict[str, Any]]:
        return check_entries(proposal["trait"].name, proposal["value"])

    @traitlets.validate("deck")
    def _validate_deck(self, proposal: Any) -> list[dict[str, Any]]:
        for card in check_entries("deck", proposal["value"], "value"):
            number = card["value"]
            if number is not None and (isinstance(number, bool) or not isinstance(number, (int, float))):
                raise traitlets.TraitError(f"deck: the value of {card['id']} must be a number or None, not {number!r}")
        return proposal["value"]

    @traitlets.validate("offered")
    def _validate_offered(self, proposal: Any) -> list[str]:
        for card in proposal["value"]:
            if card not in [c["id"] for c in self.deck]:
                raise traitlets.TraitError(f"offered: {card!r} is not in the deck")
        return proposal["value"]


def can_be_final(card: Mapping[str, Any]) -> bool:
    """Say whether a card may stand as the result for an item: a number, or a card that says so itself."""
    return bool(card.get("final", card["value"] is not None))
