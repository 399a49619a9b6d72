"""A result in, a figure out: plain dicts in plotly's form, with a title, a description and a table.

Nothing here imports plotly: the browser draws (see `qspo_lab.widgets.plot_board`), so that a first figure costs
nothing in the kernel.
"""

from qspo_lab.figures.charts import bars, dots, grid, histogram, lines, scatter
from qspo_lab.figures.parts import Axis, Dots, Figure, Line, Mark, Point, Region, escaped

__all__ = [
    "Axis",
    "Dots",
    "Figure",
    "Line",
    "Mark",
    "Point",
    "Region",
    "bars",
    "dots",
    "escaped",
    "grid",
    "histogram",
    "lines",
    "scatter",
]
