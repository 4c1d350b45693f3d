"""A real browser for the tests: Debian's chromium, driven by Playwright, with the network cut off.

A page that asks for anything but this machine, writes an error to the console, raises one, or fails
to load a file fails the test that opened it.
"""

import functools
import http.server
import re
import threading
import time
from contextlib import closing, contextmanager
from urllib.parse import urlsplit

import pytest
from helpers import SCREEN, skip_but_in_ci
from playwright.sync_api import sync_playwright

from tools import chromium

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
    "--font-render-hinting=none",  # letters as wide as on a phone
    # The network is cut off: no other machine has an address.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
HERE = {"127.0.0.1", "localhost", None}  # None: file:, data: and blob: have no host


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serve files and keep no log of it."""

    def log_message(self, *_):
        pass


class SlowHandler(QuietHandler):
    """Send of a page what is known first, and the rest half a second later."""

    def __init__(self, *arguments, known, **options):
        self.known = known
        super().__init__(*arguments, **options)

    def copyfile(self, source, outputfile):
        """Send a file."""
        whole = source.read()
        here = whole.find(b"<main") + self.known if self.path.endswith(".html") else len(whole)
        outputfile.write(whole[:here])
        if whole[here:]:
            time.sleep(0.5)
            outputfile.write(whole[here:])


class FiguresHandler(QuietHandler):
    """Send of a page's article only what can be played with, and spaces for the rest."""

    def copyfile(self, source, outputfile):
        """Send a file."""
        whole = source.read()
        article = re.search(rb"<article.*?>(.*)</article>", whole, re.DOTALL)
        if article:
            kept = b"".join(re.findall(rb'<figure class="play".*?</figure>', whole, re.DOTALL))
            short = whole[: article.start(1)] + kept + whole[article.end(1) :]
            whole = short.ljust(len(whole))
        outputfile.write(whole)


def chromium_or_skip():
    """Return the path of chromium; without one skip, but in continuous integration fail."""
    path = chromium.find()
    if path is None:
        names = ", ".join(chromium.NAMES)
        skip_but_in_ci(f"no browser: none of {names} is installed (apt-get install chromium)")
    return path


# One per file: while Playwright runs, nothing else in this process can run an event loop.
@pytest.fixture(scope="module")
def browser():
    """Chromium, started afresh with nothing remembered."""
    path = chromium_or_skip()
    with sync_playwright() as playwright, closing(launch(playwright.chromium, path)) as started:
        yield started


# Scrollbars that take room, as they do on most desks: else chromium hides them from tests.
@pytest.fixture(scope="module")
def with_scrollbars(browser):
    """Chromium once more."""
    own = ["--hide-scrollbars"]
    with closing(launch(browser.browser_type, chromium.find(), ignore_default_args=own)) as started:
        yield started


def launch(kind, path, **options):
    """Start a browser that is cut off from the network."""
    return kind.launch(executable_path=path, args=FLAGS, **options)


@contextmanager
def served(handler):
    """Serve on this machine; yields the address, which ends in a slash."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def site_url(site):
    """The address of the built site, served on this machine; ends in a slash."""
    with served(functools.partial(QuietHandler, directory=site)) as address:
        yield address


@pytest.fixture(scope="session")
def figures_url(site):
    """Where of each page nothing is left but what can be played with: it is laid out in no time."""
    with served(functools.partial(FiguresHandler, directory=site)) as address:
        yield address


@pytest.fixture(scope="session")
def in_two(site):
    """Serve the site, each page in two parts: `with in_two(bytes of the article) as address`."""
    return lambda known: served(functools.partial(SlowHandler, directory=site, known=known))


@pytest.fixture(scope="module")
def watched(browser):
    """Open windows, `with watched(viewport=...) as (page, complaints)`, that check nothing."""
    return functools.partial(watch, browser)


@pytest.fixture(scope="session")
def watching():
    """Return the list in which all that goes wrong on a page will be."""
    return listen


@contextmanager
def watch(browser, **options):
    """A window of its own, and the list of what goes wrong in it."""
    context = browser.new_context(**options)
    page = context.new_page()
    complaints = listen(page)
    try:
        yield page, complaints
    finally:
        context.close()


def listen(page):
    """The list in which everything that goes wrong on a page will be."""
    complaints = []
    page.on("console", lambda message: complaints.extend(errors(message)))
    page.on("pageerror", lambda error: complaints.append(f"error in a script: {error}"))
    page.on("request", lambda request: complaints.extend(strays(request)))
    page.on("requestfailed", lambda request: complaints.extend(failures(request)))
    page.on("response", lambda response: complaints.extend(refusals(response)))
    return complaints


def errors(message):
    """What the console shows in red."""
    return [f"console: {message.text}"] if message.type == "error" else []


def strays(request):
    """A request to another machine; the browser's flags keep it from getting there."""
    return [] if urlsplit(request.url).hostname in HERE else [f"asked for {request.url}"]


def failures(request):
    """What could not be loaded; but not what a page broke off itself, by going elsewhere."""
    gone = request.failure == "net::ERR_ABORTED"
    return [] if gone else [f"{request.failure} for {request.url}"]


def refusals(response):
    """What the server refused."""
    return [f"{response.status} for {response.url}"] if response.status >= 400 else []


@pytest.fixture
def page(watched):
    """An empty window of 1280 x 800; what goes wrong in it fails the test at its end."""
    with watched(viewport=SCREEN) as (opened, complaints):
        yield opened
        assert not complaints, "\n".join(complaints)


@pytest.fixture(scope="module")
def shared_window(watched):
    """The one window of a file of tests, and the list of what goes wrong in it."""
    with watched(viewport=SCREEN) as opened:
        yield opened


@pytest.fixture
def same_page(shared_window):
    """As `page`, but the window of the test before, as empty as a new one: half of the work.

    Not for tests that leave something behind in it, such as a script for every page to come.
    """
    page, complaints = shared_window
    complaints.clear()
    page.set_viewport_size(SCREEN)
    page.emulate_media(media="null")
    yield page
    if page.url != "about:blank":  # which has nothing to forget
        page.evaluate("localStorage.clear(), sessionStorage.clear()")
        page.goto("about:blank")
    assert not complaints, "\n".join(complaints)
