"""Whose is it? What a path says of a student, as systems and people name files and folders.

A name of a learning system is known by its form. Of other names, all that says nothing of a person
goes: the problem set, dates, copies, words such as "final". What is left of a path, from the
outermost folder to the file, are the names in which a student may stand; and which of them does is
decided for the whole collection at once: the outermost at which files differ, unless one folder
there holds what are clearly several students' notebooks. Where that is not clear nobody is merged
and nobody is split: `Ambiguous` says which files, and what to do.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache

MOODLE = re.compile(r"(?P<name>.+)[_-](?P<id>\d+)_assignsubmission_[a-z]+(?:_|$)")
BLACKBOARD = re.compile(
    r"(?P<head>.+)_attempt_(?P<date>\d{4}(?:-\d\d){5})(?:_(?P<file>.*)|\.\w+|$)", re.IGNORECASE
)
BRIGHTSPACE = re.compile(
    r"(?P<id>\d+)-(?P<folder>\d+) ?- ?(?:(?P<number>\w*\d\w*) ?- )?(?P<name>.+?) ?- ?"
    r"(?P<date>[^-]*\b\d{4}\b[^-]*?\d{3,4}[^-]*?)(?: - (?P<file>.*))?"
)
CANVAS = re.compile(
    r"(?:(?!LATE_)(?P<name>.+?)_)?(?:LATE_)?(?P<id>[1-9]\d*|anon_\w+?)_(?P<file>[1-9]\d*)_(?P<rest>.+)"
)
AUTOLAB = re.compile(
    r"(?P<name>[\w.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)_(?P<version>\d+)(?:_.*|\.\w+)"
)
EXCHANGE = re.compile(  # nbgrader's
    r"(?P<name>[^+]+)\+[^+]+\+(?P<date>\d{4}-\d\d-\d\d \d\d[:_-]\d\d[:_-]\d\d[^+]*)(?:\+.*)?"
)
CANVAS_TEXT = re.compile(r"(?P<name>.+?)_(?:LATE_)?(?P<id>[1-9]\d*)_(?:text|link)\.html")
EDGE, END = r"(?<![^\W_])", r"(?![^\W_])"
SETS = re.compile(
    rf"{EDGE}(?:problem[ _-]?sets?|problems?|psets?|homeworks?|home[ _-]work|assignments?"
    r"|exercises?|(?:ü|ue)bung(?:en|sblatt)?|abgaben?|aufgaben?|devoirs?|tareas?)"
    rf"(?:[ _.-]?#?\d{{1,3}})?{END}"
    rf"|{EDGE}(?:ps|hw|ü|ue|lab|sheet|blatt|serie|week|woche|task|project)[ _.-]?#?\d{{1,2}}{END}"
    r"|(?:第\d{1,3}回)?(?:課題|演習|宿題|レポート|作业|作業|과제|숙제)[ _.-]?\d{0,3}",
    re.IGNORECASE,
)
DAY, MONTH = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])"
CLOCK = r"(?:[-_T ,]*(?:[01]\d|2[0-3])[-_.:h ]?[0-5]\d(?:[-_.:]?[0-5]\d)?(?:Z|UTC)?(?![^\W_]|@))?"
DATES = re.compile(
    rf"(?<!\d)(?:(?:19|20)\d\d([-_. ]){MONTH}\1{DAY}|{DAY}[-_.]{MONTH}[-_.](?:19|20)\d\d"
    rf"|(?:19|20)\d\d年{MONTH}月{DAY}日){CLOCK}(?!\d)"
)
MAYBE_DATES = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
    rf"|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])20\d\d){CLOCK}(?!\d)"
)
YEARS = re.compile(r"(?:(?<=\0)|^)[\s_-]*20\d\d(?![^\W_])|(?<![^\W_])20\d\d[\s_-]*(?=\0|$)")
COPIES = re.compile(
    r"(?:^|[\s_-]+)(?:(?:copy of|kopie von|copie de|copia de) +)+"
    r"| ?\(\d{1,3}\)(?=$|[\s_.,-])"
    r"|[ _-]+(?:copy|kopie|copie|copia)(?: ?\d+)?(?: ?\(\d+\))?(?![^\W\d_])"
    r"|(?: ?の)?コピー(?: ?\d+)?|-checkpoint"
    r"|[ _-](?:v(?:er(?:sion)?)?|attempt|versuch)[ ._-]?\d{1,2}(?!\w)"
    r"|[ _-]+(?-i:late|LATE|\(late\))(?![^\W_])",
    re.IGNORECASE,
)
SAYS_NOTHING = re.compile(  # beside a name; none of these is one
    r"(?:final|draft|fixed|corrected|(?:re)?submi(?:t|ssions?|tted)|answers?|solutions?|lösung(?:en)?"
    r"|notebooks?|untitled|updated?|revis(?:ed|ions?)|attempts?|version|versuch|exports?|downloads?|ipynb|zip"
    r"|提出物?|最終版?|解答|回答)\d{0,2}",
    re.IGNORECASE,
)
NO_NAME = re.compile(  # alone; some of these are also names of people
    r"(?:\d{1,2}[\s_.,;+~-]+)?"
    f"(?:(?:{SAYS_NOTHING.pattern}|finale|new|old|neu|alt|fertig|last|latest|submit|scratch|tests?"
    "|backup|working|late|on|time|ontime|inbox|files?|work|my|mine|the|of|to|and|for|sets?|labs?|weeks?|all"
    "|class|course|students|everyone|first|second|better|best|good|real|this|one|hand|in|try"
    "|parts?|teil)"
    r"(?:[\s_.,;+~-]|\d{1,2}(?!\d))*)+",
    re.IGNORECASE,
)
GROUPS = re.compile(
    r"(?:section|sec|group|gruppe|grp|team|tutor\w*|class|klasse|kurs|course)[ _-]*\w{1,2}"
    r"|.*[組班]|(?:mon|tue|wed|thu|fri|sat|sun)(?:\w*day)?"
    r"|(?:montag|dienstag|mittwoch|donnerstag|freitag)",
    re.IGNORECASE,
)
ENDINGS = re.compile(
    r"(?:\.(?:ipynb|txt|json|html?|py|m|r|tex|pdf|docx?|odt|rtf|pages|png|jpe?g|heic|gif|tiff?|svg"
    r"|np[yz]|pkl|mat|mp[34]|m4[av]|mov|avi|mkv|wav|webm|webp|zipx?|t?gz|tar|t?bz2?|t?xz|t?zst|rar|[rz]\d\d|7z(?:\.\d{3})?|lzh|arj|ace|cab"
    r"|sitx?|dmg))+$",
    re.IGNORECASE,
)
BESIDE = re.compile(rf"0?\d|[1-9]\d|\d(?:st|nd|rd|th)|{NO_NAME.pattern}", re.IGNORECASE)
"""Words that may stand beside a name and be no part of it."""
VERSION = re.compile(r"(?:v|ver|rev|try|abgabe|versuch)[ ._-]?\d{1,2}", re.IGNORECASE)
"""Folders of attempts: in the name of a file some of these words may be a person's."""
_COMMANDS = {
    **{code: 0x2400 + code for code in range(32)},
    **{code: f"<{code:x}>" for code in (*range(0x7F, 0xA0), *range(0x202A, 0x202F))},
    **{code: f"<{code:x}>" for code in range(0x2066, 0x206A)},
}
"""Letters that command a terminal or turn a line round, and what is printed of them."""
MOST_ATTEMPTS = 10
ROSTER = "; a ROSTER decides it where names or numbers in it do"
RENAME = (
    "If it is one student, put all into one folder named after the student; if not, rename them,"
    f" with a login or a number of three digits or more in each name{ROSTER}"
)
A_FOLDER_EACH = (
    "If it is one student, name the folder and the files after the student; if not, put each"
    f" student's files into a folder of their own beside those of the others{ROSTER}"
)


class Ambiguous(Exception):
    """Whose some files are cannot be known: which, and what to do."""


@dataclass(frozen=True)
class Item:
    """A file, or a folder without files, by what its path says.

    Attributes
    ----------
    parts : tuple of str
        The path; an archive is a folder.
    kind : str
        "notebook", "other" file, "system" for what systems add to a collection, "folder".
    time : float
    claims : callable
        Whether it is, as far as it can be read, an answer to a problem set.
    above : int
        How many of the outermost folders hold several students, as a system's names say.
    """

    parts: tuple[str, ...]
    kind: str = "notebook"
    time: float = 0.0
    claims: Callable[[], bool] = lambda: True
    known: tuple["Identity", ...] = ()
    above: int = 0

    @property
    def notebook(self) -> bool:
        """Whether it may be graded."""
        return self.kind == "notebook"

    @property
    def path(self) -> str:
        """As it is shown."""
        return "/".join(self.parts)


@dataclass(frozen=True)
class Identity:
    """A student, as a name says.

    Attributes
    ----------
    label : str
        How the student is called in tables; unlike all others.
    ids : tuple of str
        Numbers and logins that are the student's for sure.
    moment : str
        Orders attempts, if the name gives dates or numbers; empty where it does not.
    """

    label: str
    ids: tuple[str, ...] = ()
    moment: str = ""


@dataclass(frozen=True)
class Link:
    """What one part of a path says of a person."""

    form: str
    folder: bool
    dates: tuple[str, ...] = ()
    tokens: frozenset = field(default=frozenset(), compare=False)
    label: str = field(default="", compare=False)
    archive: bool = field(default=False, compare=False)


def normal(text: str) -> str:
    """A name in one of the ways in which Unicode can write it."""
    return unicodedata.normalize("NFC", text)


def printable(text: str) -> str:
    """A name without what commands a terminal or turns its letters round; no two become one name.

    >>> printable("mori\\x1b[2J")
    'mori␛[2J'
    """
    return text.translate(_COMMANDS)


def tokens(text: str) -> list[str]:
    """The words and numbers of a name, whatever stands between them, in small letters."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return [token for token in re.split(r"[\W_]+", folded) if token]


def identify(items: list[Item]) -> list[tuple[Identity, ...]]:
    """Whose each item is; nobody's is empty, and what a group handed in is several students'.

    Raises
    ------
    Ambiguous
    """
    found = _settle([item.known or _of_system(item) for item in items])
    open_ = [number for number, identity in enumerate(found) if not identity]
    for number, identity in zip(open_, _canvas([items[n] for n in open_]), strict=True):
        found[number] = identity
    open_ = [number for number in open_ if not found[number]]
    items = _below_the_class(items, found)
    for number, identity in zip(open_, _own([items[n] for n in open_]), strict=True):
        found[number] = identity
    _refuse_look_alikes(items, found)
    return found


def _below_the_class(items, found):
    """Items that know which of their folders hold several students, and so name none."""
    under = defaultdict(set)
    for item, identity in zip(items, found, strict=True):
        for depth in range(1, len(item.parts)):
            under[item.parts[:depth]].update(one.label for one in identity)
    shared = {folder for folder, labels in under.items() if len(labels) > 1}
    return [
        replace(item, above=sum(item.parts[:n] in shared for n in range(1, len(item.parts))))
        for item in items
    ]


# --- learning systems ---


def _of_system(item):
    for part in item.parts:
        if match := MOODLE.match(part):
            return (_Raw("moodle", match["name"], match["id"]),)
        if match := BLACKBOARD.fullmatch(part):
            return (_Raw("blackboard", match["head"], moment=match["date"]),)
        if match := EXCHANGE.fullmatch(part) or AUTOLAB.fullmatch(part):
            moment = match.groupdict().get("date") or match["version"].zfill(9)
            return (Identity(match["name"], (match["name"],), moment),)
        if match := BRIGHTSPACE.fullmatch(part):
            number, moment = match["number"] or "", _moment(match["date"])
            return (
                _Raw("brightspace", match["name"], match["id"], match["folder"], number, moment),
            )
    return ()


@dataclass(frozen=True)
class _Raw:
    """What a system's name says, before the others were looked at."""

    system: str
    name: str
    first: str = ""
    second: str = ""
    number: str = ""
    moment: str = ""


def _settle(found):
    """Identities instead of what systems say, in the light of all that they say."""
    raw = [one for ones in found for one in ones if isinstance(one, _Raw)]
    shared = _in_common({one.name for one in raw if one.system == "blackboard"})
    ours = [one for one in raw if one.system == "brightspace"]
    swapped = len({one.first for one in ours}) == 1 and len({one.second for one in ours}) > 1

    def settle(one):
        if not isinstance(one, _Raw):
            return one
        if one.system == "blackboard":
            login = "_".join(one.name.split("_")[shared:])
            return Identity(login, (login,), one.moment)
        number = one.second if swapped and one.system == "brightspace" else one.first
        ids = tuple(filter(None, (number, one.number)))
        return Identity(f"{one.name} ({number})", ids, one.moment)

    return [tuple(map(settle, ones)) for ones in found]


def _in_common(heads):
    """How many words the problem set's name has, before the logins in Blackboard's names."""
    words = [head.split("_") for head in heads]
    common = min(map(len, words), default=1) - 1
    while len(words) > 1 and len({tuple(some[:common]) for some in words}) > 1:
        common -= 1
    return common


def _moment(text):
    """Orders the dates of Brightspace, "Oct 1, 2026 905 AM"; others by their text."""
    clock = re.search(r"(\d{1,2}):?(\d\d)\s*([AP]\.?M)?\W*$", text, re.IGNORECASE)
    day = re.search(r"([^\W\d]{3})[^\W\d]*\.? (\d{1,2}), (\d{4})", text)
    try:
        date = datetime.strptime(" ".join(day.groups()), "%b %d %Y")
        hour = int(clock[1])
    except (ValueError, AttributeError, TypeError):
        return text
    if clock[3]:
        hour = hour % 12 + 12 * clock[3].upper().startswith("P")
    return f"{date:%Y%m%d}{hour:02d}{clock[2]}"


def _canvas(items):
    """Canvas's names, if the files that lie together all have them, and make sense as such."""
    together, places = defaultdict(dict), set()
    for number, item in enumerate(items):
        place = next((n for n, part in enumerate(item.parts) if CANVAS.fullmatch(part)), -1)
        together[item.parts[:place]][number] = item.parts[place]
        places |= {item.parts[:place]} if item.notebook else set()
    fitting = {where for where, of in together.items() if _is_canvas(items, of)}
    several = {w for w in fitting if len({m["id"] for m in _matches(together[w])}) > 1}
    found = [()] * len(items)
    for where in fitting if len(several) * 2 > len(fitting) or places == fitting else several:
        for number, part in together[where].items():
            match = CANVAS.fullmatch(part) or CANVAS_TEXT.fullmatch(part)
            found[number] = (_of_canvas(match),) if match else ()
    return found


def _matches(named):
    """What Canvas's names say, of files and archives, each once."""
    return list(filter(None, map(CANVAS.fullmatch, sorted(set(named.values())))))


def _of_canvas(match):
    groups = match.groupdict()
    moment = f"{int(groups['file']):020d}" if groups.get("file") else ""
    return Identity(f"{groups['name'] or 'anonymous'} ({groups['id']})", (groups["id"],), moment)


def _is_canvas(items, named):
    """One number has one name, every file a number of its own, and these are no dates."""
    notebooks = [part for number, part in named.items() if items[number].notebook]
    fits = _matches(named)
    if not fits or sum(map(bool, map(CANVAS.fullmatch, notebooks))) < 0.8 * len(notebooks):
        return False
    names, files = defaultdict(set), Counter(match["file"] for match in fits)
    for match in fits:
        names[match["id"]].add(match["name"])
    rests = {_link(match["rest"], False).form for match in fits} - {""}
    return (
        max(map(len, names.values())) == max(files.values()) == 1
        and len(rests) <= len(names)
        and not all(MAYBE_DATES.fullmatch(file) for file in files)
        and not all(re.fullmatch(r"(?:19|20)\d\d", number) for number in names)
        and not any(SETS.search(f"{match['name']}_{match['id']}") for match in fits)
    )


# --- names that people give ---


@lru_cache(2**16)
def _link(part, folder, with_dates=False):
    """What is left of a name when all that says nothing of a person is gone."""
    stem = unicodedata.normalize("NFKC", normal(part if folder else _stem(part))).strip()
    text = stem if folder else COPIES.sub("\0", stem)  # a second folder may be a second student
    text = DATES.sub("\0", SETS.sub("\0", text))
    dates = []

    def gone(match):
        dates.append(match[0])
        return "\0"

    text = text if with_dates else MAYBE_DATES.sub(gone, text)
    plain = folder and text == stem
    text = _without_empty_words(text)
    text = text if with_dates else YEARS.sub(gone, text)
    text = re.sub(r"\0[\s_-]*[1-9]\d?(?=\0|$)", "\0", text)  # the number of a copy
    form = re.sub(r"[\s_.,;+~-]*\0[\s_.,;+~\0-]*", " ", text).strip(" _.,;+~-")
    if re.fullmatch(r"[A-Za-z]|\(?[1-9]\d?\)?" if text != stem else "[A-Za-z]", form):
        form = ""
    if folder and VERSION.fullmatch(form):
        form = ""
    form = "" if NO_NAME.fullmatch(form) and not _like_a_person(form) else form
    label = stem if plain else form
    return Link(form, folder, tuple(dates), frozenset(tokens(form)), label)


def _like_a_person(form):
    """Whether words that mostly say nothing are written as a name: there are people called so."""
    words = re.split(r"[\s_.,;+~-]+", form)
    return len(words) > 1 and all(w.istitle() and not SAYS_NOTHING.fullmatch(w) for w in words)


def _without_empty_words(text):
    """Words that say nothing go where a name begins or ends, or beside what has gone already."""
    parts = [part for part in re.split(r"(\0|[\s_.,;+~-]+)", f"\0{text}\0") if part]
    words = [n for n, part in enumerate(parts) if re.search(r"[^\s_.,;+~-]", part)]
    for order in (1, -1):
        gone = False
        for n in words[::order]:
            gone = parts[n] == "\0" or (gone and bool(SAYS_NOTHING.fullmatch(parts[n])))
            parts[n] = "\0" if gone else parts[n]
    return "".join(parts[1:-1])


def _stem(name):
    return ENDINGS.sub("", name)


def _chain(item, with_dates=False):
    *folders, last = item.parts[item.above :]
    links = [
        replace(_link(_stem(part), True, with_dates), archive=_stem(part) != part)
        for part in folders
    ]
    if item.kind in ("notebook", "other"):
        links.append(_link(last, False, with_dates))
    return [link for link in links if link.form]


def _own(items):
    """Whose items are that no system has named."""
    chains = [_chain(item) for item in items]
    lost = [n for n, chain in enumerate(chains) if not chain and items[n].notebook]
    if len(lost) > 1:
        for n in lost:
            chains[n] = _chain(items[n], with_dates=True) or _letters(items[n])
        _refuse_nameless([items[n] for n in lost if not chains[n]])
    chains = [c or _whole(item) for item, c in zip(items, chains, strict=True)]
    named = [n for n, chain in enumerate(chains) if chain]
    levels = _level([items[n] for n in named], [chains[n] for n in named])
    found = [()] * len(items)
    for n, level in zip(named, levels, strict=True):
        found[n] = (*level, items[n]) if level else ()
    _refuse_mixed([one for one in found if one])
    labels = _without_common({one[0].form for one in found if one and not one[0].folder})
    return [_identity(one, labels) if one else () for one in found]


def _identity(one, labels):
    link, _, item = one
    dates = [match[0] for match in DATES.finditer(item.path)] or link.dates
    return (
        Identity(
            labels.get(link.form, link.label or link.form), (), " ".join(map(_in_order, dates))
        ),
    )


def _in_order(date):
    """A date as digits, the year first."""
    parts = re.findall(r"\d+", date)
    if re.fullmatch(r"\d{8}", parts[0]) and not 1990 <= int(parts[0][:4]) <= 2099:
        parts = [parts[0][4:], parts[0][2:4], parts[0][:2], *parts[1:]]
    elif len(parts[0]) < 4 and len(parts) > 2:
        parts = [parts[2], parts[1], parts[0], *parts[3:]]
    return "".join(part.zfill(2) for part in parts)


def _letters(item):
    """A file that is called by one letter or number and nothing else."""
    stem = _stem(item.parts[-1])
    alone = re.fullmatch(r"[A-Za-z]|\d{1,2}", stem)
    return [Link(stem, False, (), frozenset([stem]))] if alone else []


def _whole(item):
    """The one file without a name is called after itself, and what is no notebook is nobody's."""
    if not item.notebook:
        return []
    folders = [part for part in item.parts[item.above : -1] if not SETS.fullmatch(part)]
    stem = (folders or [_stem(item.parts[-1])])[-1]
    return [Link(stem, bool(folders), (), frozenset(tokens(stem)))]


def _refuse_nameless(items):
    if len(items) > 1:
        raise Ambiguous(
            f"these bear no name of a student: {_listed(items)}. Are they one student's? {RENAME}"
        )


def _level(items, chains):
    """For each item, the link in its chain that is the student, and the folders left around it."""
    if len(items) == 1 and _names_itself(items[0], chains[0][-1]):
        return [(chains[0][-1], ())]
    while _all_in_one(chains):
        chains = [chain[1:] for chain in chains]
    within = [()] * len(items)
    while not _is_level(kinds := _kinds(items, chains)):
        left = [n for n, chain in enumerate(chains) if _is_left(items[n], chain, kinds)]
        _refuse_nameless([items[n] for n in left])
        for n in left:
            chains[n] = [*chains[n], Link(_stem(items[n].parts[-1]), False)]
        _go_deeper(items, chains, within, kinds)
    return [(chain[0], w) if chain else None for chain, w in zip(chains, within, strict=True)]


def _names_itself(item, link):
    """Whether the only file is called after the set, or dated, and after somebody."""
    return not link.folder and link.form != _stem(item.parts[-1])


def _all_in_one(chains):
    """Whether all lie in one folder and in folders below it: then it only wraps them."""
    wrapped = all(len(c) > 1 and c[1].folder and (c[1].archive or not c[0].archive) for c in chains)
    return wrapped and len({chain[0] for chain in chains}) == 1


def _kinds(items, chains):
    """What each of the outermost folders holds, and the first of its files."""
    groups = defaultdict(list)
    for n, chain in enumerate(chains):
        if chain:
            groups[chain[0]].append(n)
    return {
        link: (_kind(link, numbers, items, chains), [items[n] for n in numbers])
        for link, numbers in groups.items()
    }


def _is_level(kinds):
    """Whether these are the students, or folders to go into.

    Raises
    ------
    Ambiguous
        Some folders hold one student's work, and others what seem to be several students'.
    """
    counts = Counter(kind for kind, _ in kinds.values())
    if counts["closed"] == len(kinds) == 1:
        counts["several"] = 1
    elif counts["closed"] == len(kinds) > 1:
        counts["unclear"] = counts["closed"]
    if not counts["several"] and not counts["unclear"]:
        return not counts["group"] or bool(counts["one"] or counts["single"])
    if counts["unclear"] or counts["one"] or counts["single"] > counts["several"]:
        raise Ambiguous(_several(kinds))
    return False


def _is_left(item, chain, kinds):
    """Whether a notebook has no name of its own in a folder that holds several students'."""
    return item.notebook and len(chain) == 1 and kinds[chain[0]][0] in ("several", "closed")


def _go_deeper(items, chains, within, kinds):
    """Leave the outermost folders; what systems have put there, or bears no name, is nobody's."""
    for n, chain in enumerate(chains):
        if len(chain) > 1:
            chains[n], within[n] = chain[1:], (*within[n], chain[0].form)
        elif items[n].kind == "system" or (
            items[n].kind == "other" and chain and kinds[chain[0]][0] in ("several", "closed")
        ):
            chains[n] = []


def _kind(link, numbers, items, chains):
    """What a folder holds.

    "one" student's work, files with a "single" name, those of a "group", "several" students' work,
    what is "closed" and one student's if others lie beside it, or what is "unclear"; or a "file".
    """
    ours = [n for n in numbers if items[n].notebook]
    if not link.folder or not ours:
        return "file"
    depth = _first_difference([chains[n] for n in ours])
    deeper = {n: _deeper(chains[n], depth) for n in ours}
    empty = not all(deeper.values())
    if len(set(deeper.values()) - {""}) > 1:
        claiming = [n for n in ours if items[n].claims()]
        inner = {deeper[n] for n in claiming or ours} - {""}
        if len(inner) > 1 and (claiming or not empty):
            return _of_several(link, inner, [items[n] for n in ours], chains)
    if not empty and (kind := _beside(numbers, items, chains)):
        return kind
    return "one" if empty else "group" if GROUPS.fullmatch(link.form) else "single"


def _beside(numbers, items, chains):
    """What a folder is in which all lies, with one name for notebooks and others for other files.

    It is the class's if all these are called after the set, else "unclear"; "" if there are none.
    """
    files = [n for n in numbers if items[n].kind != "system"]
    if len({chain[0] for chain in chains if chain}) > 1:
        return ""
    depth = _first_difference([chains[n] for n in files])
    ours = {_deeper(chains[n], depth): n for n in files if items[n].notebook}
    words = frozenset().union(*(chains[n][depth].tokens for name, n in ours.items() if name))
    others = {n for n in files if _deeper(chains[n], depth)} - {*ours.values()}
    others = [n for n in others if not items[n].notebook and not chains[n][depth].tokens & words]
    if not others or "" in ours:
        return ""
    called = [SETS.search(items[n].parts[-1]) for n in [*ours.values(), *others]]
    return "several" if all(called) else "unclear"


def _of_several(link, inner, items, chains):
    """What a folder is that holds notebooks of several names."""
    in_set = all(SETS.fullmatch(item.parts[-2]) for item in items)
    if len(inner) <= MOST_ATTEMPTS and (in_set or link.archive) and not GROUPS.fullmatch(link.form):
        return "closed"
    others = [chain for chain in chains if chain and chain[0] != link]
    elsewhere = {link.form for chain in others for link in chain[1:]}
    return "unclear" if inner <= elsewhere else "several"


def _first_difference(chains):
    """The place in chains that begin alike at which they stop doing so."""
    depth = 1
    while all(len(c) > depth + 1 and c[depth] == chains[0][depth] for c in chains):
        depth += 1
    return depth


def _deeper(chain, depth):
    """The name at a place in a chain, unless it only says the first one again."""
    if len(chain) <= depth or chain[depth].tokens & chain[0].tokens:
        return ""
    return chain[depth].form


def _several(kinds):
    link, files = next(
        (link, files)
        for link, (kind, files) in kinds.items()
        if kind in ("several", "unclear", "closed")
    )
    notebooks = [file for file in files if file.notebook]
    shown = notebooks if len(notebooks) > 1 else [file for file in files if file.kind != "system"]
    return (
        f"the folder {link.label or link.form} holds files of several names: {_listed(shown)}."
        f" Are they one student's? {A_FOLDER_EACH}"
    )


def _refuse_mixed(found):
    """No two files become one student's of which the names leave open whether they are."""
    by_form = defaultdict(list)
    for link, within, item in found:
        by_form[link.form].append((link, within, item))
    recurring = Counter(d for dates in {(o[0].form, o[0].dates) for o in found} for d in dates[1])
    for ones in by_form.values():
        if len({within for _, within, _ in ones}) > 1:
            raise Ambiguous(
                f"the same name in different folders: {_listed(o[2] for o in ones)}. Is it one"
                f" student? {RENAME}"
            )
        dates = {date for link, *_ in ones for date in link.dates}
        sure = all(recurring[date] > 1 or _is_day(date, ones) for date in dates)
        if len({link.dates for link, *_ in ones}) > 1 and not sure:
            raise Ambiguous(
                f"a date or a student's number? {_listed(o[2] for o in ones)}. {RENAME}"
            )


def _is_day(date, ones):
    """Whether one of the files was modified within two days of a date in its name."""
    for _, _, item in ones:
        for form in ("%Y%m%d", "%d%m%Y"):
            try:
                day = datetime.strptime(date[:8], form).timestamp()
            except ValueError:
                continue
            if date in item.path and abs(item.time - day) < 3 * 86400:
                return True
    return False


def _refuse_look_alikes(items, found):
    """Names that differ only in order, case, or what says nothing of a person need a person.

    A system that gives numbers or logins has told its students apart already.
    """
    alike, sure = defaultdict(dict), set()
    for item, identity in zip(items, found, strict=True):
        for one in identity:
            alike[_skeleton(one.label)].setdefault(one.label, item)
            sure |= {one.label} if one.ids else set()
    for label in [label for labels in alike.values() for label in labels]:
        bare = _skeleton(label) - set(filter(BESIDE.fullmatch, _skeleton(label)))
        if bare and bare in alike:
            alike[bare] |= alike[_skeleton(label)]
    several = [labels for labels in alike.values() if len(labels) > 1]
    if open_ := sorted((labels for labels in several if not sure >= set(labels)), key=min):
        asked = [f"{', '.join(sorted(labels))}? {_listed(labels.values())}" for labels in open_]
        more = f" And {len(asked) - 6} more." if len(asked) > 6 else ""
        raise Ambiguous(f"one student or several: {'; '.join(asked[:6])}.{more} {RENAME}")


def _skeleton(label):
    return frozenset(tokens(label)) or frozenset([label])


def _without_common(forms):
    """Labels without the words that all names begin or end with, such as those of the course."""
    words = {form: re.split(r"([\s_]+)", form) for form in forms}
    if len(words) < 3:
        return {}
    shortest = min(map(len, words.values()))
    first = 0
    while first + 2 < shortest and len({tuple(w[: first + 2]) for w in words.values()}) == 1:
        first += 2
    labels = {form: "".join(w[first:]) for form, w in words.items()}
    return labels if first and min(map(len, labels.values())) > 2 else {}


def _listed(items):
    paths = sorted({item.path for item in items})
    more = f" and {len(paths) - 6} more" if len(paths) > 6 else ""
    return ", ".join(paths[:6]) + more
