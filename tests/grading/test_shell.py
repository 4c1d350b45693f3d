"""Cells mean what they mean in Jupyter, and what starts programs there does nothing here."""

import pytest

from grading.shell import NotRun, Shell, as_python


@pytest.fixture
def shell():
    """A shell as the worker makes it."""
    names = {"__name__": "__main__"}
    shell = Shell(names)
    names["get_ipython"] = lambda: shell
    yield shell
    shell.close()


@pytest.mark.parametrize(
    "code",
    [
        "x = 3",
        "    x = 1\n    x += 2",
        ">>> x = 1\n>>> if x:\n...     x = 3",
        "In [1]: x = 3",
        "In [7]: x = 1\n   ...: x = 3",
        "%matplotlib inline\nx = 3",
        "%time x = 3",
        "%time x = 1 + \\\n2",
        "x = %time 1 + 2",
        "y = %timeit -o sum([1, 2])\nx = 3 * (y.loops == 1) * (y.best >= 0)",
        "%timeit -n 10 -r 2 undefined = 1\nx = 3",
        "%prun -q -l 5 x = 3",
        "%%time\nx = 3",
        "%%capture\nx = 3\nprint(x)",
        "%%capture out\nprint(3)\nx = 3",
        "%%timeit -n 1\n7\nx = 9\n",
        "!ls\nx = 3",
        "x = 3\nfiles = !ls\nassert files == []",
        "import os\nx = 3\nx?\nos.path??",
        "try:\n    import no_such_module\nexcept ImportError:\n    %pip install it\nx = 3",
        "if True:\n    !pip install it\nx = 3",
        "x = (10\n% 7)",
        "y = [10\n     % 7]\n%precision 3\nx = y[0]",
        'text = """\n%precision 3\n!ls"""\nx = 3 if text == "\\n%precision 3\\n!ls" else 0',
        "get_ipython().run_line_magic('matplotlib', 'inline')\nx = 3",
        "get_ipython().run_line_magic('time', 'x = 3')",
        "get_ipython().run_cell_magic('time', '', 'x = 3')",
        "get_ipython().magic('time x = 3')",
        "get_ipython().system('rm -r /')\nx = 3",
        "get_ipython().run_cell('x = 3')",
        "get_ipython().events.register('post_run_cell', print)\nx = 3",
        "get_ipython().user_ns['x'] = 3",
        "x = 3 if get_ipython() else 0",
        "x = 3 * (get_ipython().__class__.__name__ == 'ZMQInteractiveShell')",
        "import asyncio\nx = await asyncio.sleep(0, 3)",
        "import asyncio\nasync def f():\n    return 3\nx, = await asyncio.gather(f())",
        "async def f():\n    return 3\nx = await f()",
        "%load_ext autoreload\n%autoreload 2\n%config InlineBackend.figure_format = 'svg'\nx = 3",
        "%reset -f\nx = 3",
        "%%time\n%matplotlib inline\nx = 3",
        "x = 3;",
    ],
)
def test_a_cell_gives_what_it_gives_in_jupyter(shell, code):
    shell.run_cell(code)
    assert shell.user_ns.get("x") == (None if "%%timeit" in code else 3)


@pytest.mark.parametrize(
    "magic",
    ["script false", "bash", "sh", "writefile f.py", "html", "latex", "javascript", "file f"],
)
def test_what_jupyter_would_not_run_is_not_run(shell, magic):
    shell.user_ns["x"] = 1
    with pytest.raises(NotRun, match=f"%%{magic.split()[0]}"):
        shell.run_cell(f"%%{magic}\nx = 2")
    assert shell.user_ns["x"] == 1


def test_a_magic_that_nobody_knows_is_an_error_as_in_jupyter(shell):
    with pytest.raises(Exception, match=r"%%cython` not found"):
        shell.run_cell("%%cython\nx = 2")


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("x = 1\n1 / 0", 2),
        ("%%time\nx = 1\n1 / 0", 3),
        ("%matplotlib inline\n\n1 / 0", 3),
        ("!ls\ndef f():\n    return 1 / 0\nf()", 3),
    ],
)
def test_an_error_has_the_line_of_the_cell(shell, code, line):
    shell.where = "the cell"
    with pytest.raises(ZeroDivisionError) as error:
        shell.run_cell(code)
    lines = [e.lineno for e in error.traceback if str(e.frame.code.raw.co_filename) == "the cell"]
    assert lines[-1] + 1 == line  # pytest counts from 0


def test_a_syntax_error_stays_one(shell):
    with pytest.raises(SyntaxError, match="never closed"):
        shell.run_cell("def f(x):\n    return (x +")


def test_python_is_not_touched():
    code = "x = (1\n% 2)  # 'In [1]: x'\ny = '''\n!ls'''"
    assert as_python(code) == code
