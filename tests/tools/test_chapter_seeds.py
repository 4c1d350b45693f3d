"""What chapter 8 says of three seeds is what came out, with the settings that stand there."""

import ast
import json

import pytest

from reproduce import chapter_seeds

TEXT = chapter_seeds.CHAPTER.read_text("utf-8")


def test_the_chapter_has_the_table_and_no_claim_of_it_broke():
    found = json.loads(chapter_seeds.RESULT.read_text("utf-8"))
    assert chapter_seeds.table(found) in TEXT
    assert found["seeds"] == [0, 1, 2]
    assert found["broken"] == []


def test_what_runs_is_the_chapter_s_experiment_with_another_seed():
    code = [ast.unparse(one) for one in chapter_seeds.statements(TEXT, 7)]
    assert "rng = np.random.default_rng(7)" in code
    assert chapter_seeds.SEED not in code
    text = "\n".join(code)
    for part in ("painter = fit(", "mixtures[K] = [GaussianMixture.fit(", "ratio = contest["):
        assert part in text
    assert "figures.panels" not in text
    assert "known.of" not in text


def test_a_chapter_without_the_line_of_the_seed_is_refused():
    text = TEXT.replace(chapter_seeds.SEED, "rng = seeded()")
    with pytest.raises(ValueError, match=r"has no line 'rng = np.random.default_rng\(0\)' after"):
        list(chapter_seeds.statements(text, 1))


def test_a_claim_that_breaks_is_told_with_its_seed(monkeypatch, tmp_path):
    tiny = f"""# Tiny

```{{code-cell}} ipython3
import numpy as np
```

{chapter_seeds.BEGIN} of an autoencoder

```{{code-cell}} ipython3
{chapter_seeds.SEED}
drawn = rng.random()
marks = {{"flow": (1.0, 2.0, 3.0, drawn)}}
contest = {{name: np.ones(2) for name in ("network", "10 normals a class")}}
nearest = {{"flow": 2.0, "unseen": 4.0}}
assert drawn == np.random.default_rng(5).random()
```

{chapter_seeds.END}
"""
    monkeypatch.setattr(chapter_seeds, "CHAPTER", tmp_path / "tiny.md")
    (tmp_path / "tiny.md").write_text(tiny, "utf-8")
    assert chapter_seeds.run(5)["broken"] == []
    found = chapter_seeds.run(6)
    assert found["broken"] == ["seed 6: drawn == np.random.default_rng(5).random()"]
    assert (found["over ten normals"], found["nearest"]) == (1, 0.5)
