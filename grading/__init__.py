"""Grading a class: answers run behind a wall, and are compared where nobody can reach."""
