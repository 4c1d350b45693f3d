"""All entries by name, and all that chapters say of them."""

from reproduce.longer_runs import (
    controls,
    dictionaries,
    diffusion,
    earlier,
    first_chapters,
    generative,
    last_chapters,
    other_starts,
    rivals,
    sparse,
    training,
)

PARTS = (
    *(earlier, controls, first_chapters, rivals, training, sparse, last_chapters, other_starts),
    *(diffusion, generative, dictionaries),
)
ENTRIES = {name: entry for part in PARTS for name, entry in part.ENTRIES.items()}
