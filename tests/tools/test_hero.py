"""The picture of the home page is the same, whatever a reader has set."""

import matplotlib.image
import numpy as np

from tools import hero

OWN = {"font.size": 30, "font.family": "monospace", "savefig.bbox": "tight", "text.color": "red"}


def test_a_reader_s_settings_of_matplotlib_change_nothing(tmp_path):
    rng = np.random.default_rng(0)
    rows = [rng.random((10, size)) for size in (784, 32, 784)]
    hero.write(tmp_path / "plain.png", *rows)
    with matplotlib.rc_context(OWN):
        hero.write(tmp_path / "own.png", *rows)
        assert matplotlib.rcParams["font.size"] == 30
    plain, own = ((tmp_path / f"{name}.png").read_bytes() for name in ("plain", "own"))
    assert plain == own
    assert matplotlib.image.imread(tmp_path / "own.png").shape[:2] == (1050, 1800)
