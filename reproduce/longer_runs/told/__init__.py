"""What the chapters tell of the stored numbers, word for word: a test holds both together."""

from reproduce.longer_runs.told import (
    chapter_1,
    chapter_2,
    chapter_3,
    chapter_4,
    chapter_5,
    chapter_6,
    chapter_7,
    chapter_8,
    chapter_9,
    chapter_10,
)

TOLD = {
    "01_overview": chapter_1.TELLERS,
    "02_pca": chapter_2.TELLERS,
    "03_sparsity": chapter_3.TELLERS,
    "04_optimization": chapter_4.TELLERS,
    "05_whitening": chapter_5.TELLERS,
    "06_pretraining": chapter_6.TELLERS,
    "07_variants": chapter_7.TELLERS,
    "08_diffusion": chapter_8.TELLERS,
    "09_generative": chapter_9.TELLERS,
    "10_dictionaries": chapter_10.TELLERS,
}


def pieces(chapter: str, stored: dict) -> list[str]:
    """All that a chapter tells of what is stored."""
    measured = {name: found["measured"] for name, found in stored.items()}
    return [piece for tell in TOLD[chapter] for piece in tell(measured)]
