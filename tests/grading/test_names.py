"""As many students come out as went in, whatever system named their files and wherever they lie."""

import random
import re
import unicodedata

import pytest

from grading.names import Item, identify

GIVEN = "Rin,Hanako,Max,Anna-Lena,José,Zoë,Ken,María José,Jo,Ana,April,Ng,Ümit,娜,花子,健,Test,Al"
FAMILY = "Mori,Müller,O'Neil,von der Heide,de la Cruz,Smith,Ng,Sató,Old,Neumann,Work,森,佐藤,Nguyễn"
FILES = ["problems_01.ipynb", "problems_01-1.ipynb", "problems_01 (1).ipynb", "Untitled.ipynb"]
FILES += ["problems_01-Copy1.ipynb", "hw1.ipynb", "PS1.ipynb", "final.ipynb"]
AROUND = ["", "export/", "x/Abgaben/", "course-2026/submitted/", "PS 1/", "2026-10-01/", "in.zip/"]


def people(rng, count):
    """Given and family names, numbers and logins; no two have both names in common."""
    names = rng.sample([(g, f) for g in GIVEN.split(",") for f in FAMILY.split(",")], count)
    return [(g, f, str(10**6 + 17 * n), f"u{n:03}x") for n, (g, f) in enumerate(names)]


def moodle(rng, given, family, number, login):
    name = f"{given} {family}_{number}_assignsubmission_file_"
    return number, [f"{name}/{rng.choice(FILES)}", f"{name}/scratch.ipynb"]


def moodle_anonymous(rng, given, family, number, login):
    return number, [f"Teilnehmer/in-{number}_assignsubmission_file_/{family}.ipynb"]


def moodle_flat(rng, given, family, number, login):
    return number, [f"{family} {given}_{number}_assignsubmission_file_{rng.choice(FILES)}"]


def canvas(rng, given, family, number, login):
    name = re.sub(r"\W", "", family + given).lower() + rng.choice(["", "_LATE"])
    first = rng.randrange(10**5, 10**8)
    return number, [f"{name}_{number}_{first + n}_problems_01-{n}.ipynb" for n in (1, 2)]


def blackboard(rng, given, family, number, login):
    when = f"2026-10-{rng.randrange(10, 31)}-12-34-56"
    name = f"Problem Set 1_{login}_attempt_{when}"
    return login, [f"{name}.txt", f"{name}_{rng.choice(FILES)}"]


def brightspace(rng, given, family, number, login):
    name = f"{number}-67890 - {given} {family} - Oct {{}}, 2026 {rng.randrange(100, 1259)} PM"
    between = rng.choice(["/", " - "])
    return number, [name.format(day) + between + rng.choice(FILES) for day in (1, 12)]


def ilias(rng, given, family, number, login):
    return number, [f"{family}_{given}_{login}_{number}/20261001123456_{rng.choice(FILES)}"]


def nbgrader(rng, given, family, number, login):
    sets = ["problems_01", "problems_02"]
    return login, [f"{login}/{name}/{name}.ipynb" for name in sets[: rng.choice([1, 2])]]


def gradescope(rng, given, family, number, login):
    return number, [f"submission_{number}/{rng.choice(FILES)}"]


def classroom(rng, given, family, number, login):
    return family, [f"{given} {family} - problems_01{rng.choice(['', ' (1)'])}.ipynb"]


def numbers(rng, given, family, number, login):
    return number, [f"{number}{rng.choice(['', ' (1)', '_problems_01', '-Copy1'])}.ipynb"]


def dated(rng, given, family, number, login):
    return family, [f"problems_01_202610{rng.randrange(10, 31)}_{family} {given}.ipynb"]


def school(rng, given, family, number, login):
    return number, [f"{rng.choice(['3a', '3b'])}_2026_{number[-3:]}_{family}_{number}.ipynb"]


def own(rng, given, family, number, login):
    forms = ["{} PS1.ipynb", "problems_01 {} (2).ipynb", "{} - problem set 1 - final.ipynb"]
    return family, [rng.choice(forms).format(f"{family} {given}")]


def folders(rng, given, family, number, login):
    names = ["problems_01_2026_06_01.ipynb", "hw1/a/b/problems_01.ipynb", f"{login}_ps1.ipynb"]
    return given, [f"{family} {given}/{rng.choice(names)}"]


def archives(rng, given, family, number, login):
    return login, [f"{login}.zip/{rng.choice(['', 'work/', 'Users/x/Desktop/'])}problems_01.ipynb"]


def sections(rng, given, family, number, login):
    return family, [f"Section {rng.choice('ABC')}/{family} {given}/{rng.choice(FILES)}"]


SYSTEMS = [moodle, moodle_anonymous, moodle_flat, canvas, blackboard, brightspace, ilias, nbgrader]
SYSTEMS += [gradescope, classroom, numbers, dated, school, own, folders, archives, sections]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("system", SYSTEMS)
def test_nobody_is_merged_and_nobody_is_two(system, seed):
    rng = random.Random(seed)
    around, items, owners, said = rng.choice(AROUND), [], [], {}
    for owner, person in enumerate(people(rng, rng.choice([2, 3, 10, 60]))):
        said[owner], files = system(rng, *person)
        for file in files:
            written = unicodedata.normalize(rng.choice(["NFC", "NFD"]), around + file)
            kind = "notebook" if file.endswith(".ipynb") else "other"
            parts = tuple(unicodedata.normalize("NFC", part) for part in written.split("/"))
            items.append(Item(parts, kind))
            owners.append(owner)
    order = rng.sample(range(len(items)), len(items))
    found = identify([items[n] for n in order])
    students = {}
    for n, (identity,) in zip(order, found, strict=True):
        students.setdefault(identity.label, set()).add(owners[n])
    assert all(len(of) == 1 for of in students.values())
    assert len(students) == len(said)
    assert all(unicodedata.normalize("NFC", said[n]) in label for label, (n,) in students.items())
