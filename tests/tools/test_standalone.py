"""The notebooks that readers take along run by themselves, and read as they should anywhere."""

import ast
import re
import subprocess
import sys

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from nbclient import NotebookClient

from tools import standalone
from tools.addresses import Addresses

MYST = """\
(eq-a)=
An equation.

~~~{math}
:label: eq-a
:enumerator: 1.2
a &= b \\\\
  &= c
~~~

```{admonition} Before you begin
:class: at-a-glance
**You need** little.
```

```{exercise} (A title)
:label: ex-a
:enumerator: 1.3
Do it.
```

````{solution} Exercise 1.3
:class: dropdown
```python
x = 1
```
````
"""
PLAIN = """\
<a id="eq-a"></a>

An equation.

$$
\\begin{aligned}
a &= b \\\\
&= c
\\end{aligned}
\\tag{1.2}
$$

> **Before you begin**
>
> **You need** little.


<a id="ex-a"></a>

> **Exercise 1.3 (A title)**
>
> Do it.


<details>
<summary>Solution of Exercise 1.3</summary>

```python
x = 1
```

</details>
"""


@pytest.fixture(scope="module")
def taken(site):
    """The notebooks that can be downloaded from the site."""
    paths = sorted((site / "_sources").rglob("*.ipynb"))
    return {path.stem: nbformat.read(path, as_version=4) for path in paths}


def test_boxes_and_equations_become_plain_markdown():
    assert standalone.plain(MYST).strip() == PLAIN.strip()


def test_a_box_that_nothing_closes_is_named():
    with pytest.raises(ValueError, match=r"nothing closes '```\{admonition\} A'"):
        standalone.plain("```{admonition} A\nb")


def test_nothing_of_myst_is_left_in_them(taken):
    assert {"01_overview", "03_sparsity", "problems_03", "errata"} <= set(taken)
    left = re.compile(r"^[`:~]{3,}\{.*|\{(?:doc|eq|ref|numref|glue:text|term|cite:[pt])\}`.*", re.M)
    for name, notebook in taken.items():
        nbformat.validate(notebook)
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                found = left.search(cell.source)
                assert not found, f"{name}: {found[0]}"
                assert not standalone.LINK.search(cell.source), f"{name}: {cell.source}"


def test_each_says_first_what_it_needs_and_gets_it(taken):
    for name, notebook in taken.items():
        assert notebook.cells[0].source.startswith("# "), name
        assert "ae_course" in notebook.cells[1].source
        code = TransformerManager().transform_cell(notebook.cells[2].source)
        assert "run_line_magic" in ast.unparse(ast.parse(code))
        assert standalone.WHEEL in notebook.cells[2].source


@pytest.mark.parametrize(
    ("at", "package"),
    [
        (Addresses(), f'"{standalone.WHEEL}"'),
        (Addresses("https://a.test/"), f'"https://a.test/_static/{standalone.WHEEL}"'),
        (
            Addresses(repository="https://github.com/a/b"),
            '"ae_course @ https://github.com/a/b/archive/refs/heads/main.zip"',
        ),
    ],
)
def test_the_package_comes_from_where_the_book_is(at, package):
    assert package in standalone.getting("A chapter", at)[1].source


def test_one_without_the_package_beside_it_says_so(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    source = standalone.getting("A chapter", Addresses())[1].source
    code = compile(TransformerManager().transform_cell(source), "cell", "exec")
    with pytest.raises(FileNotFoundError, match=f"{standalone.WHEEL} has to be beside"):
        exec(code, {})


def test_one_runs_in_a_folder_of_its_own(taken, tmp_path):
    notebook = nbformat.from_dict(taken["05_whitening"])
    code = [k for k, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    notebook.cells = notebook.cells[: code[3] + 1]
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": tmp_path}}).execute()
    assert notebook.cells[code[3]].execution_count == 4


def test_the_package_on_the_site_can_be_installed(site, tmp_path):
    wheel = site / "_static" / standalone.WHEEL
    assert standalone.write_wheel(tmp_path).read_bytes() == wheel.read_bytes()
    target = tmp_path / "installed"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps"]
    subprocess.run([*pip, "--target", target, wheel], check=True)
    code = f"import sys; sys.path.insert(0, {str(target)!r}); import ae_course.datasets as d\n"
    code += "print(d.__file__); print(d.mnist('test', n=3).images.shape)"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert run.stdout.split("\n")[0].startswith(str(target))
    assert "(3, 784)" in run.stdout
