"""How pytest reads this project: notebooks tolerate rounding, and nothing that binds is skipped."""

import gc
import os
import re

import numpy as np
import pytest
from nbval.plugin import IPyNbCell, IPyNbFile, NbCellError

from tools import chapters, equations, kernels, website
from tools.tolerance import differences, tolerance_of


class Cell(IPyNbCell):
    """A cell of a chapter; it passes if it gives what is stored, up to rounding."""

    def compare_outputs(self, test, ref, skip_compare=None):
        """Compare as the tools do, and leave what differs where nbval reports it."""
        try:
            found = differences(ref, test, tolerance_of(self.cell.metadata))
        except ValueError as error:
            found = [str(error)]
        self.comparison_traceback = found
        return not found

    def repr_failure(self, excinfo):
        """Say in which cell, named as everywhere, and what is wrong, without its whole code."""
        if not isinstance(excinfo.value, NbCellError):
            return super().repr_failure(excinfo)
        name = list(chapters.code_cells(self.parent.nb))[self.cell_num][0]
        return f"{self.path.stem}, {name}: {excinfo.value}\n{excinfo.value.inner_traceback or ''}"

    def reportinfo(self):
        """Count cells from 1, as everywhere."""
        return self.path, 0, f"{self.path.stem}, {self.name}"


class Chapter(IPyNbFile):
    """A notebook whose cells are compared with tolerance."""

    def collect(self):
        """Collect as nbval does, but our kind of cell."""
        for cell in super().collect():
            parts = {name: getattr(cell, name) for name in ("cell_num", "cell", "options")}
            yield Cell.from_parent(self, name=f"code cell {cell.cell_num + 1}", **parts)


def pytest_configure(config):
    """Run in the surroundings that the stored outputs come from.

    nbval is forgiven the null device, which it opens for each kernel's log and never closes.
    """
    kernels.adopt()
    gc.set_threshold(*website.SELDOM)  # thousands of tests stay to the end as a book does
    null = re.escape(f"name='{os.devnull}'")
    config.addinivalue_line("filterwarnings", f"ignore:unclosed file .*{null}:ResourceWarning")


def pytest_sessionfinish():
    """Look for what is no longer used while what is forgiven still is."""
    gc.collect()


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path, parent):
    """Put our collector in the place of nbval's."""
    collectors = yield
    return [
        Chapter.from_parent(parent, path=file_path) if type(found) is IPyNbFile else found
        for found in collectors
    ]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    """Fail a test that claims an equation but did not run, or is expected to fail."""
    report = yield
    if item.get_closest_marker("equation") and (report.skipped or hasattr(report, "wasxfail")):
        _refuse(report, f"{item.nodeid} claims an equation, so it may not be skipped or xfailed")
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """Fail a module that skips itself, if tests in it claim an equation."""
    report = yield
    root = collector.config.rootpath
    if report.skipped and collector.path in {root / c.source for c in equations.claims(root)}:
        _refuse(report, f"{collector.nodeid} claims equations, so it may not skip itself")
    return report


@pytest.fixture(autouse=True)
def no_global_randomness():
    """Fail a test that draws from numpy's global generator: it depends on the tests before it."""
    before = np.random.get_state()  # noqa: NPY002
    yield
    after = np.random.get_state()  # noqa: NPY002
    np.random.set_state(before)  # noqa: NPY002 (the next test is not to blame)
    same = np.array_equal(before[1], after[1]) and before[2:] == after[2:]
    assert same, "use np.random.default_rng(seed), never numpy's global generator"


def _refuse(report, message):
    """Turn a report of something skipped into a failure that says why."""
    report.outcome, report.longrepr = "failed", message
    vars(report).pop("wasxfail", None)
