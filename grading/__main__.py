"""``python -m grading SUBMISSIONS`` is what ``make grade`` runs."""

import sys

if __name__ == "__main__":
    try:
        from grading.grade import main
    except ModuleNotFoundError as missing:
        if missing.name.partition(".")[0] in ("ae_course", "grading"):
            raise  # a mistake here; others are missing where the Python is not that of .venv
        sys.exit(
            f"grade: {sys.executable} has no module {missing.name}; `make grade` makes an"
            " environment that has them all, and `.venv/bin/python -m grading` is the same"
        )
    main()
