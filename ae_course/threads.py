"""On small matrices several threads are slower than one, and far slower on a busy machine."""

import os

from threadpoolctl import ThreadpoolController

CHOICES = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "OMP_NUM_THREADS")
"""Variables of the environment by which a reader may have chosen a number of threads."""

_limited = set()


def limit_threads() -> None:
    """Let NumPy multiply matrices with one thread, unless the reader has chosen a number.

    Importing `ae_course` calls this, and what imports a further library of linear algebra calls it
    again; a library that was limited once is not touched again. The threads of a product wait for
    one another without letting go of their cores, so that beside another program a chapter takes
    many times as long with two of them: on a crowded machine of two cores, three epochs of chapter
    3 took 2 to 4 seconds with one thread, and 13 to 30 with two. A number in the environment, such
    as ``OPENBLAS_NUM_THREADS=8``, is left as it is. For large networks on a quiet machine,
    ``threadpoolctl.threadpool_limits(8)`` after the import is the last word.

    >>> from threadpoolctl import threadpool_info
    >>> limit_threads()
    >>> chosen = any(os.environ.get(name) for name in CHOICES)
    >>> counts = {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}
    >>> chosen or counts <= {1}
    True
    """
    if not any(os.environ.get(name) for name in CHOICES):
        loaded = ThreadpoolController().select(user_api="blas")
        new = {library["filepath"] for library in loaded.info()} - _limited
        loaded.select(filepath=list(new)).limit(limits=1)
        _limited.update(new)
