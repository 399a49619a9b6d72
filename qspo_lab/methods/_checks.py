"""Refusals shared by the calculations: each names the argument, the value and what is allowed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def finite(name: str, value: Any) -> float:
    """Return one finite number, or refuse it."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be a number, not {value!r}") from None
    if not np.isfinite(number):
        raise ValueError(f"{name} must be a finite number, not {value!r}")
    return number


def positive(name: str, value: Any) -> float:
    """Return one number above 0, or refuse it."""
    number = finite(name, value)
    if number <= 0:
        raise ValueError(f"{name} must be above 0, not {value!r}")
    return number


def not_negative(name: str, value: Any) -> float:
    """Return one number of 0 or more, or refuse it."""
    number = finite(name, value)
    if number < 0:
        raise ValueError(f"{name} must be 0 or more, not {value!r}")
    return number


def share(name: str, value: Any) -> float:
    """Return one number from 0 to 1, or refuse it."""
    number = finite(name, value)
    if not 0 <= number <= 1:
        raise ValueError(f"{name} must lie between 0 and 1, not {value!r}")
    return number


def open_share(name: str, value: Any) -> float:
    """Return one number above 0 and below 1, or refuse it."""
    number = finite(name, value)
    if not 0 < number < 1:
        raise ValueError(f"{name} must lie above 0 and below 1, not {value!r}")
    return number


def whole(name: str, value: Any, at_least: int = 0) -> int:
    """Return one whole number, or refuse it."""
    number = finite(name, value)
    if number != int(number):
        raise ValueError(f"{name} must be a whole number, not {value!r}")
    if number < at_least:
        raise ValueError(f"{name} must be {at_least} or more, not {value!r}")
    return int(number)


def one_of(name: str, value: Any, allowed: Sequence[str]) -> str:
    """Return one of the allowed words, or refuse it."""
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}, not {value!r}")
    return str(value)


def numbers(name: str, values: ArrayLike, dimensions: int | None = 1) -> Floats:
    """Return an array of finite numbers, or name the first place that holds none.

    Parameters
    ----------
    name
        The argument, as the caller knows it.
    values
        What was given.
    dimensions
        How many dimensions it must have; None for any.
    """
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must hold numbers only and have no gaps") from None
    if dimensions is not None and array.ndim != dimensions:
        raise ValueError(f"{name} must have {dimensions} dimension(s), not {array.ndim}")
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        where = ", ".join(str(i + 1) for i in bad[0])
        raise ValueError(f"{name} must hold finite numbers; number {where} is {array[tuple(bad[0])]}")
    return array


def same_length(**named: Sequence[Any] | NDArray[Any]) -> int:
    """Return the common length of several sequences, or name two that differ."""
    lengths = {name: len(values) for name, values in named.items()}
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        raise ValueError(f"these must be of one length: {said}")
    return next(iter(lengths.values()))
