"""Run what is asked for, or all that is not stored (see `reproduce.longer_runs`)."""

import argparse

from reproduce import longer_runs
from reproduce.longer_runs.entries import ENTRIES


def main(arguments=None) -> None:
    """Read the command line and do what it says."""
    parser = argparse.ArgumentParser("python -m reproduce.longer_runs")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(ENTRIES))
    names = parser.parse_args(arguments).names
    if unknown := [name for name in names if name not in ENTRIES]:
        parser.error(f"nothing is called {unknown[0]}; there are {', '.join(ENTRIES)}")
    longer_runs.do(ENTRIES, names)


if __name__ == "__main__":
    main()
