"""Who pays what: teaching models of contracts, not legal advice.

Each contract gives, for actual costs, what the client pays and what the supplier earns, in one unit of money.

Sources: Arbogast, Larman and Vodde, Agile Contracts Primer (2012); Stevens, Ten Contracts; Sutherland 2008 (money for
nothing, change for free); the United States' acquisition rules, FAR 16.4 (incentive contracts).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from qspo_lab.methods._checks import Floats, finite, not_negative, numbers, open_share, positive, share
from qspo_lab.methods.estimation import Lognormal


@dataclass(frozen=True)
class Settlement:
    """What changes hands at the end, one number for each actual cost.

    Parameters
    ----------
    client_pays, supplier_earns
        Price, and price minus cost.
    """

    client_pays: Floats
    supplier_earns: Floats


@dataclass(frozen=True)
class Exposure:
    """What a contract means while the cost is uncertain.

    Parameters
    ----------
    client_mean, client_sd
        Of what the client pays.
    supplier_mean, supplier_sd
        Of what the supplier earns.
    chance_of_loss
        Chance that the supplier earns less than 0.
    """

    client_mean: float
    client_sd: float
    supplier_mean: float
    supplier_sd: float
    chance_of_loss: float


@dataclass(frozen=True)
class EarlyEnd:
    """What an early end costs and saves.

    Parameters
    ----------
    client_pays, client_saves
        All that the client pays, and what is left of the contract's price.
    supplier_for_nothing
        What the supplier gets without working for it.
    """

    client_pays: float
    client_saves: float
    supplier_for_nothing: float


def fixed_price(cost: ArrayLike, price: float, change_orders: float = 0.0) -> Settlement:
    """Settle a fixed price.

    Parameters
    ----------
    cost
        Actual cost of the supplier.
    price
        Agreed price.
    change_orders
        What the client pays for changes on top; their cost is part of ``cost``.
    """
    c = _cost(cost)
    paid = np.full(c.shape, finite("price", price) + not_negative("change_orders", change_orders))
    return Settlement(paid, paid - c)


def time_and_materials(cost: ArrayLike, margin: float, cap: float | None = None) -> Settlement:
    """Settle time and materials: cost plus a margin, if wanted up to a cap.

    Parameters
    ----------
    cost
        Actual cost of the supplier.
    margin
        Share of the cost: 0.12 for 12 %.
    cap
        Most that the client pays.
    """
    c = _cost(cost)
    paid = c * (1 + not_negative("margin", margin))
    if cap is not None:
        paid = np.minimum(paid, not_negative("cap", cap))
    return Settlement(paid, paid - c)


def target_cost(
    cost: ArrayLike,
    target: float,
    fee: float,
    client_share: float,
    ceiling: float | None = None,
    least_fee: float | None = None,
    most_fee: float | None = None,
) -> Settlement:
    """Settle a target cost contract: both sides share what lies above or below the target.

    The supplier's fee is f + (1 - s)(T - C); the client pays C plus the fee, up to the ceiling.

    Parameters
    ----------
    cost
        Actual cost C of the supplier.
    target, fee
        Target cost T and fee f at the target.
    client_share
        s: share of a difference that is the client's.
    ceiling
        Most that the client pays.
    least_fee, most_fee
        Limits of the fee.

    Examples
    --------
    >>> target_cost([60_000, 110_000], 60_000, 15_000, 0.6, 100_000).client_pays.tolist()
    [75000.0, 100000.0]
    """
    c = _cost(cost)
    earned = finite("fee", fee) + (1 - share("client_share", client_share)) * (not_negative("target", target) - c)
    if least_fee is not None or most_fee is not None:
        earned = np.clip(earned, least_fee, most_fee)
    paid = c + earned
    if ceiling is not None:
        paid = np.minimum(paid, not_negative("ceiling", ceiling))
    return Settlement(paid, paid - c)


def point_of_total_assumption(target: float, fee: float, ceiling: float, client_share: float) -> float:
    """Give the cost from which the supplier carries everything: (ceiling - target price) / s + T.

    Parameters
    ----------
    target, fee, ceiling, client_share
        As in `target_cost`.

    Examples
    --------
    >>> round(point_of_total_assumption(150, 30, 200, 0.6), 2)
    183.33
    """
    room = finite("ceiling", ceiling) - finite("target", target) - finite("fee", fee)
    if room < 0:
        raise ValueError(f"ceiling ({ceiling:g}) must not be below target cost plus fee ({target + fee:g})")
    return target + room / positive("client_share", share("client_share", client_share))


def exposure(contract: Callable[[Floats], Settlement], cost: Lognormal) -> Exposure:
    """Give mean and spread for both sides over all costs that may come.

    Parameters
    ----------
    contract
        One of the settlements with its terms filled in, ``lambda cost: fixed_price(cost, 115)``.
    cost
        Distribution of the cost.

    Examples
    --------
    >>> from math import log
    >>> found = exposure(lambda c: fixed_price(c, 115), Lognormal(log(100), 0.4))
    >>> round(found.supplier_mean, 2), round(found.chance_of_loss, 3)
    (6.67, 0.363)
    """
    z = np.linspace(-9, 9, 36_001)
    weight = np.exp(-0.5 * z**2)
    weight /= weight.sum()
    settled = contract(np.exp(cost.mu + cost.sigma * z))
    client, supplier = settled.client_pays, settled.supplier_earns
    client_mean, supplier_mean = float(weight @ client), float(weight @ supplier)
    return Exposure(
        client_mean,
        float(np.sqrt(weight @ (client - client_mean) ** 2)),
        supplier_mean,
        float(np.sqrt(weight @ (supplier - supplier_mean) ** 2)),
        float(weight @ (supplier < 0)),
    )


def money_for_nothing(price: float, billed: float, exit_share: float = 0.2) -> EarlyEnd:
    """Settle an early end: the client stops and pays a share of what remains.

    Parameters
    ----------
    price
        Price of the whole contract.
    billed
        What was billed when the client stopped.
    exit_share
        Share of the remainder that the supplier gets.

    Examples
    --------
    >>> money_for_nothing(1000, 600).client_pays
    680.0
    """
    if not 0 <= finite("billed", billed) <= not_negative("price", price):
        raise ValueError(f"billed must lie between 0 and the price ({price:g}), not {billed!r}")
    fee = share("exit_share", exit_share) * (price - billed)
    return EarlyEnd(billed + fee, price - billed - fee, fee)


def stop_after(values: ArrayLike, price: float, exit_share: float = 0.2) -> int:
    """Give after how many Sprints to stop: the next one brings less than price x (1 - exit share).

    Parameters
    ----------
    values
        Value of each Sprint, falling.
    price
        Price of one Sprint.
    exit_share
        As in `money_for_nothing`.

    Returns
    -------
    int
        0 if none is worth it, all of them if every one is.

    Examples
    --------
    >>> stop_after([100 * 0.85**k for k in range(12)], 50)
    6
    """
    worth = numbers("values", values)
    if np.any(np.diff(worth) > 1e-12):
        raise ValueError("values must fall from Sprint to Sprint; a later rise would make stopping early wrong")
    return int((worth >= positive("price", price) * (1 - share("exit_share", exit_share))).sum())


def price_with_change_orders(price: float, changed_share: float, markup: float) -> float:
    """Give what a fixed price comes to if a share of its scope is replaced and the old scope is still paid.

    Parameters
    ----------
    price
        Agreed price.
    changed_share
        Share of the scope that is replaced.
    markup
        Price of changed work, as a multiple of the agreed one. Under "change for free" a swap of equal size costs 0.

    Examples
    --------
    >>> price_with_change_orders(1000, 0.35, 1.6)
    1560.0
    """
    return not_negative("price", price) * (1 + share("changed_share", changed_share) * not_negative("markup", markup))


def cost_at_confidence(cost: Lognormal, level: float = 0.8) -> float:
    """Give the cost that is not passed in this share of cases: what a careful bidder would ask for."""
    return cost.quantile(open_share("level", level))


def _cost(cost: ArrayLike) -> Floats:
    c = numbers("cost", cost, None)
    if np.any(c < 0):
        raise ValueError(f"cost must be 0 or more, not {c.min():g}")
    return c
