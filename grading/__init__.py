"""Grades the problem sets: code in a sandbox, comparisons outside, words by hand."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
