# Every command makes its own environment in .venv first; nothing has to be activated.
# PYTHON=/path/to/python3 chooses the Python, NAME=01_overview what a command is about,
# LAB=--no-browser or other options are for JupyterLab, GRADE="--step 60" and so on for grading
# (python -m grading --help lists them).

export OPENBLAS_NUM_THREADS ?= 1
export PYTHONUTF8 = 1
# What a reader has set for other programs has no say here.
unexport $(filter-out PYTHON PYTHONUTF8,$(filter PYTHON% PYTEST%,$(.VARIABLES)))

# What is given on the command line reaches the shell as it is, with dollar signs, spaces and quotes.
# What an environment happens to have under such a name (Windows' Linux has NAME) counts for nothing.
given = NAME SUBMISSIONS ROSTER SET DUE GRACE PENALTY EXTENSIONS MOODLE CANVAS SITE
$(foreach name,$(given),$(eval override $(name) := \
  $(if $(filter command,$(origin $(name))),$$(value $(name)))))
export $(given)

python := .venv/bin/python
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help environment book test lab notebooks assignments grade check test-one lint format play fonts \
  pdf zip publish-check bench reproduce check-code check-notebooks check-site check-first clean

help:
	@echo "make book        build the book and print the page to open"
	@echo "make test        run every check that CI runs"
	@echo "make lab         open your own copies of chapters and problem sets in JupyterLab"
	@echo "make pdf         print the whole book as one PDF, by chromium (NAME=03_sparsity: one page of it)"
	@echo "make zip         pack the site into one archive, to be read from a disk"
	@echo "make publish-check   try out how the site will be when it is published (see CONTRIBUTING)"
	@echo "make notebooks   make the notebooks of book/src again, and run those whose code has changed"
	@echo "                 (NAME=01_overview: only that one; RUN=1: run in any case)"
	@echo "make assignments make what a problem set is handed out and graded with from its source"
	@echo "make grade SUBMISSIONS=folder-or-zip   grade a class (SET=problems_01, UNCONFINED=1;"
	@echo "                 DRY=1 only says who is who, ROSTER=class.csv names who is missing)"
	@echo "make play        compute what can be played with in the chapters (NAME=draw: only that one)"
	@echo "make fonts       make the site's typefaces again, for letters that are new (needs npm)"
	@echo "make check NAME=03_sparsity   check one chapter, problem set or module in seconds"
	@echo "make test-one NAME=...        run tests whose names have these words, or one file of them"
	@echo "make bench       time training beside PyTorch and JAX (QUICK=1: in two minutes); see benchmarks/"
	@echo "make reproduce   run published results again, NAME=deep one of them (QUICK=1: in five minutes); see reproduce/"
	@echo "make lint        check the style of all code"
	@echo "make format      format all code, also that of chapters and problem sets"
	@echo "make clean       remove what was built, but not .venv nor your notebooks in lab/"

# The first Python that runs at all; environment.py then looks for a suitable one.
environment:
	@for python in "$(PYTHON)" python3 python3.13 python3.12 python3.11 python3.14 python $(python); do \
	  if "$$python" -c "" 2>/dev/null; then exec "$$python" tools/environment.py; fi; \
	done; \
	echo "Cannot make .venv: no Python found; Python 3.11 or later is needed" >&2; exit 1

book: environment
	@$(python) -m tools.website

test: environment lint check-first check-code
	@printf '\nEverything passed.\n'

lab: environment
	@echo "Bringing your copies of chapters and problem sets in lab/ up to date ..."
	@$(python) -m tools.lab --open $(LAB)

pdf: environment
	@$(python) -m tools.printed $${NAME:+--only "$$NAME"}

zip: environment
	@$(python) -m tools.bundle

publish-check: environment
	@$(python) -m tools.publish_check

notebooks: environment
	@$(python) -m tools.chapters $(if $(RUN),--run) $${NAME:+"$$NAME"}

assignments: environment
	@$(python) -m tools.problem_sets

# The pictures, for readers without scripts and for print, are taken of the site that has just been made.
play: environment
	@$(python) -m tools.play $${NAME:+"$$NAME"}
	@$(python) -m tools.website
	@$(python) -m tools.play --pictures $${NAME:+"$$NAME"}

fonts: environment
	@$(python) -m tools.typefaces

grade: environment
	@if [ -z "$$SUBMISSIONS" ]; then \
	  echo "grade: whose notebooks? make grade SUBMISSIONS=folder-or-zip" >&2; exit 1; fi
	@$(python) -m grading "$$SUBMISSIONS" $${SET:+--set "$$SET"} $${ROSTER:+--roster "$$ROSTER"} \
	  $${DUE:+--due "$$DUE"} $${GRACE:+--grace "$$GRACE"} $${PENALTY:+--penalty "$$PENALTY"} \
	  $${EXTENSIONS:+--extensions "$$EXTENSIONS"} $${MOODLE:+--moodle "$$MOODLE"} \
	  $${CANVAS:+--canvas "$$CANVAS"} $${SITE:+--site "$$SITE"} \
	  $(if $(DRY),--dry-run) $(if $(UNCONFINED),--unconfined) $(GRADE)

reproduce: environment
	@OPENBLAS_NUM_THREADS=1 $(python) -m reproduce $${NAME:+"$$NAME"}

# In an environment of its own, as the frameworks are large and nothing else needs them.
bench: environment
	@test -e benchmarks/.venv/made || { $(python) -m venv benchmarks/.venv && \
	  benchmarks/.venv/bin/pip install -q -r benchmarks/requirements.txt && touch benchmarks/.venv/made; }
	@env -u OPENBLAS_CORETYPE OPENBLAS_NUM_THREADS=1 benchmarks/.venv/bin/python -m benchmarks

check: environment
	@if [ -z "$$NAME" ]; then \
	  echo "check: what? make check NAME=03_sparsity, NAME=problems_03 or NAME=optimizers" >&2; exit 1; fi
	@$(python) -m tools.check "$$NAME"

test-one: environment
	@if [ -z "$$NAME" ]; then \
	  echo "test-one: which? make test-one NAME=tests/ae_course/test_pca.py or NAME=words" >&2; exit 1; fi
	@if [ -e "$${NAME%%::*}" ]; then $(python) -m pytest -q "$$NAME"; \
	else $(python) -m pytest -q tests -k "$$NAME"; fi

lint: environment
	@printf '\n-- Style: ruff\n'
	@$(python) -m ruff check
	@$(python) -m ruff format --check
	@$(python) -m tools.style

format: environment
	@$(python) -m ruff check -q --fix-only
	@$(python) -m ruff format
	@$(python) -m tools.style --fix

# The site, which is built on one core, and the chapters beside it; who interrupts ends both.
check-first:
	@mkdir -p _build/logs
	@$(MAKE) -s --no-print-directory check-site > _build/logs/check-site.log 2>&1 & site=$$!; \
	trap 'kill $$site' INT TERM; \
	$(MAKE) -s --no-print-directory check-notebooks; notebooks=$$?; wait $$site; built=$$?; \
	cat _build/logs/check-site.log; exit $$((notebooks + built))

# Three at once on two cores: tests that drive a browser wait for it half of the time.
check-code: environment
	@printf '\n-- The package, its equations and its tools: tests/\n'
	@$(python) -m pytest -q -n 3 --dist loadfile --no-loadscope-reorder tests

check-notebooks: environment
	@printf '\n-- The stored outputs of the chapters, run again and compared: book/*.ipynb\n'
	@$(python) -m pytest -q -n 2 --dist loadfile --nbval --nbval-current-env \
	  --nbval-cell-timeout 600 book/*.ipynb

# Before it, tests are compiled, once: three processes that begin together would do it three times.
check-site: environment
	@mkdir -p _build/logs; log=_build/logs/collected.log; \
	$(python) -m pytest -qq --collect-only tests > $$log || { cat $$log; exit 1; }
	@printf '\n-- The site, with warnings as errors; the tests read it\n'
	@$(python) -m tools.website

clean:
	@rm -rf _build .pytest_cache .ruff_cache ae_course.egg-info
	@find ae_course book grading tests tools -name __pycache__ -prune -exec rm -rf {} +
