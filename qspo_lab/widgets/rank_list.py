"""Rank list: items in an order, first to last, with a pool for those that have no place yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import traitlets

from qspo_lab.widgets.board import Board, check_entries


class RankList(Board):
    """An ordered list; ``value`` says which item stands where and what was chosen beside it.

    ``value`` is ``{"order": [item ids], "options": {item id: {option id: choice}}, "settings": {...}}``. ``order``
    holds the items ranked so far, first to last; the others are in the pool.

    Traits of its own.

    ``items``: dicts of ``id``, ``label``, and maybe ``note`` (a line below) and ``meta`` (a few words at the end).

    ``top``: a line is drawn after this many items; 0 means none.

    ``start_ranked``: whether an untouched list has all items in the given order, or all in the pool.

    ``options``: what may be chosen for each item; dicts of ``id``, ``kind`` (``"toggle"`` or ``"choice"``), ``label``,
    for a choice ``options`` (dicts of ``id``, ``label``), and maybe ``default``. A choice without a default starts
    undecided, a toggle starts off.
    """

    stem: ClassVar[str] = "rank_list"

    items = traitlets.List(traitlets.Dict()).tag(sync=True)
    top = traitlets.Int(0).tag(sync=True)
    start_ranked = traitlets.Bool(True).tag(sync=True)
    options = traitlets.List(traitlets.Dict()).tag(sync=True)

    def empty_value(self) -> dict[str, Any]:
        """Return the value of an untouched list."""
        order = [item["id"] for item in self.items] if self.start_ranked else []
        return {"order": order, "options": self._check_options({}), **super().empty_value()}

    def check_value(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return the value, complete, or raise a TraitError that names trait and offence."""
        return {
            **super().check_value(value),
            "order": self._check_order(value.get("order", [])),
            "options": self._check_options(value.get("options", {})),
        }

    def _check_order(self, order: Any) -> list[str]:
        if not isinstance(order, Sequence) or isinstance(order, str):
            raise traitlets.TraitError("value: order must be a list of items")
        known = [item["id"] for item in self.items]
        for place, name in enumerate(order):
            if name not in known:
                raise traitlets.TraitError(f"value: order has no item {name!r}")
            if name in order[:place]:
                raise traitlets.TraitError(f"value: order names {name} twice")
        return list(order)

    def _check_options(self, given: Any) -> dict[str, dict[str, Any]]:
        if not isinstance(given, Mapping) or not all(isinstance(chosen, Mapping) for chosen in given.values()):
            raise traitlets.TraitError("value: options must be a table of choices for each item")
        start = {o["id"]: o.get("default", False if o["kind"] == "toggle" else None) for o in self.options}
        full = {item["id"]: {**start, **given.get(item["id"], {})} for item in self.items} if start else {}
        for name in given:
            if name not in full:
                raise traitlets.TraitError(f"value: options has no item {name!r}")
        kinds = {o["id"]: o for o in self.options}
        for name, chosen in full.items():
            for key, choice in chosen.items():
                if key not in kinds:
                    raise traitlets.TraitError(f"value: options of {name} has no {key!r}")
                if not _fits(kinds[key], choice):
                    raise traitlets.TraitError(f"value: {key} of {name} cannot be {choice!r}")
        return full

    @traitlets.validate("items")
    def _validate_items(self, proposal: Any) -> list[dict[str, Any]]:
        return check_entries("items", proposal["value"])

    @traitlets.validate("options")
    def _validate_options(self, proposal: Any) -> list[dict[str, Any]]:
        for option in check_entries("options", proposal["value"], "kind"):
            if option["kind"] not in ("toggle", "choice"):
                raise traitlets.TraitError(f"options: {option['id']} has unknown kind {option['kind']!r}")
            if option["kind"] == "choice":
                check_entries(f"options of {option['id']}", option.get("options", []))
            if "default" in option and not _fits(option, option["default"]):
                raise traitlets.TraitError(f"options: default of {option['id']} cannot be {option['default']!r}")
        return proposal["value"]

    @traitlets.validate("top")
    def _validate_top(self, proposal: Any) -> int:
        if proposal["value"] < 0:
            raise traitlets.TraitError(f"top: must be 0 or more, not {proposal['value']}")
        return int(proposal["value"])


def moved(order: Sequence[str], item: str, place: int) -> list[str]:
    """Return the order after one item was put at a place; all others keep their order among themselves.

    Parameters
    ----------
    order
        Items, first to last.
    item
        The one that moves. If it was not in the order yet, it is added.
    place
        Where it stands afterwards, 1 is first; the last place is the number of items afterwards.

    Returns
    -------
    list of str

    Raises
    ------
    ValueError
        If there is no such place.

    Examples
    --------
    >>> moved(["autopilot", "studio", "league"], "league", 1)
    ['league', 'autopilot', 'studio']
    >>> moved(["autopilot", "studio"], "league", 2)
    ['autopilot', 'league', 'studio']
    """
    others = [one for one in order if one != item]
    if not 1 <= place <= len(others) + 1:
        raise ValueError(f"place of {item} must be from 1 to {len(others) + 1}, not {place}")
    return [*others[: place - 1], item, *others[place - 1 :]]


def _fits(option: Mapping[str, Any], choice: Any) -> bool:
    if option["kind"] == "toggle":
        return isinstance(choice, bool)
    return choice is None or choice in [one["id"] for one in option["options"]]
