"""Point map: a plane with two named axes, points that are placed, read or picked, and threshold lines."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import traitlets

from qspo_lab.widgets.board import Board, check_entries


class PointMap(Board):
    """Points on a plane; ``value`` says where the movable ones stand and which ones are picked.

    ``value`` is ``{"positions": {point id: [x, y] or None}, "lines": {line id: at}, "marked": [point ids],
    "settings": {...}}``. ``positions`` and ``lines`` hold the movable ones only; None means not placed yet, such points
    wait in a tray beside the plane. ``marked`` is in the order of picking.

    Traits of its own.

    ``x``, ``y``: dicts of ``label``, ``min``, ``max``, ``step`` (one press of an arrow key), and maybe ``low`` and
    ``high`` (words at the ends), ``name`` (the label inside a sentence), ``pattern`` (``"{} %"``), ``places``
    (decimals shown, and kept when a point is dropped; without it those of ``step``).

    ``points``: dicts of ``id``, ``label``, and maybe ``x``, ``y``, ``movable``, ``error``, ``group``, ``note``. A
    movable point without ``x`` and ``y`` starts in the tray; another one without them has no data yet and says so.
    ``error``, for points that stay where they are: a half-width in y, an interval ``[low, high]`` in y, or a dict of
    either for ``x`` and ``y``; it is kept as ``{"x": [low, high], "y": [low, high]}``.

    ``lines``: dicts of ``id``, ``label``, ``axis`` (``"x"``: upright at that x), ``at``, and maybe ``movable``.

    ``areas``: dicts of ``label``, ``x``, ``y`` (middle of the text), and maybe ``slope`` (rise over run along which the
    text is written) and ``corners`` (``[x, y]`` each) of a shaded part.

    ``marks``: ``max``, how many points may be picked, and ``label``, what for; empty means none.
    """

    stem: ClassVar[str] = "point_map"

    x = traitlets.Dict().tag(sync=True)
    y = traitlets.Dict().tag(sync=True)
    points = traitlets.List(traitlets.Dict()).tag(sync=True)
    lines = traitlets.List(traitlets.Dict()).tag(sync=True)
    areas = traitlets.List(traitlets.Dict()).tag(sync=True)
    marks = traitlets.Dict().tag(sync=True)

    def empty_value(self) -> dict[str, Any]:
        """Return the value of an untouched map: start positions, lines where they are, nothing picked."""
        return {"positions": self._starts(), "lines": self._line_starts(), "marked": [], **super().empty_value()}

    def check_value(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return the value, complete, or raise a TraitError that names trait and offence."""
        positions = _known(value.get("positions", {}), self._starts(), "positions", "movable point")
        for name, at in positions.items():
            if at is None:
                continue
            if not isinstance(at, Sequence) or isinstance(at, str) or len(at) != 2:
                raise traitlets.TraitError(f"value: positions of {name} must be [x, y], not {at!r}")
            _inside(at[0], self.x, f"value: x of {name}")
            _inside(at[1], self.y, f"value: y of {name}")
        lines = _known(value.get("lines", {}), self._line_starts(), "lines", "movable line")
        for line in self.lines:
            if line["id"] in lines:
                _inside(lines[line["id"]], self.x if line["axis"] == "x" else self.y, f"value: line {line['id']}")
        return {
            **super().check_value(value),
            "positions": {name: None if at is None else list(at) for name, at in positions.items()},
            "lines": lines,
            "marked": self._check_marked(value.get("marked", [])),
        }

    def _starts(self) -> dict[str, list[float] | None]:
        starts = {p["id"]: (p.get("x"), p.get("y")) for p in self.points if p.get("movable")}
        return {name: None if x is None or y is None else [x, y] for name, (x, y) in starts.items()}

    def _line_starts(self) -> dict[str, float]:
        return {line["id"]: line["at"] for line in self.lines if line.get("movable")}

    def _check_marked(self, marked: Any) -> list[str]:
        if not isinstance(marked, Sequence) or isinstance(marked, str):
            raise traitlets.TraitError("value: marked must be a list of points")
        known = [p["id"] for p in self.points]
        for name in marked:
            if name not in known:
                raise traitlets.TraitError(f"value: marked has no point {name!r}")
        if len(set(marked)) < len(marked):
            raise traitlets.TraitError("value: marked names a point twice")
        most = self.marks.get("max", 0)
        if len(marked) > most:
            raise traitlets.TraitError(f"value: marked may hold {most} points, not {len(marked)}")
        return list(marked)

    @traitlets.validate("x", "y")
    def _validate_axis(self, proposal: Any) -> dict[str, Any]:
        name, axis = proposal["trait"].name, proposal["value"]
        _parts(axis, ("label", "min", "max", "step"), name, "axis")
        for part in ("min", "max", "step"):
            _number(axis[part], f"{name}: {part}")
        if not axis["min"] < axis["max"]:
            raise traitlets.TraitError(f"{name}: min must be below max, not {axis['min']} and {axis['max']}")
        if not axis["step"] > 0:
            raise traitlets.TraitError(f"{name}: step must be above 0, not {axis['step']}")
        return axis

    @traitlets.validate("points")
    def _validate_points(self, proposal: Any) -> list[dict[str, Any]]:
        return [_check_point(point) for point in check_entries("points", proposal["value"])]

    @traitlets.validate("lines")
    def _validate_lines(self, proposal: Any) -> list[dict[str, Any]]:
        for line in check_entries("lines", proposal["value"], "axis", "at"):
            if line["axis"] not in ("x", "y"):
                raise traitlets.TraitError(f"lines: {line['id']} has axis {line['axis']!r}, neither x nor y")
            _number(line["at"], f"lines: at of {line['id']}")
        return proposal["value"]

    @traitlets.validate("areas")
    def _validate_areas(self, proposal: Any) -> list[dict[str, Any]]:
        for area in proposal["value"]:
            _parts(area, ("label", "x", "y"), "areas", area.get("label", "an area without label"))
            for at in ([area["x"], area["y"]], *area.get("corners", [])):
                if not isinstance(at, Sequence) or isinstance(at, str) or len(at) != 2:
                    raise traitlets.TraitError(f"areas: corners of {area['label']} must be [x, y] each, not {at!r}")
                _number(at[0], f"areas: x of {area['label']}")
                _number(at[1], f"areas: y of {area['label']}")
        return proposal["value"]

    @traitlets.validate("marks")
    def _validate_marks(self, proposal: Any) -> dict[str, Any]:
        most = proposal["value"].get("max", 0)
        if isinstance(most, bool) or not isinstance(most, int) or most < 0:
            raise traitlets.TraitError(f"marks: max must be a whole number from 0, not {most!r}")
        return proposal["value"]


def _check_point(point: dict[str, Any]) -> dict[str, Any]:
    name = point["id"]
    x, y = point.get("x"), point.get("y")
    if (x is None) != (y is None):
        raise traitlets.TraitError(f"points: {name} needs both x and y, or neither")
    if x is not None:
        _number(x, f"points: x of {name}")
        _number(y, f"points: y of {name}")
    error = point.get("error")
    if error is None:
        return point
    if point.get("movable") or x is None:
        raise traitlets.TraitError(f"points: {name} cannot have an error: it has no fixed place")
    both = error if isinstance(error, Mapping) else {"y": error}
    unknown = sorted(set(both) - {"x", "y"})
    if unknown:
        raise traitlets.TraitError(f"points: error of {name} has {', '.join(unknown)}, only x and y are known")
    return {**point, "error": {axis: _interval(part, point[axis], name) for axis, part in both.items()}}


def _interval(error: Any, middle: float, name: str) -> list[float]:
    """Return the ends of an error given as half-width or as its two ends."""
    if isinstance(error, Sequence) and not isinstance(error, str) and len(error) == 2:
        low, high = error
    else:
        _number(error, f"points: error of {name}")
        low, high = middle - error, middle + error
    _number(low, f"points: error of {name}")
    _number(high, f"points: error of {name}")
    if low > high:
        raise traitlets.TraitError(f"points: error of {name} runs from {low} down to {high}")
    return [low, high]


def _parts(given: Mapping[str, Any], needed: Sequence[str], trait: str, name: str) -> None:
    for part in needed:
        if part not in given:
            raise traitlets.TraitError(f"{trait}: {name} has no {part}")


def _known(given: Any, starts: Mapping[str, Any], part: str, kind: str) -> dict[str, Any]:
    """Return the given entries with the missing ones at their start; refuse names that are not there."""
    if not isinstance(given, Mapping):
        raise traitlets.TraitError(f"value: {part} must be a table of names and places")
    for name in given:
        if name not in starts:
            raise traitlets.TraitError(f"value: {part} has no {kind} {name!r}")
    return {**starts, **given}


def _number(value: Any, what: str) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise traitlets.TraitError(f"{what} must be a number, not {value!r}")


def _inside(value: Any, axis: Mapping[str, Any], what: str) -> None:
    _number(value, what)
    if axis and not axis["min"] <= value <= axis["max"]:
        raise traitlets.TraitError(f"{what} must be from {axis['min']} to {axis['max']}, not {value}")
