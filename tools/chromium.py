"""The browser that prints the book, takes its pictures and reads it in tests."""

import shutil

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""What it may be called. The first is the same engine without a window, and the fastest."""


def find() -> str | None:
    """The path of the browser; None if there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)
