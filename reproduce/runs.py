"""Runs that are done once: each in a process of its own, its result kept in a file."""

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tqdm import tqdm

from ae_course.files import atomic_write


@dataclass(frozen=True)
class Run:
    """One training with everything that its result depends on.

    Attributes
    ----------
    function : callable ``(folder, seed, **options) -> dict``
        What is run, at the top of a module; returns what is measured, ready for JSON. In `folder`
        it may keep what it needs to go on after an interruption.
    label : str
        What it is called in tables: who takes part.
    seed : int
    options : dict
        Further arguments, ready for JSON.
    """

    function: Callable
    label: str
    seed: int = 0
    options: dict = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of its files: the same for the same arguments only."""
        about = [self.function.__module__, self.function.__name__, self.seed, self.options]
        digest = hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()[:12]
        return f"{self.function.__name__}-{self.seed}-{digest}"

    def do(self, folder: Path) -> dict:
        """What it measured, with its CPU seconds; from its file, if it has been run."""
        path = folder / f"{self.name}.json"
        if path.exists():
            return json.loads(path.read_text("utf-8"))
        own = folder / self.name
        own.mkdir(parents=True, exist_ok=True)
        begin = time.process_time()
        measured = self.function(own, self.seed, **self.options)
        about = {k: v for k, v in asdict(self).items() if k != "function"}
        found = about | {"measured": measured, "seconds": time.process_time() - begin}
        with atomic_write(path) as file:
            file.write((json.dumps(found) + "\n").encode())
        for kept in own.iterdir():
            kept.unlink()
        own.rmdir()
        return found


def do_all(runs: Iterable[Run], folder: Path, what: str, jobs: int | None = None) -> list[dict]:
    """The results of runs, in their order, with as many at once as there are cores."""
    runs, folder = list(runs), Path(folder)
    with ProcessPoolExecutor(jobs or os.cpu_count()) as pool:
        waiting = [pool.submit(run.do, folder) for run in runs]
        try:
            for done in tqdm(as_completed(waiting), what, len(runs), unit="run"):
                done.result()  # raises what the run raised, at once
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [done.result() for done in waiting]


def best(found: list[dict], measure: str = "validation") -> dict:
    """The options, chosen for one label, with the least mean of a measure over their seeds."""
    means = {}
    for run in found:
        key = json.dumps(run["options"], sort_keys=True)
        means.setdefault(key, []).append(run["measured"][measure])
    return json.loads(min(means, key=lambda key: sum(means[key]) / len(means[key])))


def best_of_each(found: list[dict]) -> dict[str, dict]:
    """By label, the best options of the runs that have it."""
    labels = dict.fromkeys(run["label"] for run in found)
    return {label: best([run for run in found if run["label"] == label]) for label in labels}


def best_run_of_each(found: list[dict]) -> dict[str, dict]:
    """By label, the run with the least validation error: for runs that choose something within."""
    ordered = sorted(found, key=lambda run: run["measured"]["validation"], reverse=True)
    return {run["label"]: run for run in ordered}  # the last of each label stays


def one_by_one(function: Callable, options: dict[str, dict], grids: dict[str, dict], seed=0):
    """Options for each label: one name of its grid is chosen after the other, the rest stays.

    Before its turn comes, a name has the value in the middle of its grid. A generator that yields
    stages of runs and is sent what they found, for ``yield from`` in an experiment.
    """
    middle = {
        label: {name: values[len(values) // 2] for name, values in grid.items()}
        for label, grid in grids.items()
    }
    chosen = {label: one | middle[label] | {"validate": True} for label, one in options.items()}
    for name in dict.fromkeys(name for grid in grids.values() for name in grid):
        found = yield [
            Run(function, label, seed, one | {name: value})
            for label, one in chosen.items()
            for value in grids[label].get(name, [])
        ]
        chosen |= best_of_each(found)
    return chosen


def picked(chosen: dict[str, dict], *names: str) -> dict[str, dict]:
    """Of the options chosen for each label, those that were a choice."""
    return {label: {name: one[name] for name in names} for label, one in chosen.items()}


def edges_of(chosen: dict[str, dict], grid: dict[str, list], **own: dict[str, list]) -> list[str]:
    """A note for every label and option at an end of the grid, or of one of the label's own."""
    return [
        f"{label}: {name} at an end of its grid"
        for label, one in chosen.items()
        for name in at_the_edge(grid | own.get(label, {}), one)
    ]


def at_the_edge(grid: dict[str, list], chosen: dict) -> list[str]:
    """The options whose best value is at an end of its grid, where a better one may lie beyond."""
    return [name for name, values in grid.items() if chosen[name] in (values[0], values[-1])]
