"""The digits of chapter 8 with other seeds: are its conclusions those of one lucky draw?

    python -m reproduce.chapter_seeds

runs the cells of the chapter's experiment on digits, as they stand there, once for each of three
seeds, and writes what came out, and each claim that did not hold, with its seed, to
`reproduce/chapter_seeds.json`. It takes three minutes on one core. The chapter tells these numbers,
and a test compares.
"""

import ast
import json
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import mean, stdev

from ae_course.files import atomic_write
from tools import ROOT, chapters

CHAPTER = ROOT / "book" / "src" / "08_diffusion.md"
RESULT = Path(__file__).with_suffix(".json")
BEGIN, END = "### Digits in the code", "## What can go wrong"
SEED = "rng = np.random.default_rng(0)"
COMPARED = "flow, g = 1", "10 a class"
MEASURES = ("sure", "distance", "precision", "recall")
DIGITS = (1, 2, 1, 1)
OPTIONS = "quietly = "
KEPT = (ast.Import, ast.ImportFrom, ast.FunctionDef)  # of the cells before the experiment


def main(seeds=(0, 1, 2)) -> dict:
    """Run the experiment for each seed; write and print what came out."""
    runs = [run(seed) for seed in seeds]
    found = {"seeds": list(seeds), "cpu_seconds": [round(one["seconds"]) for one in runs]}
    found["marks"] = {
        name: {
            measure: [round(float(one["marks"][name][k]), 3) for one in runs]
            for k, measure in enumerate(MEASURES)
        }
        for name in runs[0]["marks"]
    }
    for ratio in ("over ten normals", "nearest"):
        found[ratio] = [round(one[ratio], 3) for one in runs]
    found["broken"] = [claim for one in runs for claim in one["broken"]]
    with atomic_write(RESULT) as file:
        file.write((json.dumps(found, indent=1) + "\n").encode())
    print(table(found), *found["broken"], sep="\n")
    return found


def table(found: dict) -> str:
    """Mean and spread of every measure, as the chapter has them; last, of a difference."""
    rows = {name: [marks[m] for m in MEASURES] for name, marks in found["marks"].items()}
    ours, rival = (rows[name] for name in COMPARED)
    rows[" less ".join(COMPARED)] = [
        [a - b for a, b in zip(*pair, strict=True)] for pair in zip(ours, rival, strict=True)
    ]
    lines = [f"| samples | {' | '.join(MEASURES)} |", "|---" * (len(MEASURES) + 1) + "|"]
    for name, values in rows.items():
        told = [f"{mean(v):.{n}f} ± {stdev(v):.{n}f}" for v, n in zip(values, DIGITS, strict=True)]
        lines.append(f"| {name} | {' | '.join(told)} |".replace("-", "−"))
    return "\n".join(lines)


def run(seed: int) -> dict:
    """What the chapter's cells find when their generator begins with this seed."""
    space, broken, begin = {}, [], time.process_time()
    for statement in statements(CHAPTER.read_text("utf-8"), seed):
        code = compile(ast.Module([statement], []), CHAPTER.name, "exec")
        try:
            exec(code, space)
        except AssertionError:
            broken.append(f"seed {seed}: {ast.unparse(statement.test)}")
    contest = space["contest"]
    ratio = contest["network"] / contest["10 normals a class"]
    return {
        "marks": space["marks"],
        "over ten normals": float(ratio.mean()),
        "nearest": space["nearest"]["flow"] / space["nearest"]["unseen"],
        "broken": broken,
        "seconds": time.process_time() - begin,
    }


def statements(text: str, seed: int) -> Iterator[ast.stmt]:
    """Of the chapter, what the experiment needs before it, and the experiment without figures."""
    cells, inside, seeded = chapters.convert(text.partition(f"\n{END}")[0]).cells, False, False
    for cell in cells:
        if cell.cell_type != "code":
            inside = inside or BEGIN in cell.source
            continue
        drawn = "figure" in cell.metadata.get("mystnb", {})
        for statement in [] if drawn else ast.parse(cell.source).body:
            if inside and ast.unparse(statement) == SEED:
                seeded, statement = True, ast.parse(SEED.replace("(0)", f"({seed})")).body[0]
            if inside or isinstance(statement, KEPT) or ast.unparse(statement).startswith(OPTIONS):
                yield statement
    if not seeded:
        raise ValueError(f"{CHAPTER.name} has no line {SEED!r} after {BEGIN!r}, wanted one")


if __name__ == "__main__":
    main()
