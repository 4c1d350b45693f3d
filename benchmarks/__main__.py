"""Run all of it and write a table, a JSON and a picture to `benchmarks/results/`.

make bench            # less than 15 minutes on a quiet machine
QUICK=1 make bench    # less than 2 minutes: fewer rounds, smaller data
"""

import json
import os
import platform
import statistics
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from threadpoolctl import threadpool_info

from benchmarks.race import ROOT, contenders, environment, race
from benchmarks.tasks import QUICK, TASKS

RESULTS = ROOT / "benchmarks" / "results"
NAMES = ["products", "ours", "ours, numba", "by hand", "torch", "torch fused", "jax scan"]


def main() -> None:
    """Measure, and write what was found as it comes."""
    if "OPENBLAS_CORETYPE" in os.environ:  # the kernel is chosen when NumPy is loaded
        sys.exit(subprocess.call([sys.executable, "-m", "benchmarks"], env=environment()))
    RESULTS.mkdir(exist_ok=True)
    found = {"machine": machine(), "steps": steps(), "whole": whole(), "growth": growth()}
    (RESULTS / "bench.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    (RESULTS / "bench.md").write_text(table(found), "utf-8")
    draw(found["growth"], RESULTS / "bench.png")
    print(table(found))


def machine() -> dict[str, str]:
    """On what it ran."""
    cpu = [x for x in Path("/proc/cpuinfo").read_text().splitlines() if x.startswith("model name")]
    libraries = ("numpy", "scipy", "numba", "torch", "jax", "scikit-learn")
    return {
        "processor": cpu[0].partition(":")[2].strip() if cpu else platform.processor(),
        "BLAS kernel": ", ".join(
            sorted({p["architecture"] for p in threadpool_info() if "architecture" in p})
        ),
        "threads": "1",
        "python": platform.python_version(),
        **{name: version(name) for name in libraries},
        "load when it began": f"{os.getloadavg()[0]:.1f}",
        "quick": str(QUICK),
    }


def steps() -> dict[str, dict]:
    """Every task, contender by contender."""
    rounds, seconds = (3, 0.05) if QUICK else (7, 0.4)
    found = {}
    with contenders(NAMES) as started:
        for task in TASKS.values():
            print(f"{task.name} ...", file=sys.stderr)
            found[task.name] = race(task, started, rounds, seconds)
    return found


def whole() -> dict[str, dict]:
    """PCA, whitening and L-BFGS: seconds, and how far eigenvalues and values agree."""
    rounds, found = 1 if QUICK else 3, {}
    for n, D in [(10_000, 784), (40_000, 144)] if QUICK else [(60_000, 784), (400_000, 144)]:
        print(f"PCA, {n} x {D} ...", file=sys.stderr)
        ways = ["pca", "pca_float32", "chunks", "whitening", "scikit_learn"]
        runs = [{way: alone(way, n, D) for way in ways} for _ in range(rounds)]
        wanted = np.array(runs[0]["pca"][1])
        for way in ways:
            spectrum = np.array(runs[0][way][1])
            off = float(np.abs(spectrum / wanted - 1).max())
            if off > 1e-4:
                raise RuntimeError(f"{way}: an eigenvalue is off by {off:.1g} of its size")
        found[f"PCA, {n} x {D}"] = spread(runs)
    print("L-BFGS ...", file=sys.stderr)
    runs = []
    for _ in range(rounds):
        ours = alone("lbfgs", 30 if QUICK else 200, 0)
        runs.append({"lbfgs": ours, "torch_lbfgs": alone("torch_lbfgs", ours[1][0], 0)})
    found["L-BFGS, 64-25-64, 10,000 patches, to the same J"] = spread(runs)
    return found


def spread(runs) -> dict[str, list[float]]:
    """Of every way the least, the median and the most CPU seconds."""
    return {
        way: [f(run[way][0] for run in runs) for f in (min, statistics.median, max)]
        for way in runs[0]
    }


def alone(what: str, first, second):
    """One of `benchmarks.whole` in a process of its own."""
    return _answer("benchmarks.whole", what, str(first), str(second))


def growth() -> dict[str, list]:
    """What one size costs."""
    print("growth ...", file=sys.stderr)
    return _answer("benchmarks.growth")


def _answer(*module):
    command = [sys.executable, "-m", *module]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(done.stdout)


def table(found) -> str:
    """All numbers as Markdown."""
    lines = [f"- {what}: {value}" for what, value in found["machine"].items()]
    lines += [
        "",
        "CPU time of a step over that of its matrix products alone: median (least to most) of the",
        "rounds. All have the same J in their first epoch, to 1e-3.",
        "",
        f"| task | products, µs | {' | '.join(NAMES[1:])} |",
        f"|---|---|{'---|' * len(NAMES[1:])}",
    ]
    for task, by in found["steps"].items():
        cells = [
            f"{by[n]['ratio']:.2f} ({by[n]['least']:.2f} to {by[n]['most']:.2f})" if n in by else ""
            for n in NAMES[1:]
        ]
        lines.append(f"| {task} | {by['products']['step_us']:.0f} | {' | '.join(cells)} |")
    lines += ["", "CPU seconds, median (least to most):", ""]
    for what, by in found["whole"].items():
        cells = [f"{way} {b:.2f} ({a:.2f} to {c:.2f})" for way, (a, b, c) in by.items()]
        lines.append(f"- {what}: {', '.join(cells)}")
    return "\n".join(lines) + "\n"


def draw(growth, path: Path) -> None:
    """CPU time and memory against every size, both axes logarithmic, with a line of slope 1."""
    figure, rows = plt.subplots(2, len(growth), figsize=(3 * len(growth), 5.5), sharex="col")
    for column, (what, found) in enumerate(growth.items()):
        size, cost, memory = np.array(found).T
        for axes, y, unit in zip(
            rows[:, column], (cost, memory), ("CPU, µs", "peak, MB"), strict=True
        ):
            axes.loglog(size, y, "o-")
            axes.loglog(size, y[-1] * size / size[-1], "--", color="grey", label="linear")
            axes.set_ylabel(unit)
        rows[0, column].set_title("an epoch" if what == "samples" else "a step")
        rows[1, column].set_xlabel(what)
        rows[1, column].set_xticks(size, [f"{int(x):,}" for x in size], rotation=45)
        rows[1, column].minorticks_off()
    rows[0, 0].legend()
    figure.tight_layout()
    figure.savefig(path, dpi=120)


if __name__ == "__main__":
    main()
