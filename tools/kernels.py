"""The surroundings in which the cells of the book run: the same for everybody.

What somebody has set for Python, IPython or Matplotlib is theirs, and changes neither what is
stored nor what is compared.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

OF_THE_READER = ("PYTHON", "IPYTHON", "MPLBACKEND", "MATPLOTLIBRC")
STARTUP = """\
import matplotlib

matplotlib.rcdefaults()  # whatever matplotlibrc was found, here or in somebody's home
del matplotlib
"""


def surroundings(given: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment variables for a kernel, of those that are given."""
    kept = {name: value for name, value in given.items() if not name.startswith(OF_THE_READER)}
    profile = _profile()
    home = {} if _has_home() else {"HOME": profile}  # IPython and Jupyter do not start without
    # one thread is as fast on small matrices, and immune to what else the machine is doing
    usual = {"OPENBLAS_NUM_THREADS": "1", "PYTHONUTF8": "1"}
    return usual | kept | home | {"IPYTHONDIR": profile}


def adopt() -> None:
    """Give these surroundings to this very program, and to the kernels that it starts."""
    ours = surroundings()
    for name in os.environ.keys() - ours:
        del os.environ[name]
    os.environ.update(ours)
    exec(STARTUP, {})


def this_python() -> AsyncKernelManager:
    """A kernel of this very interpreter, not one that somebody installed elsewhere."""
    only_ours = KernelSpecManager(kernel_dirs=[])
    return AsyncKernelManager(kernel_name="python3", kernel_spec_manager=only_ours)


def _has_home() -> bool:
    """Whether somebody has a home: in a container one may be but a number."""
    return os.path.isabs(os.path.expanduser("~"))


def _profile() -> str:
    """A new folder of IPython's settings, which lasts as long as this program."""
    folder = Path(tempfile.mkdtemp(prefix="ipython-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    startup = folder / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "matplotlib_defaults.py").write_text(STARTUP, "utf-8")
    return str(folder)
