# Every command makes its own environment in .venv first; nothing has to be activated.
# PYTHON=/path/to/python3 chooses the Python, NAME=01_overview one chapter for `make notebooks`,
# LAB=--no-browser or other options are for JupyterLab, GRADE="--step 60" and so on for grading
# (python -m grading --help lists them).

export OPENBLAS_NUM_THREADS ?= 1
export PYTHONUTF8 = 1
# What a reader has set for other programs has no say here.
unexport $(filter-out PYTHON PYTHONUTF8,$(filter PYTHON%,$(.VARIABLES)))

python := .venv/bin/python
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help environment book test lab notebooks assignments grade lint check-code check-notebooks check-site clean

help:
	@echo "make book        build the book and print the page to open"
	@echo "make test        run every check that CI runs"
	@echo "make lab         open your own copies of chapters and problem sets in JupyterLab"
	@echo "make notebooks   make the notebooks of book/src again, and run those whose code has changed"
	@echo "                 (NAME=01_overview: only that one; RUN=1: run in any case)"
	@echo "make assignments make what a problem set is handed out and graded with from its source"
	@echo "make grade SUBMISSIONS=folder-or-zip   grade a class (SET=problems_01, UNCONFINED=1;"
	@echo "                 DRY=1 only says who is who, ROSTER=class.csv names who is missing)"
	@echo "make lint        check the style of the code"
	@echo "make clean       remove what was built, but not .venv nor your notebooks in lab/"

# The first Python that runs at all; environment.py then looks for a suitable one.
environment:
	@for python in "$(PYTHON)" python3 python3.13 python3.12 python3.11 python3.14 python; do \
	  if "$$python" -c "" 2>/dev/null; then exec "$$python" tools/environment.py; fi; \
	done; \
	echo "Cannot make .venv: no Python found; Python 3.11 or later is needed" >&2; exit 1

book: environment
	@$(python) -m tools.website

test: environment lint check-site check-code check-notebooks
	@printf '\nEverything passed.\n'

lab: environment
	@echo "Bringing your copies of chapters and problem sets in lab/ up to date ..."
	@$(python) -m tools.lab --open $(LAB)

notebooks: environment
	@$(python) -m tools.chapters $(if $(RUN),--run) $(NAME)

assignments: environment
	@$(python) -m tools.problem_sets

grade: environment
	@if [ -z "$(SUBMISSIONS)" ]; then \
	  echo "grade: whose notebooks? make grade SUBMISSIONS=folder-or-zip" >&2; exit 1; fi
	@$(python) -m grading "$(SUBMISSIONS)" $(if $(SET),--set "$(SET)") \
	  $(if $(ROSTER),--roster "$(ROSTER)") $(if $(DRY),--dry-run) $(if $(UNCONFINED),--unconfined) \
	  $(if $(DUE),--due "$(DUE)") $(if $(GRACE),--grace "$(GRACE)") \
	  $(if $(PENALTY),--penalty "$(PENALTY)") $(if $(EXTENSIONS),--extensions "$(EXTENSIONS)") \
	  $(if $(MOODLE),--moodle "$(MOODLE)") $(if $(CANVAS),--canvas "$(CANVAS)") \
	  $(if $(SITE),--site "$(SITE)") $(GRADE)

lint: environment
	@printf '\n-- Style: ruff\n'
	@$(python) -m ruff check
	@$(python) -m ruff format --check

check-code: environment
	@printf '\n-- The package, its equations and its tools: tests/\n'
	@$(python) -m pytest -q -n 2 --dist loadfile tests

check-notebooks: environment
	@printf '\n-- The stored outputs of the chapters, run again and compared: book/*.ipynb\n'
	@$(python) -m pytest -q -n 2 --dist loadfile --nbval --nbval-current-env \
	  --nbval-cell-timeout 600 book/*.ipynb

check-site: environment
	@printf '\n-- The site, with warnings as errors; the tests below read it\n'
	@$(python) -m tools.website

clean:
	@rm -rf _build .pytest_cache .ruff_cache ae_course.egg-info
	@find ae_course book grading tests tools -name __pycache__ -prune -exec rm -rf {} +
