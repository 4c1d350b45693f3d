"""The students' lab in a real browser: JupyterLab as `make lab` starts it, with real chapters."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

import pytest
from handed_in import SETS
from playwright.sync_api import expect

from tools import ROOT, lab

expect.set_options(timeout=120_000)
PATIENCE = 240_000  # milliseconds; JupyterLab and its kernels start slowly on a busy machine
IDLE = '.jp-Notebook-ExecutionIndicator[data-status="idle"]'
ERROR = '[data-mime-type="application/vnd.jupyter.error"]'
# What an instructor's tools show where they are on.
VALIDATE = 'button:has-text("Validate"), jp-button:has-text("Validate")'
INSTRUCTORS = ["Nbgrader", "Formgrader", "Assignment List", "Course List", "Create Assignment"]
SERVED = ["formgrader", "assignments?course_id=x", "courses", "nbgrader_version?version=0.9.6"]


@contextmanager
def started(command, folder):
    """A server of Jupyter, of someone without settings, on a port of its own; it surely ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = [f"--port={port}", "--ServerApp.port_retries=0", "--ServerApp.ip=127.0.0.1"]
    options += ["--no-browser", "--IdentityProvider.token="]
    own = {name: str(folder / name) for name in ("HOME", "JUPYTER_CONFIG_DIR", "IPYTHONDIR")}
    own |= {"JUPYTER_DATA_DIR": str(folder / "data"), "OPENBLAS_NUM_THREADS": "1"}
    with (folder / "log").open("w+") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", *command, *options],
            cwd=ROOT,
            env=os.environ | own,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/api/status", server, folder / "log")
            yield f"http://127.0.0.1:{port}"
        finally:
            end(server)


def wait_for(address, server, log):
    """Wait until the server answers; say what it wrote if it does not."""
    for _ in range(PATIENCE // 500):
        try:
            urllib.request.urlopen(address).close()
            return
        except OSError:
            assert server.poll() is None, log.read_text()
            time.sleep(0.5)
    raise AssertionError(log.read_text())


def end(server):
    """Let the server stop its kernels, and end what is left of it after that."""
    server.send_signal(signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        server.wait(30)
    with suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()


@pytest.fixture(scope="module")
def jupyter(site, tmp_path_factory):
    """The address of a JupyterLab that was started as `make lab` does."""
    folder = tmp_path_factory.mktemp("reader")
    with started(["tools.lab", "--folder", folder / "lab", "--open"], folder) as address:
        yield address


@pytest.fixture(scope="module")
def context(browser):
    """What windows have in common: JupyterLab's own scripts, which are loaded once."""
    opened = browser.new_context(viewport={"width": 1280, "height": 900})
    opened.set_default_timeout(PATIENCE)
    yield opened
    opened.close()


@pytest.fixture
def window(context, watching):
    """A window in which nothing asks another machine for anything."""
    page = context.new_page()
    complaints = watching(page)
    yield page
    page.close()
    assert [line for line in complaints if line.startswith("asked for")] == []


def opened(page, address):
    """The notebook that JupyterLab shows at an address, when its kernel is ready."""
    page.goto(f"{address}?reset")  # else what was open in an earlier test comes back
    name = urlsplit(address).path.rpartition("/")[2]
    page.locator(".lm-DockPanel-tabBar .lm-mod-current", has_text=name).wait_for()
    page.wait_for_selector(f".jp-NotebookPanel:not(.lm-mod-hidden) {IDLE}")
    return page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")


def code_cell(notebook, text):
    return notebook.locator(".jp-CodeCell", has=notebook.page.locator(".cm-content", has_text=text))


def run_to(notebook, text):
    """Press Shift+Enter from the first cell on until the cell with this text has run.

    JupyterLab still moves the focus while it puts its parts in order after it has opened; keys then
    reach nothing, and one clicks and presses again, as a person would.
    """
    page, cell = notebook.page, code_cell(notebook, text).first
    for _ in range(5):
        corner = {"x": 3, "y": 3}  # its middle may be a link
        notebook.locator(".jp-Cell").first.click(position=corner)
        page.keyboard.press("Escape")
        page.keyboard.press("Control+Home")
        if pressed_until_started(page, cell):
            break
    expect(cell.locator(".jp-InputPrompt")).to_have_text(re.compile(r"\[\d+\]"), timeout=PATIENCE)
    page.wait_for_selector(f".jp-NotebookPanel:not(.lm-mod-hidden) {IDLE}")
    return cell


def pressed_until_started(page, cell):
    """Whether the cell began to run at one of forty presses of Shift+Enter."""
    for _ in range(40):
        page.keyboard.press("Shift+Enter")
        page.wait_for_timeout(50)
        if cell.count() and re.search(r"\[[*\d]", cell.locator(".jp-InputPrompt").inner_text()):
            return True
    return False


def write(notebook, cell, code):
    """Put other code into a cell, and run it."""
    cell.locator(".cm-content").click()
    notebook.page.keyboard.press("Control+a")
    notebook.page.keyboard.insert_text(code)
    notebook.page.keyboard.press("Shift+Enter")


def said_by(cell):
    return cell.locator(".jp-OutputArea").inner_text()


def shown_of_instructors(page):
    """Which of the instructors' tools can be seen in JupyterLab, and whether there is Validate."""
    words = page.locator("body").inner_text() + " ".join(
        title or ""
        for title in page.locator("[title]").evaluate_all("all => all.map(x => x.title)")
    )
    found = [tool for tool in INSTRUCTORS if tool.lower() in words.lower()]
    return found + ["Validate"] * page.locator(VALIDATE).count()


def served(address):
    """Which of the instructors' pages the server has."""
    return [path for path in SERVED if status(f"{address}/{path}") != 404]


def status(address):
    try:
        with urllib.request.urlopen(address) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def test_it_opens_with_the_page_that_says_what_to_open_first(window, jupyter):
    notebook = opened(window, jupyter)
    assert window.url.endswith(f"/lab/tree/{lab.START}")
    assert "Start here" in notebook.locator("h1").first.inner_text()
    cell = run_to(notebook, "def double(x)")
    assert "double: not answered yet" in said_by(cell)
    notebook.locator("a", has_text="What an autoencoder is").first.click()
    window.wait_for_selector('.lm-TabBar-tab.lm-mod-current:has-text("01_overview.ipynb")')


def test_there_are_no_tools_of_instructors_and_no_news(window, jupyter):
    opened(window, f"{jupyter}/lab/tree/problems_03.ipynb")
    window.wait_for_timeout(3000)  # Jupyter asks for news two seconds after it has started
    assert shown_of_instructors(window) == []
    assert window.locator(".Toastify__toast").count() == 0
    assert served(jupyter) == []


def test_the_same_search_finds_them_in_a_plain_jupyterlab(watched, tmp_path):
    """The control: without the course's settings all of this is there."""
    (tmp_path / "lab").mkdir()
    path = ROOT / "book" / "problem_sets" / "problems_03.ipynb"
    (tmp_path / "lab" / path.name).write_bytes(path.read_bytes())
    command = ["jupyterlab", str(tmp_path / "lab"), "--allow-root"]
    with started(command, tmp_path) as address, watched() as (page, _):
        page.set_default_timeout(PATIENCE)
        opened(page, f"{address}/lab/tree/{path.name}")
        page.wait_for_selector(VALIDATE)
        page.wait_for_selector(".Toastify__toast")
        assert {"Nbgrader", "Validate", "Create Assignment"} <= set(shown_of_instructors(page))
        assert served(address) == SERVED


def test_a_chapter_opens_and_runs_its_first_cells(window, jupyter):
    notebook = opened(window, f"{jupyter}/lab/tree/01_overview.ipynb")
    notebook.locator("h1", has_text="What an autoencoder is").first.wait_for()
    window.locator("#jp-MainMenu").get_by_text("Edit", exact=True).click()
    window.get_by_text("Clear Outputs of All Cells").click()  # what is there was stored
    picture = run_to(notebook, "diagrams.bottleneck(")
    expect(picture.locator(".jp-OutputArea img")).to_be_visible()
    assert notebook.locator(ERROR).count() == 0


def test_a_wrong_answer_is_told_what_is_wrong_and_a_right_one_that_it_is_right(window, jupyter):
    notebook = opened(window, f"{jupyter}/lab/tree/problems_03.ipynb")
    right = SETS["problems_03"].having("answer")[0].source
    wrong = right.replace("return ", "return -")
    check = run_to(notebook, "lifetime_from_table,")
    assert "lifetime_from_table: not answered yet" in said_by(check)
    for answer, said in [(wrong, "not yet: the sign is the wrong way round"), (right, "right.")]:
        write(notebook, code_cell(notebook, "def lifetime_from_table").first, answer)
        check.locator(".cm-content").click()
        window.keyboard.press("Shift+Enter")
        expect(check.locator(".jp-OutputArea")).to_contain_text(f"lifetime_from_table: {said}")
