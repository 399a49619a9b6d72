"""A Product Backlog: what anybody sees of it, and what is hidden in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from qspo_lab.methods._checks import whole

if TYPE_CHECKING:
    from qspo_lab.scenarios.model import BacklogItem, Scenario, ValueClass
    from qspo_lab.texts import Words

VALUE_CLASSES: tuple[ValueClass, ...] = ("low", "medium", "high")
FRAGMENTS = ("actions", "objects", "circumstances")
"""Parts of a title beyond the written ones, in order, as the text file lists them."""
Texts = np.ndarray
"""Arrays of texts of any length (`numpy.dtypes.StringDType`)."""


@dataclass(frozen=True, eq=False)
class Backlog:
    """What may be seen, one entry per item.

    Parameters
    ----------
    areas
        Keys of the areas.
    key, title
        Texts.
    area
        Place of the item's area in ``areas``.
    value_class
        Place in `VALUE_CLASSES`: what its owner claims it is worth.
    needs
        Place of the item that has to be finished before; -1 for none.
    """

    areas: tuple[str, ...]
    key: Texts
    title: Texts
    area: NDArray[np.int8]
    value_class: NDArray[np.int8]
    needs: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.key)


@dataclass(frozen=True, eq=False)
class BacklogTruth:
    """What is hidden, one entry per item.

    Parameters
    ----------
    size
        True effort in person-days; of the smaller reading where a title can be read in two ways.
    second_size
        True effort of the larger reading; nan where there is only one.
    value
        True value in thousands of the unit of value.
    same_as
        Place of the item that is the same work in other words; -1 for none.
    spans
        Areas that it touches: shape ``(items, areas)``. With more than one, no team finishes it alone.
    """

    size: NDArray[np.float64]
    second_size: NDArray[np.float64]
    value: NDArray[np.float64]
    same_as: NDArray[np.int64]
    spans: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class _Plan:
    """What is known of each item before sizes and values are drawn."""

    area: NDArray[np.int8]
    hint: NDArray[np.int8]
    value_class: NDArray[np.int8]
    needs: NDArray[np.int64]
    same_as: NDArray[np.int64]
    second_meaning: NDArray[np.bool_]
    spans: NDArray[np.bool_]


def make_backlog(
    rng: np.random.Generator, pack: Scenario, words: Words, size: int | None = None
) -> tuple[Backlog, BacklogTruth]:
    """Draw a Product Backlog.

    1. The items are those that the pack writes down. A smaller backlog is a random choice of them in their order. A
       larger one adds items with the same shares of areas, value classes, hints, copies, double meanings and items
       that touch several areas; a share of them needs an item before it.
    2. True sizes are lognormal with the pack's median and sigma. The larger ones tend to go to the items whose titles
       suggest it: rank by rank along a mix of hint and chance.
    3. Values are lognormal around the median of the item's value class.
    4. A copy gets size and value of its original. The second reading of a title is larger by the pack's factor.

    Parameters
    ----------
    rng
        Source of random numbers.
    pack
        The scenario.
    words
        Its text file, for the titles.
    size
        Number of items; as many as the pack writes down if left out.

    Returns
    -------
    Backlog, BacklogTruth
        What may be seen and what may not.

    Raises
    ------
    ValueError
        For a size that is not a whole number from 0 up.
    """
    recipe, written = pack.backlog, len(pack.backlog.items)
    count = written if size is None else whole("size", size)
    choosing, planning, sizing, valuing, naming = rng.spawn(5)

    chosen = np.arange(written) if count >= written else np.sort(choosing.choice(written, count, replace=False))
    plan = _extended(planning, pack, _written(pack, chosen), count)

    true_size = _sizes(sizing, pack, plan.hint)
    medians = np.array([recipe.value_median[each] for each in VALUE_CLASSES])
    value = medians[plan.value_class] * np.exp(valuing.standard_normal(count) * recipe.value_sigma)
    original = np.where(plan.same_as < 0, np.arange(count), plan.same_as)
    true_size, value = true_size[original], value[original]

    keys, titles = _texts(naming, pack, words, chosen, count)
    backlog = Backlog(tuple(pack.areas), keys, titles, plan.area, plan.value_class, plan.needs)
    second = np.where(plan.second_meaning, true_size * recipe.second_meaning_factor, np.nan)
    return backlog, BacklogTruth(true_size, second, value, plan.same_as, plan.spans)


def _written(pack: Scenario, chosen: NDArray[np.int64]) -> _Plan:
    """Lay out the chosen ones of the pack's items; a link to one that is not chosen is dropped."""
    keys, all_items = list(pack.backlog.items), list(pack.backlog.items.values())
    items: Sequence[BacklogItem] = [all_items[place] for place in chosen]
    place_of = {keys[old]: new for new, old in enumerate(chosen)}
    areas = list(pack.areas)
    touched = [{item.area, *item.spans} for item in items]
    return _Plan(
        area=np.array([areas.index(item.area) for item in items], dtype=np.int8),
        hint=np.array([item.hint for item in items], dtype=np.int8),
        value_class=np.array([VALUE_CLASSES.index(item.value) for item in items], dtype=np.int8),
        needs=np.array([place_of.get(item.needs or "", -1) for item in items], dtype=np.int64),
        same_as=np.array([place_of.get(item.same_as or "", -1) for item in items], dtype=np.int64),
        second_meaning=np.array([item.second_meaning for item in items], dtype=bool),
        spans=np.array([[area in those for area in areas] for those in touched], dtype=bool).reshape(-1, len(areas)),
    )


def _extended(rng: np.random.Generator, pack: Scenario, plan: _Plan, count: int) -> _Plan:
    """Add items up to ``count`` that follow the shares of the written ones."""
    start = len(plan.area)
    more = count - start
    if more <= 0:
        return plan
    streams = rng.spawn(8)
    place = np.arange(start, count)
    area = plan.area[streams[0].integers(start, size=more)]
    copies = streams[1].random(more) < np.mean(plan.same_as >= 0)
    originals = np.concatenate([plan.same_as < 0, ~copies])
    before = np.cumsum(originals)[start:]
    chosen = np.flatnonzero(originals)[(streams[2].random(more) * before).astype(np.int64)]
    has_need = streams[3].random(more) < pack.backlog.dependency_share
    needed = (streams[4].random(more) * place).astype(np.int64)
    several = streams[5].random(more) < np.mean(plan.spans.sum(axis=1) > 1)
    spans = np.zeros((more, plan.spans.shape[1]), dtype=bool)
    spans[np.arange(more), area] = True
    spans[several, (area[several] + 1) % spans.shape[1]] = True
    like = streams[6].integers(start, size=more)
    return _Plan(
        area=np.concatenate([plan.area, area]),
        hint=np.concatenate([plan.hint, plan.hint[like]]),
        value_class=np.concatenate([plan.value_class, plan.value_class[like]]),
        needs=np.concatenate([plan.needs, np.where(has_need, needed, -1)]),
        same_as=np.concatenate([plan.same_as, np.where(copies, chosen, -1)]),
        second_meaning=np.concatenate(
            [plan.second_meaning, streams[7].random(more) < np.mean(plan.second_meaning)],
        ),
        spans=np.concatenate([plan.spans, spans]),
    )


def _sizes(rng: np.random.Generator, pack: Scenario, hint: NDArray[np.int8]) -> NDArray[np.float64]:
    recipe, count = pack.backlog, len(hint)
    drawing, mixing = rng.spawn(2)
    sizes = np.sort(recipe.size_median * np.exp(drawing.standard_normal(count) * recipe.size_sigma))
    suggested = hint - hint.mean() if count else hint
    spread = suggested.std() if count else 0.0
    suggested = suggested / spread if spread > 0 else np.zeros(count)
    weight = recipe.hint_correlation
    order = np.argsort(weight * suggested + (1 - weight**2) ** 0.5 * mixing.standard_normal(count))
    ranked = np.empty(count)
    ranked[order] = sizes
    return ranked


def _texts(
    rng: np.random.Generator, pack: Scenario, words: Words, chosen: NDArray[np.int64], count: int
) -> tuple[Texts, Texts]:
    """Give keys and titles; titles beyond the written ones are put together from fragments, each used once a round."""
    text = np.dtypes.StringDType()
    written = list(pack.backlog.items)
    keys = np.array([written[place] for place in chosen], dtype=text)
    titles = np.array([words.raw(f"backlog.items.{key}") for key in keys], dtype=text)
    more = count - len(keys)
    if more <= 0:
        return keys, titles
    parts = [np.array(words.raw(f"backlog.fragments.{name}"), dtype=text) for name in FRAGMENTS]
    lengths = [len(part) for part in parts]
    combinations = rng.permutation(int(np.prod(lengths)))
    turn, place = np.divmod(np.arange(more), len(combinations))
    picked = [part[at] for part, at in zip(parts, np.unravel_index(combinations[place], lengths), strict=True)]
    made = picked[0]
    for part in picked[1:]:
        made = np.strings.add(np.strings.add(made, " "), part)
    again = turn > 0
    made[again] = np.strings.add(np.strings.add(made[again], " "), (turn[again] + 1).astype(text))
    numbers = np.arange(len(keys) + 1, count + 1).astype(text)
    return np.concatenate([keys, np.strings.add("I", numbers)]), np.concatenate([titles, made])
