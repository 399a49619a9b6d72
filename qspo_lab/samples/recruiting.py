"""Who answers a survey."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from qspo_lab.scenarios.model import Scenario


def shares_of(pack: Scenario, recruiting: str) -> NDArray[np.float64]:
    """Give the share of each segment among those recruited through a channel, or within one segment.

    Raises
    ------
    ValueError
        If there is no such channel or segment.
    """
    return np.array(list(pack.shares(recruiting).values()))


def make_respondents(rng: np.random.Generator, pack: Scenario, size: int, recruiting: str) -> NDArray[np.int8]:
    """Draw the segment of each respondent, as its place in the pack's order.

    1. Each respondent belongs to a segment with the share that this segment has in the channel.

    A larger size adds respondents and leaves the first ones as they are.
    """
    borders = np.cumsum(shares_of(pack, recruiting))[:-1]
    return np.searchsorted(borders, rng.random(size), side="right").astype(np.int8)
