"""Series board: figures that arrive day by day, and a learner who decides when to stop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import traitlets

from qspo_lab.widgets.board import Board, check_entries


class SeriesBoard(Board):
    """Series that the learner steps through and stops, each with a verdict.

    The board asks by raising ``step``; who listens to ``value`` answers with ``series`` grown up to there. A point
    beyond the step is refused here, so the future never reaches the browser.

    Value: ``step``, series id to number of points seen; ``stopped``, series id to the step at which the learner
    stopped, or None; ``verdict``, series id to a verdict's id, or None; ``settings``. A stop is for good.

    Inputs: ``series``, dicts of ``id``, ``label``, ``lines`` and ``y``, maybe ``marks`` (dicts of ``at``, a step,
    and ``label``) and ``threshold`` (``at``, a height, and ``label``). Lines are dicts of ``id``, ``label``,
    ``points`` (numbers or None), maybe ``low`` and ``high`` of the same length. ``y`` holds ``min``, ``max``,
    ``label``, maybe ``pattern``, ``factor`` and ``places`` for writing its numbers. ``steps``, a dict of ``count``,
    ``label`` ("Day"), maybe ``start`` (points seen at first), ``one`` and ``many`` ("day", "days") and ``jump``
    (how far the long step goes, 5). ``verdicts``, dicts of ``id`` and ``label``, maybe ``note``.
    """

    stem: ClassVar[str] = "series_board"

    series = traitlets.List(traitlets.Dict()).tag(sync=True)
    steps = traitlets.Dict({"count": 1, "label": ""}).tag(sync=True)
    verdicts = traitlets.List(traitlets.Dict()).tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._check_seen(self.series)

    def empty_value(self) -> dict[str, Any]:
        """Return the value before the first step."""
        ids = [one["id"] for one in self.series]
        return {
            **super().empty_value(),
            "step": dict.fromkeys(ids, self.steps.get("start", 0)),
            "stopped": dict.fromkeys(ids),
            "verdict": dict.fromkeys(ids),
        }

    def check_value(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return the value with every series in it, or raise a TraitError that names the series and the offence."""
        full = super().check_value(value)
        empty = self.empty_value()
        for part in ("step", "stopped", "verdict"):
            given = value.get(part, {})
            if not isinstance(given, Mapping):
                raise traitlets.TraitError(f"value: {part} must be a table of series")
            for one in given:
                if one not in empty[part]:
                    raise traitlets.TraitError(f"value: {part} names {one!r}, which is not a series")
            full[part] = empty[part] | dict(given)
        for one in empty["step"]:
            self._check_one(one, full["step"][one], full["stopped"][one], full["verdict"][one])
        return full

    def _check_one(self, one: str, step: Any, stopped: Any, verdict: Any) -> None:
        start, count = self.steps.get("start", 0), self.steps["count"]
        if not is_whole(step) or not start <= step <= count:
            raise traitlets.TraitError(
                f"value: step of {one} must be a whole number from {start} to {count}, not {step!r}"
            )
        if stopped is not None and (not is_whole(stopped) or stopped != step):
            raise traitlets.TraitError(f"value: stopped of {one} must be its step {step} or None, not {stopped!r}")
        if verdict is not None and verdict not in [v["id"] for v in self.verdicts]:
            raise traitlets.TraitError(f"value: verdict of {one} cannot be {verdict!r}")
        if verdict is not None and stopped is None:
            raise traitlets.TraitError(f"value: verdict of {one} is given before it was stopped")

    def _check_seen(self, series: list[dict[str, Any]]) -> None:
        """Refuse points that the learner has not stepped to."""
        for one in series:
            seen = self.value["step"].get(one["id"], self.steps.get("start", 0))
            for line in one["lines"]:
                if len(line["points"]) > seen:
                    raise traitlets.TraitError(
                        f"series: line {line['id']} of {one['id']} has {len(line['points'])} points, "
                        f"only {seen} may be seen"
                    )

    @traitlets.validate("series")
    def _validate_series(self, proposal: Any) -> list[dict[str, Any]]:
        for one in check_entries("series", proposal["value"], "lines", "y"):
            check_y(one["id"], one["y"])
            for line in check_entries(f"series: lines of {one['id']}", one["lines"], "points"):
                check_line(one["id"], line)
            for mark in [*one.get("marks", []), *([one["threshold"]] if one.get("threshold") else [])]:
                if not is_number(mark.get("at")) or not isinstance(mark.get("label"), str):
                    raise traitlets.TraitError(f"series: a mark or threshold of {one['id']} needs at and label")
        # While the board is being made there is no value yet; __init__ checks then.
        if self.value:
            self._check_seen(proposal["value"])
        return proposal["value"]

    @traitlets.validate("steps")
    def _validate_steps(self, proposal: Any) -> dict[str, Any]:
        steps = proposal["value"]
        if not is_whole(steps.get("count")) or steps["count"] < 1:
            raise traitlets.TraitError(f"steps: count must be a whole number of at least 1, not {steps.get('count')!r}")
        if not isinstance(steps.get("label"), str):
            raise traitlets.TraitError("steps: label must be text")
        if not is_whole(steps.get("start", 0)) or not 0 <= steps.get("start", 0) <= steps["count"]:
            raise traitlets.TraitError(f"steps: start must be from 0 to {steps['count']}, not {steps['start']!r}")
        if not is_whole(steps.get("jump", 5)) or steps.get("jump", 5) < 1:
            raise traitlets.TraitError(f"steps: jump must be a whole number of at least 1, not {steps['jump']!r}")
        return steps

    @traitlets.validate("verdicts")
    def _validate_verdicts(self, proposal: Any) -> list[dict[str, Any]]:
        return check_entries("verdicts", proposal["value"])


def check_y(name: str, y: Any) -> None:
    """Raise a TraitError unless an axis has a label and runs upwards."""
    if not isinstance(y, Mapping) or not isinstance(y.get("label"), str):
        raise traitlets.TraitError(f"series: y of {name} has no label")
    if not is_number(y.get("min")) or not is_number(y.get("max")) or y["min"] >= y["max"]:
        raise traitlets.TraitError(f"series: y of {name} must run from a min to a greater max")


def check_line(name: str, line: Mapping[str, Any]) -> None:
    """Raise a TraitError unless points, low and high are lists of numbers or None, all of one length."""
    for part in ("points", "low", "high"):
        numbers = line.get(part, line["points"])
        if not isinstance(numbers, (list, tuple)) or not all(n is None or is_number(n) for n in numbers):
            raise traitlets.TraitError(f"series: {part} of line {line['id']} of {name} must be numbers or None")
        if len(numbers) != len(line["points"]):
            raise traitlets.TraitError(f"series: {part} of line {line['id']} of {name} differs in length from points")


def is_whole(number: Any) -> bool:
    """Say whether something is a whole number; true and false are none."""
    return isinstance(number, int) and not isinstance(number, bool)


def is_number(number: Any) -> bool:
    """Say whether something is a finite number; true and false are none."""
    return (
        isinstance(number, (int, float))
        and not isinstance(number, bool)
        and abs(number) != float("inf")
        and number == number
    )
