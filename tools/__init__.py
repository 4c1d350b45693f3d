"""What makes and checks the book; each module runs as `python -m tools.NAME`."""

from grading import ROOT

__all__ = ["ROOT"]
