"""What a step of ours costs as one size grows: samples, batch, units, depth; and memory.

    python -m benchmarks.growth

prints, for every size, its values with CPU microseconds and the peak of memory in MB, as JSON.
"""

import json
import statistics
import time
import tracemalloc

from benchmarks.ours import prepare
from benchmarks.tasks import Task

SIZES = {
    "samples": ([1280, 2560, 5120, 10240, 20480], lambda n: Task("", (784, 200), samples=n)),
    "batch": ([32, 64, 128, 256, 512], lambda n: Task("", (784, 200), batch=n, samples=2 * n)),
    "units": ([50, 100, 200, 400, 800], lambda n: Task("", (784, n), samples=256)),
    "depth": ([1, 2, 4, 8], lambda n: Task("", (784, *[200] * n), samples=256)),
}


def grown(rounds: int) -> dict[str, list]:
    """Per size a list of [value, microseconds, MB]: of an epoch for samples, else of a step."""
    found = {}
    for what, (values, task_of) in SIZES.items():
        found[what] = []
        for value in values:
            task = task_of(value)
            run = prepare(task)
            run(1)
            cost = statistics.median(seconds(run) for _ in range(rounds))
            tracemalloc.start()
            run(1)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            steps = 1 if what == "samples" else task.steps
            found[what].append([value, 1e6 * cost / steps, peak / 1e6])
    return found


def seconds(run) -> float:
    """The CPU time of one epoch."""
    begin = time.process_time()
    run(1)
    return time.process_time() - begin


if __name__ == "__main__":
    print(json.dumps(grown(rounds=5)))
