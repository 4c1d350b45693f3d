"""Interleaved rounds of contenders in processes of their own: what makes numbers comparable."""

import json
import os
import statistics
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "JAX_PLATFORMS": "cpu",
    "TQDM_DISABLE": "1",
}


def environment() -> dict[str, str]:
    """One thread for everyone, and the kernel of BLAS that the processor deserves."""
    kept = {name: x for name, x in os.environ.items() if name != "OPENBLAS_CORETYPE"}
    return kept | ONE_THREAD


class Contender:
    """A worker that waits in its own process for what to do next."""

    def __init__(self, name: str):
        self.name = name
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", name],
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, *what):
        """What it answers: its CPU seconds, and what it found."""
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{self.name} ended while it was asked for {what}")
        return json.loads(answer)


@contextmanager
def contenders(names):
    """Start them all; they end with the block."""
    started = [Contender(name) for name in names]
    try:
        yield started
    finally:
        for contender in started:
            contender.process.communicate()


def race(task, started, rounds: int, seconds: float) -> dict[str, dict]:
    """CPU time of a step of every contender over that of the products, round by round."""
    first = {}
    taking_part = []
    for contender in started:
        _, found = contender.ask("prepare", task.name)
        if found is not None:
            taking_part.append(contender)
            first[contender.name] = found
    check_same_work(task, first)
    epochs = {c.name: max(1, round(seconds / max(c.ask("run", 1)[0], 1e-6))) for c in taking_part}
    steps = {c.name: [] for c in taking_part}
    for number in range(rounds):
        # in turn from either end, so that nobody is always after the same one
        for contender in taking_part[:: 1 if number % 2 else -1]:
            n = epochs[contender.name]
            steps[contender.name].append(contender.ask("run", n)[0] / (n * task.steps))
    products = steps["products"]
    return {
        name: {
            "step_us": 1e6 * statistics.median(found),
            "ratio": statistics.median(x / p for x, p in zip(found, products, strict=True)),
            "least": min(x / p for x, p in zip(found, products, strict=True)),
            "most": max(x / p for x, p in zip(found, products, strict=True)),
            "J": first[name][0] if first[name] else None,
        }
        for name, found in steps.items()
    }


def check_same_work(task, first: dict[str, list[float]]) -> None:
    """Raise unless all have about the same J in their first epoch: else they do other work."""
    values = {name: found[0] for name, found in first.items() if found}
    ours = values["ours"]
    far = {name: J for name, J in values.items() if not abs(J / ours - 1) < 1e-3}
    if far:
        raise RuntimeError(f"{task.name}: J is {ours:.6g}, but {far}")
