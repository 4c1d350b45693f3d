"""A picture of the class: how each task came out, and how many points students have."""

import base64
import io

from matplotlib.ticker import MaxNLocator

from ae_course import figures
from grading.results import Graded

KINDS = {  # of outcomes, from best to worst, with colours of different lightness
    "all points": "#0072B2",
    "some points": "#56B4E9",
    "no points": "#D55E00",
    "not answered": "#bbbbbb",
    "not run to its end": "#000000",
    "to be read": "#F0E442",
    "not graded": "#CC79A7",
}


def picture(counts: dict[str, dict[str, int]], graded: list[Graded]) -> dict[str, str]:
    """The picture as text, and in words.

    Parameters
    ----------
    counts : dict of dict of int
        By task, how many students have each kind of outcome.
    """
    figure, axes = figures.panels(1, 2, height=1 + 0.4 * len(counts), width_ratios=[3, 2])
    bars, totals = axes[0]
    _draw_tasks(bars, counts)
    _draw_totals(totals, graded)
    figure.legend(loc="outside upper center", ncols=3, frameon=False, fontsize=9)
    image = io.BytesIO()
    figure.savefig(image, format="png", dpi=120)
    return {"alt": _words(counts), "data": base64.b64encode(image.getvalue()).decode()}


def _draw_tasks(bars, counts):
    left = [0] * len(counts)
    for kind, colour in KINDS.items():
        width = [count[kind] for count in counts.values()]
        if any(width):
            bars.barh(list(counts), width, left=left, color=colour, edgecolor="white", label=kind)
        left = [a + b for a, b in zip(left, width, strict=True)]
    bars.invert_yaxis()
    bars.set_xlabel("students")
    bars.grid(visible=False)
    bars.xaxis.set_major_locator(MaxNLocator(integer=True))


def _draw_totals(totals, graded):
    most = graded[0].out_of
    totals.hist(
        [g.points for g in graded],
        bins=[points - 0.5 for points in range(most + 2)],
        color=figures.COLOURS[0],
    )
    totals.set(xlabel=f"points, of {most}", ylabel="students")
    totals.yaxis.set_major_locator(MaxNLocator(integer=True))
    totals.set_axisbelow(True)


def _words(counts):
    return "Students by task. " + " ".join(
        f"{name}: " + ", ".join(f"{n} {kind}" for kind, n in count.items() if n) + "."
        for name, count in counts.items()
    )
