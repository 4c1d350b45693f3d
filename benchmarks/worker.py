"""A contender in a process of its own, which does what it is told, line by line.

    python -m benchmarks.worker ours

A line on its input is a JSON list: ``["prepare", task]`` or ``["run", epochs]``; what it answers,
a line each, holds the CPU seconds of all its threads and what the call returned.
"""

import importlib
import json
import os
import sys
import time

from benchmarks.tasks import TASKS

CONTENDERS = {
    "products": "products.prepare",
    "ours": "ours.prepare",
    "ours, numba": "ours.prepare_fast",
    "by hand": "by_hand.prepare",
    "torch": "in_torch.prepare",
    "torch fused": "in_torch.prepare_fused",
    "jax scan": "in_jax.prepare",
}


def main() -> None:
    """Answer until there is no more to read."""
    module, _, name = CONTENDERS[sys.argv[1]].partition(".")
    prepare = getattr(importlib.import_module(f"benchmarks.{module}"), name)
    answers, run = os.fdopen(os.dup(1), "w"), None
    os.dup2(2, 1)  # whatever a library prints
    for line in sys.stdin:
        what, argument = json.loads(line)
        begin = time.process_time()
        if what == "prepare":
            run = prepare(TASKS[argument])
            found = None if run is None else run(1)
        else:
            found = run(argument)
        print(json.dumps([time.process_time() - begin, found]), file=answers, flush=True)


if __name__ == "__main__":
    main()
