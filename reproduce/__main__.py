"""Run published results again: tables, curves and all numbers (JSON), in `reproduce/results/`.

make reproduce              # all of them, each less than 20 minutes on two cores, deep 60
make reproduce NAME=deep    # one of them
QUICK=1 make reproduce      # all in five minutes, on so little data that the numbers mean nothing

What has been run is kept, run by run, and not run again: interrupt it when you like, and go on.
"""

import argparse
import json
import os
import statistics
import sys
from pathlib import Path

from matplotlib import ticker

from ae_course.figures import COLOURS, DASHES, panels
from reproduce import deep, denoising_stack, edges, k_sparse, self_taught, stacked
from reproduce.runs import do_all
from tools import ROOT

EXPERIMENTS = {
    module.__name__.rpartition(".")[2]: module
    for module in (deep, stacked, self_taught, k_sparse, denoising_stack, edges)
}


def main(arguments=None) -> int:
    """Run what is asked for and print its table."""
    parser = argparse.ArgumentParser("make reproduce", description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(EXPERIMENTS))
    parser.add_argument("--jobs", type=int, help="how many at once; default: all cores")
    asked = parser.parse_args(arguments)
    if unknown := [name for name in asked.names if name not in EXPERIMENTS]:
        parser.error(f"nothing is called {unknown[0]}; there are {', '.join(EXPERIMENTS)}")
    quick = bool(os.environ.get("QUICK"))
    folder = ROOT / "reproduce" / "results" / ("quick" if quick else "full")
    for name in asked.names or EXPERIMENTS:
        found = conclude(EXPERIMENTS[name].experiment(quick), folder, name, asked.jobs)
        (folder / f"{name}.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
        (folder / f"{name}.md").write_text(table(found), "utf-8")
        if any("curve" in run["measured"] for run in found["runs"]):
            (folder / f"{name}.svg").write_text(picture(found), "utf-8")
    print(told(folder))
    return 0


def conclude(experiment, folder: Path, name: str, jobs=None) -> dict:
    """Do the runs that an experiment asks for, stage by stage; return what it concludes."""
    own = folder / "runs"
    own.mkdir(parents=True, exist_ok=True)
    stage = next(experiment)
    while True:
        try:
            stage = experiment.send(do_all(stage, own, name, jobs))
        except StopIteration as end:
            return end.value


def rows(found: dict) -> list[tuple]:
    """Of each label: the published figure, the mean, the spread, the seeds and the seconds."""
    by_label = {}
    for run in found["runs"]:
        by_label.setdefault(run["label"], []).append(run)
    lines = []
    for label, runs in by_label.items():
        values = [run["measured"]["test"] for run in runs]
        spread = statistics.stdev(values) if len(values) > 1 else None
        seconds = statistics.median(run["seconds"] for run in runs)
        published = found["published"].get(label)
        lines.append((label, published, statistics.mean(values), spread, len(values), seconds))
    return lines


def table(found: dict) -> str:
    """What has been found, and what was chosen before, as Markdown."""
    lines = [
        "| what | published | ours | spread | seeds | CPU s a run |",
        "|---|---|---|---|---|---|",
    ]
    for label, published, mean, spread, seeds, seconds in rows(found):
        there = "" if published is None else f"{published:.2f}"
        wide = "one seed" if spread is None else f"{spread:.2f}"
        lines.append(f"| {label} | {there} | {mean:.2f} | {wide} | {seeds} | {seconds:.0f} |")
    notes = [f"Chosen without test data: {in_words(found['chosen'])}.", *found["notes"]]
    return "\n".join([*lines, "", *(f"- {note}" for note in notes)]) + "\n"


def in_words(chosen: dict) -> str:
    """Settings as a reader reads them: of all, or of each contender."""
    if not any(isinstance(value, dict) for value in chosen.values()):
        return ", ".join(
            f"{name} {value if isinstance(value, str) else f'{value:g}'}"
            for name, value in chosen.items()
        )
    return "; ".join(f"{label}: {in_words(own)}" for label, own in chosen.items())


def told(folder: Path) -> str:
    """All tables that a folder has, under their titles."""
    tables = {module: folder / f"{name}.md" for name, module in EXPERIMENTS.items()}
    return "\n".join(
        f"## {module.TITLE}{f', {module.UNIT}' if module.UNIT else ''}\n\n{path.read_text('utf-8')}"
        for module, path in tables.items()
        if path.exists()
    )


def picture(found: dict) -> str:
    """What the runs measured after every epoch, and what was published, as lines (SVG)."""
    figure, ((axes,),) = panels(width=6, height=4)
    drawn = [run for run in found["runs"] if "curve" in run["measured"]]
    labels = list(dict.fromkeys(run["label"] for run in drawn))
    for run in drawn:
        style = labels.index(run["label"])
        curve = run["measured"]["curve"]
        look = {"color": COLOURS[style], "linestyle": DASHES[style]}
        label = f"_{run['seed']}" if run["seed"] else run["label"]  # one entry for all its seeds
        axes.plot(range(len(curve)), curve, label=label, **look)  # the first is before training
    for label, published in found["published"].items():
        if label in labels:
            axes.axhline(published, color="0.5", linestyle="-", linewidth=1)
            place = {"ha": "right", "va": "bottom", "transform": axes.get_yaxis_transform()}
            axes.text(0.99, 1.02 * published, f"published: {label}", **place)
    axes.set(xlabel="epoch", ylabel="test", yscale="log")
    axes.yaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 3, 5)))
    axes.yaxis.set_major_formatter(ticker.FormatStrFormatter("%g"))
    axes.minorticks_off()
    axes.margins(y=0.1)
    figure.legend(loc="outside lower center", frameon=False)
    return figure._repr_mimebundle_()[0]["image/svg+xml"]


if __name__ == "__main__":
    sys.exit(main())
