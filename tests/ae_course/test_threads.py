"""Whoever imports the package computes with one thread, and can choose more."""

import os
import subprocess
import sys

import pytest

from ae_course.threads import CHOICES

COUNT = """
from threadpoolctl import threadpool_info, threadpool_limits

def count():
    return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]
"""
TRAIN = """
import numpy as np
from ae_course import Autoencoder, covariance, cross_entropy, reconstruction, train

net, rng, seen = Autoencoder.folded(4, 2), np.random.default_rng(0), []
def look(params):
    seen.append(count())
    return 0.0
def fit():
    seen.clear()
    train(net, reconstruction(cross_entropy), net.init(rng), rng.random((20, 4)), epochs=1,
          rng=rng, metrics={"threads": look})
    return seen[-1]
"""


def run(program, **environment):
    """The lines that a fresh Python prints, with no number of threads in its environment."""
    inherited = {name: value for name, value in os.environ.items() if name not in CHOICES}
    command = [sys.executable, "-c", COUNT + program]
    done = subprocess.run(
        command, env=inherited | environment, capture_output=True, text=True, check=True
    )
    return [eval(line) for line in done.stdout.splitlines()]


def test_training_runs_in_one_thread_in_every_library_of_linear_algebra():
    (counts,) = run(TRAIN + "print(fit())")
    assert counts
    assert set(counts) == {1}


@pytest.mark.parametrize("name", ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"])
def test_a_number_in_the_environment_is_left_as_it_is(name):
    before, after = run(
        "import numpy, scipy.linalg\nprint(count())" + TRAIN + "print(fit())", **{name: "2"}
    )
    assert before == after


def test_a_number_that_is_chosen_after_the_import_holds_in_training_and_after_it():
    within, outside = run(TRAIN + "with threadpool_limits(2):\n    print(fit())\nprint(fit())")
    assert set(outside) == {1}
    assert set(within) <= {1, 2}
    if len(os.sched_getaffinity(0)) > 1:
        assert 2 in within


def test_what_loads_a_library_later_limits_that_too_and_leaves_what_was_chosen():
    lbfgs = "import numpy as np\nfrom ae_course import lbfgs\nf = lambda w: (w @ w, 2 * w)\n"
    program = "with threadpool_limits(2):\n    lbfgs(f, np.ones(3), iterations=2); print(count())"
    (counts,) = run(TRAIN + lbfgs + program)
    assert len(counts) == 2  # NumPy's and SciPy's
    assert set(counts) <= {1, 2}
    assert 1 in counts


def test_neither_figures_nor_scipy_are_loaded_until_they_are_needed():
    """A submission in the sandbox, and whoever only trains, would wait for them a second."""
    (loaded,) = run(
        "import ae_course, sys; print({m.partition('.')[0] for m in sys.modules} & "
        "{'matplotlib', 'scipy'})"
    )
    assert not loaded
