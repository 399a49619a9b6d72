"""What every board has: a value in plain JSON, controls beside it, words, a lock and a saved mark."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import traitlets

HERE = Path(__file__).parent


class Board(anywidget.AnyWidget):
    """Base of all boards; not used by itself.

    A board draws and reports; it does not calculate. A subclass names its own stem, whose ``.js`` and ``.css`` stand
    beside it and are joined to ``board.js`` and ``board.css``. ``value`` is always complete and valid: it is set by
    the browser at the end of each gesture and checked here by `check_value`.

    Traits in three groups.

    Value: ``value``, plain JSON; a dict whose ``settings`` hold what the controls say.

    Inputs: ``controls``, a list of dicts, see `check_controls`; ``controls_below``, whether they stand under the board
    and not above it; ``locked``, whether the answer is committed.

    Looks: ``label``, the accessible name; ``words``, the board's own words; ``name``, which answer this is.
    """

    stem: ClassVar[str] = "board"

    value = traitlets.Dict().tag(sync=True)
    controls = traitlets.List(traitlets.Dict()).tag(sync=True)
    controls_below = traitlets.Bool(False).tag(sync=True)
    locked = traitlets.Bool(False).tag(sync=True)
    label = traitlets.Unicode("").tag(sync=True)
    words = traitlets.Dict().tag(sync=True)
    name = traitlets.Unicode("").tag(sync=True)
    rev = traitlets.Int(0).tag(sync=True)
    saved_rev = traitlets.Int(0).tag(sync=True)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "stem" in cls.__dict__:
            cls._esm = read_source("board.js") + "\n" + read_source(f"{cls.stem}.js")
            cls._css = read_source("board.css") + "\n" + read_source(f"{cls.stem}.css")

    def __init__(self, **traits: Any) -> None:
        unknown = sorted(set(traits) - set(self.trait_names()))
        if unknown:
            raise traitlets.TraitError(f"{type(self).__name__} has no {', '.join(unknown)}")
        self._file_handlers: list[Callable[[str, str, bytes], None]] = []
        value = traits.pop("value", None)
        super().__init__(**traits)
        self.value = self.empty_value() if value is None else value
        self.on_msg(self._receive)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.label!r}>"

    def empty_value(self) -> dict[str, Any]:
        """Return the value of an untouched board."""
        return {"settings": {c["id"]: c.get("default") for c in self.controls if c["kind"] != "file"}}

    def check_value(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return the value, complete, or raise a TraitError that names trait and offence."""
        return {**value, "settings": self.check_settings(value.get("settings", {}))}

    def check_settings(self, settings: Any) -> dict[str, Any]:
        """Return the settings with defaults filled in; what is not a control is kept as it is."""
        if not isinstance(settings, Mapping):
            raise traitlets.TraitError("value: settings must be a table of names and values")
        full = {c["id"]: c.get("default") for c in self.controls if c["kind"] != "file"} | dict(settings)
        for control in self.controls:
            chosen = full.get(control["id"])
            if chosen is None:
                continue
            if control["kind"] == "choice" and chosen not in [o["id"] for o in control["options"]]:
                raise traitlets.TraitError(f"value: {control['id']} cannot be {chosen!r}")
            if control["kind"] == "toggle" and not isinstance(chosen, bool):
                raise traitlets.TraitError(f"value: {control['id']} must be true or false, not {chosen!r}")
            if control["kind"] in ("slider", "number"):
                if isinstance(chosen, bool) or not isinstance(chosen, (int, float)):
                    raise traitlets.TraitError(f"value: {control['id']} must be a number, not {chosen!r}")
                if not control["min"] <= chosen <= control["max"]:
                    raise traitlets.TraitError(
                        f"value: {control['id']} must be from {control['min']} to {control['max']}, not {chosen}"
                    )
            if control["kind"] == "text" and not isinstance(chosen, str):
                raise traitlets.TraitError(f"value: {control['id']} must be text")
        return full

    @traitlets.validate("value")
    def _validate_value(self, proposal: Any) -> dict[str, Any]:
        return self.check_value(proposal["value"])

    @traitlets.validate("controls")
    def _validate_controls(self, proposal: Any) -> list[dict[str, Any]]:
        return check_controls(proposal["value"])

    def on_file(self, handler: Callable[[str, str, bytes], None]) -> None:
        """Call ``handler(control, file name, content)`` for each file that a learner chooses."""
        self._file_handlers.append(handler)

    def _receive(self, _: Any, content: Mapping[str, Any], buffers: list[memoryview]) -> None:
        if content.get("type") == "file" and len(buffers) == 1:
            for handler in self._file_handlers:
                handler(str(content.get("control")), str(content.get("name")), bytes(buffers[0]))


def check_controls(controls: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Check a list of controls.

    Parameters
    ----------
    controls
        Each a dict with ``id``, ``kind`` and ``label``, and by kind: ``choice`` (``options``: dicts of ``id``,
        ``label``, maybe ``note``), ``slider`` and ``number`` (``min``, ``max``, ``step``, maybe ``pattern`` such as
        ``"{} %"`` and ``factor`` for display), ``toggle``, ``text``, ``file`` (``accept``). All may carry
        ``default`` and ``note``. A control without a default starts undecided.

    Returns
    -------
    list of dict

    Raises
    ------
    traitlets.TraitError
        Names the control and what is wrong.
    """
    needed = {
        "choice": ("options",),
        "slider": ("min", "max", "step"),
        "number": ("min", "max", "step"),
        "toggle": (),
        "text": (),
        "file": ("accept",),
    }
    for control in controls:
        name = control.get("id", "a control without id")
        if control.get("kind") not in needed:
            raise traitlets.TraitError(f"controls: {name} has unknown kind {control.get('kind')!r}")
        for part in ("id", "label", *needed[control["kind"]]):
            if part not in control:
                raise traitlets.TraitError(f"controls: {name} has no {part}")
    ids = [c["id"] for c in controls]
    if len(set(ids)) < len(ids):
        raise traitlets.TraitError(f"controls: two have the same id among {', '.join(ids)}")
    return controls


def read_source(name: str) -> str:
    """Return the text of a JS or CSS file beside this module; empty if a board needs none."""
    path = HERE / name
    return path.read_text(encoding="utf-8") if path.exists() else ""


def check_entries(trait: str, entries: list[dict[str, Any]], *also: str) -> list[dict[str, Any]]:
    """Check a list of things that a board shows, each known by its id and never by its place.

    Parameters
    ----------
    trait
        Name of the input, named in errors.
    entries
        Dicts with at least ``id`` and ``label``, both text.
    *also
        Further parts that each must have.

    Returns
    -------
    list of dict

    Raises
    ------
    traitlets.TraitError
        Names the trait, the entry and what is wrong.
    """
    for entry in entries:
        for part in ("id", "label", *also):
            if part not in entry:
                raise traitlets.TraitError(f"{trait}: {entry.get('id', 'an entry without id')} has no {part}")
        if not isinstance(entry["id"], str) or not isinstance(entry["label"], str):
            raise traitlets.TraitError(f"{trait}: id and label of {entry['id']!r} must be text")
    ids = [entry["id"] for entry in entries]
    twice = sorted({i for i in ids if ids.count(i) > 1})
    if twice:
        raise traitlets.TraitError(f"{trait}: there are two of {', '.join(twice)}")
    return entries
