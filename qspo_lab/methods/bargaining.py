"""Deals over several issues: what was possible, and what was left on the table.

Every issue has options, every party a value for each of them; all deals are tried, up to `MOST_DEALS`.

Sources: Nash 1950 (Econometrica 18); Fisher and Ury, Getting to Yes (1981); Raiffa, The Art and Science of
Negotiation (1982).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qspo_lab.methods._checks import Floats, numbers, same_length

MOST_DEALS = 2**16


@dataclass(frozen=True)
class Deals:
    """All deals over several issues.

    Parameters
    ----------
    options
        Shape (deals, issues): which option each deal takes.
    values
        Shape (deals, parties): what each deal is worth to each party.
    """

    options: NDArray[np.int64]
    values: Floats


@dataclass(frozen=True)
class Solutions:
    """Deals that stand out, as positions in `Deals`; None if no deal leaves every party at least as well off as none.

    Parameters
    ----------
    nash
        Largest product of gains.
    utilitarian
        Largest sum of values of all deals.
    egalitarian
        Largest smallest gain.
    """

    nash: int | None
    utilitarian: int
    egalitarian: int | None


def all_deals(values: Sequence[Sequence[Sequence[float]]]) -> Deals:
    """Give every combination of options and its value for every party.

    Parameters
    ----------
    values
        Issue, then option, then party: what the option is worth to the party.

    Raises
    ------
    ValueError
        If there are too many deals to try, or an option lacks a party's value.
    """
    tables = [numbers(f"values of issue {i}", issue, 2) for i, issue in enumerate(values, 1)]
    if not tables or len({table.shape[1] for table in tables}) > 1:
        raise ValueError("values must name at least one issue, and the same parties for each option")
    sizes = [len(table) for table in tables]
    if prod(sizes) > MOST_DEALS:
        raise ValueError(f"there are {prod(sizes)} deals; at most {MOST_DEALS} can be tried")
    options = np.stack(np.meshgrid(*[np.arange(size) for size in sizes], indexing="ij"), axis=-1)
    options = options.reshape(-1, len(tables))
    total = np.sum([table[options[:, i]] for i, table in enumerate(tables)], axis=0)
    return Deals(options, total)


def pareto_front(values: ArrayLike) -> NDArray[np.bool_]:
    """Say which deals cannot be bettered for one party without loss for another.

    Parameters
    ----------
    values
        Shape (deals, parties).
    """
    worth = numbers("values", values, 2)
    unique, place = np.unique(worth, axis=0, return_inverse=True)
    front = np.array([_unbeaten(deal, unique) for deal in unique], dtype=bool)
    return front[place.reshape(-1)]


def solutions(values: ArrayLike, no_deal: ArrayLike) -> Solutions:
    """Give the Nash, utilitarian and egalitarian deals.

    Parameters
    ----------
    values
        Shape (deals, parties).
    no_deal
        What each party has without a deal.
    """
    worth, fallback = numbers("values", values, 2), numbers("no_deal", no_deal)
    same_length(parties=worth.T, no_deal=fallback)
    gains = worth - fallback
    fair = np.flatnonzero((gains >= -1e-12).all(axis=1))
    best = int(worth.sum(axis=1).argmax())
    if not len(fair):
        return Solutions(None, best, None)
    product, smallest = gains[fair].prod(axis=1), gains[fair].min(axis=1)
    return Solutions(int(fair[product.argmax()]), best, int(fair[smallest.argmax()]))


def left_on_the_table(values: ArrayLike, deal: int) -> float:
    """Give the value, all parties together, that another deal would have brought without loss for anybody.

    Parameters
    ----------
    values
        Shape (deals, parties).
    deal
        Position of the deal that was made.

    Returns
    -------
    float
        0 if the deal is on the Pareto front.
    """
    worth = numbers("values", values, 2)
    if not 0 <= deal < len(worth):
        raise ValueError(f"deal must be a position from 0 to {len(worth) - 1}, not {deal!r}")
    no_worse = (worth >= worth[deal] - 1e-12).all(axis=1)
    return float(worth[no_worse].sum(axis=1).max() - worth[deal].sum())


def _unbeaten(deal: Floats, all_values: Floats) -> bool:
    better = (all_values >= deal).all(axis=1) & (all_values > deal).any(axis=1)
    return not better.any()
