"""Two runs of a cell agree: text and integers exactly, other numbers and pictures nearly.

Two processors round differently, so nothing that was computed in floating point can be asked to
agree to the last digit; everything else can. This module knows cells' outputs and nothing of
pytest or kernels: conftest.py uses it to check the stored outputs, chapters.py to keep them.
"""

import base64
import io
import json
import math
import re
from itertools import zip_longest

import numpy as np
from PIL import Image

RTOL = 1e-6
"""How far two numbers may differ, relative to the larger, unless their cell says otherwise."""

ATOL = 1e-9
"""Below this a number is zero up to rounding."""

WIDEST = 1e-2
"""The most that a cell may ask for: beyond it, print fewer digits or assert a band instead."""

TILE, TILE_DIFFERENCE = 16, 3.0
"""Pictures are compared in tiles of 16 by 16 pixels, by their mean absolute difference of 255.

On curves, bars and grids of images, relative changes of 1e-6 in the data stay below 0.02 in every
tile, and changes of 1e-4 below 0.4; one letter of a title, one sample of a curve moved by 5 pixels
or one point of a cloud moved exceed 7. A mean over the whole picture cannot tell these apart.
"""

MACHINE_DEPENDENT = "machine-dependent, not compared"
"""What the text of a figure says (see ae_course.figures) where its curves show rounding errors."""

# A number with a decimal point or an exponent, nan, or inf; digits inside a word are text, and so
# are integers. A sign belongs to the number unless it stands right after something to add to.
INEXACT = re.compile(
    r"""(?<![\w.])
        (?: (?<![\w.)\]]) [-+] )?
        (?> (?: \d+\.\d* | \.\d+ ) (?: [eE][-+]?\d+ )? | \d+ [eE][-+]?\d+ | (?i:nan|inf) )
        (?!\w)""",
    re.VERBOSE,
)


def tolerance_of(metadata: dict) -> float:
    """Return the relative tolerance that a cell's metadata asks for, ``course: {rtol: 1.0e-3}``.

    Raises
    ------
    ValueError
        If the tolerance is not a number between 0 and `WIDEST`, or another setting is found.
    """
    settings = dict(metadata.get("course", {}))
    rtol = settings.pop("rtol", RTOL)
    settings.pop("fold", None)  # see tools.folding
    if settings:
        raise ValueError(f"course: found {', '.join(sorted(settings))}; settings are rtol and fold")
    if not isinstance(rtol, float) or not 0 <= rtol <= WIDEST:
        # YAML reads 1e-3, without a point, as a word
        raise ValueError(f"course: found rtol: {rtol}, wanted a number like 1.0e-3, at most 0.01")
    return rtol


def differences(stored: list, computed: list, rtol: float = RTOL) -> list[str]:
    """Return one line for each place where a cell's computed outputs leave the stored ones.

    Parameters
    ----------
    stored, computed : lists of nbformat outputs
        What streams say is joined, so it does not matter in how many pieces they were sent.
    rtol : float
        Relative tolerance for numbers that carry a decimal point or an exponent.
    """
    stored, computed = _parts(stored), _parts(computed)
    if [kind for kind, _ in stored] != [kind for kind, _ in computed]:
        return [f"stored: {_summary(stored)}; computed: {_summary(computed)}"]
    return [
        f"{kind}: {difference}"
        for (kind, before), (_, after) in zip(stored, computed, strict=True)
        if (difference := _difference(kind, before, after, rtol))
    ]


def text_difference(stored: str, computed: str, rtol: float = RTOL) -> str | None:
    """Return what sets two texts apart, or None if they agree.

    White space around a number that may vary is ignored: numpy pads its columns to the widest.
    """
    for before, after in zip(_words(stored), _words(computed), strict=False):
        if before != after:
            return "stored {!r}, computed {!r}".format(*_excerpts(before, after))
    numbers = [list(INEXACT.finditer(text)) for text in (stored, computed)]
    if len(numbers[0]) != len(numbers[1]):
        return f"stored {len(numbers[0])} decimal numbers, computed {len(numbers[1])}"
    wrong = [pair for pair in zip(*numbers, strict=True) if not _close(*pair, rtol)]
    if not wrong:
        return None
    before, after = wrong[0]
    more = f" (and {len(wrong) - 1} more numbers)" if wrong[1:] else ""
    return f"stored {before[0]}, computed {after[0]}{more}, in {_line(before)!r}"


def picture_difference(stored: str, computed: str) -> str | None:
    """Return what sets two base64-encoded PNG pictures apart, or None if they look the same."""
    before, after = _pixels(stored), _pixels(computed)
    if before.shape != after.shape:
        return "stored {1} x {0} pixels, computed {4} x {3}".format(*before.shape, *after.shape)
    worst = _tile_means(np.abs(before - after)).max()
    if worst <= TILE_DIFFERENCE:
        return None
    return f"the pictures differ by {worst:.1f} of 255 in a part, allowed {TILE_DIFFERENCE}"


def is_compared(data: dict) -> bool:
    """Tell whether all that an output shows is compared: nothing of it depends on the machine."""
    return MACHINE_DEPENDENT not in data.get("text/plain", "")


def _parts(outputs):
    """Flatten outputs to (kind, value) pairs: joined streams first, then what is displayed."""
    streams, shown = {}, []
    for output in outputs:
        match output["output_type"]:
            case "stream":
                streams[output["name"]] = streams.get(output["name"], "") + output["text"]
            case "error":
                shown.append(("error", f"{output['ename']}: {output['evalue']}"))
            case _:
                shown += sorted(_comparable(output["data"]).items())
                shown.append(("metadata", output["metadata"]))
    return sorted(streams.items()) + shown


def _summary(parts):
    """List the kinds of output, and what a warning or an error says."""
    kinds = [
        f"{kind} {value[:60]!r}" if kind in {"stderr", "error"} else kind for kind, value in parts
    ]
    return ", ".join(kinds) or "no output"


def _comparable(data):
    """Leave out a picture of what depends on the machine; its size is in the metadata.

    Lines (SVG) are the same drawing as the points (PNG), which can be compared part by part.
    """
    omitted = {"image/svg+xml"}
    if not is_compared(data):
        omitted.add("image/png")
    return {kind: value for kind, value in data.items() if kind not in omitted}


def _difference(kind, stored, computed, rtol):
    if kind.endswith("image/png"):
        return picture_difference(stored, computed)
    return text_difference(_text(stored), _text(computed), rtol)


def _text(value):
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _words(text):
    """Return what stands between the numbers, without the padding next to them."""
    first, *rest = INEXACT.split(text)
    if not rest:
        return [first]
    *between, last = rest
    return [first.rstrip(), *(words.strip() for words in between), last.lstrip()]


def _close(stored, computed, rtol):
    before, after = float(stored[0]), float(computed[0])
    both_nan = math.isnan(before) and math.isnan(after)
    return both_nan or math.isclose(before, after, rel_tol=rtol, abs_tol=ATOL)


def _excerpts(before, after, width=60):
    """Cut two texts to where they part."""
    pairs = enumerate(zip_longest(before, after))
    parting = next(i for i, (one, other) in pairs if one != other)
    start = max(0, parting - width // 3)
    return before[start : start + width], after[start : start + width]


def _line(match):
    """Return the line in which a match stands, cut where it is long."""
    start = match.string.rfind("\n", 0, match.start()) + 1
    return match.string[max(start, match.start() - 40) : match.end() + 40].split("\n")[0]


def _pixels(png):
    picture = Image.open(io.BytesIO(base64.b64decode(png)))
    return np.asarray(picture.convert("RGBA"), dtype=np.float32)


def _tile_means(difference):
    """Average over square tiles; those at the lower and right border may be cut off."""
    edges = [np.arange(0, size, TILE) for size in difference.shape[:2]]
    sums = np.add.reduceat(np.add.reduceat(difference.mean(axis=2), edges[0], 0), edges[1], 1)
    return sums / TILE**2
