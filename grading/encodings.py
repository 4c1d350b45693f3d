"""In which encoding is this? Bytes without a mark are read in the way that makes them plausible.

Many encodings read any bytes: cp1252's é before a line's end is a rare character of cp932, which
swallows the end. So what comes out is judged. A character of Chinese or Japanese does not stand
alone within a Latin word, nor a capital, a symbol or a frame within small letters; and the letters
of a class are mostly those of one language.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator

WITHIN_FILES = (
    *("cp1252", "cp932", "latin-1", "gbk", "mac-roman", "cp1250", "cp1251", "cp850"),
    *("cp1254", "cp1253", "cp949"),
)
"""Of texts, the likely ones first; latin-1 reads everything."""
NAMES_IN_ARCHIVES = (
    *("cp932", "cp850", "cp437", "cp1252", "gbk", "mac-roman", "cp1251", "latin-1"),
    *("cp866", "cp852", "cp1250", "cp857", "cp1254", "cp737", "cp1253", "cp949"),
)
MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
FOREIGN = re.compile(r"[^\x00-\x7f]+")
ALPHABETS = (  # a class has mostly letters of one language
    *("äöüßéá", "àâçéèêëîïôœùûü", "áéíóúñü", "áâãàçéêíóôõú", "àèéìíîòóùú", "åäöæøéü"),
    *("ąćęłńóśźż", "áčďéěíňóřšťúůýžäľô", "áéíóöőúüű", "čćđšž", "ăâîşţșț", "çğıöşüİ"),
)
LANGUAGES = [{*letters, *letters.upper()} for letters in ALPHABETS]
SURNAMES = set("김이박최정강조윤장임한오서신권황안송류전고양손배백허유남심노")
"""Which Korean names begin with. As GBK reads their bytes, no Chinese name begins so."""
COMMON = set("àâäáãåæçéèêëíìîïñóòôöõøœúùûüÿýßÀÂÄÁÅÆÇÉÈÊËÍÎÏÑÓÖÔØŒÚÜ")
TYPOGRAPHY = set("’“”„«»–—…°±²€µ")
SAMPLE = 20_000
LEVEL_ONE = {  # where the usual characters of these encodings lie
    "cp932": (b"\x81\x40", b"\x98\x72"),
    "gbk": (b"\xb0\xa1", b"\xd7\xf9"),
}


def guesses(data: bytes, encodings: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the text that the bytes are and its encoding, the most plausible first."""
    if _mostly_utf_8(data):  # nothing else looks like it by chance
        yield data.decode("utf-8", "replace"), "utf-8"
    read = []
    for encoding in encodings:
        try:
            read.append((encoding, data.decode(encoding)))
        except UnicodeDecodeError:
            continue
    ranked = [
        (_strangeness(text, encoding) + 0.02 * number, encoding, text)
        for number, (encoding, text) in enumerate(read)
    ]
    for _, encoding, text in sorted(ranked):
        yield text, encoding


def decode(data: bytes, encodings: Iterable[str] = WITHIN_FILES) -> tuple[str, str]:
    """The text and its encoding: by its mark, as UTF-8 if it can be, else the most plausible."""
    if encoding := marked(data):
        return data.decode(encoding, "replace"), encoding.removesuffix("-sig")
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return next(guesses(data, encodings))


def marked(data: bytes) -> str | None:
    """The encoding that a mark at the beginning names, if there is one."""
    return next((encoding for mark, encoding in MARKS if data.startswith(mark)), None)


def _mostly_utf_8(data):
    """Whether a text in UTF-8 was damaged in some places, and is not in another encoding."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    return sum(map(len, FOREIGN.findall(text))) > 5 * broken > 0


def _strangeness(text, encoding):
    """How implausible the characters outside ASCII are, on the average."""
    total = count = 0
    own = _alphabet(text)
    for match in FOREIGN.finditer(text):
        before, after = text[: match.start()][-1:], text[match.end() : match.end() + 1]
        total += _of_run(match[0], before, after, encoding, own)
        count += len(match[0])
        if count > SAMPLE:
            break
    return total / count if count else 0


def _of_run(run, before, after, encoding, own):
    beside = any(char.isascii() and char.isalpha() for char in (before, after))
    lone = len(run) == 1 and beside
    total = -3 if run[0] in SURNAMES and 2 <= len(run) <= 4 else 0
    for place, char in enumerate(run):
        left = run[place - 1] if place else before
        right = run[place + 1] if place + 1 < len(run) else after
        total += _of_character(char, left, right, lone, encoding, own)
    return total


def _of_character(char, left, right, lone, encoding, own):
    category = unicodedata.category(char)
    if category in ("Cc", "Co", "Cn") or char == "\ufffd":
        return 10
    name = unicodedata.name(char, "")
    if name.startswith(("HIRAGANA", "KATAKANA")):
        return _rare(char, encoding)
    if name.startswith(("CJK", "FULLWIDTH", "IDEOGRAPHIC")):
        return 4 * lone + _rare(char, encoding)
    if char in TYPOGRAPHY:
        return 0.3
    if category[0] not in "LM":
        within = left.isalpha() and (right.isalpha() or category == "No")
        return 3 if within or name.startswith(("BOX", "BLOCK", "HALFWIDTH")) else 1
    if name.startswith("HALFWIDTH"):
        return 2
    return _of_letter(char, left, right, name, own)


def _of_letter(char, left, right, name, own):
    capital_within = char.isupper() and (left.islower() or (left.isupper() and right.islower()))
    capital_within |= char.islower() and right.isupper()
    if not name.startswith("LATIN"):  # Greek and Cyrillic letters stand beside their own kind
        alone = left.isascii() and left.isalpha()
        return 2.5 * alone + 2 * capital_within + 0.1
    if char in own:
        return 2 * capital_within
    follows_another = left.isalpha() and not left.isascii()
    return (0.15 if char in COMMON else 0.5) + 2 * capital_within + follows_another


def _alphabet(text):
    """The letters outside ASCII of the language that has most of those of a text."""
    letters = Counter(char for char in text[:SAMPLE] if char > "\x7f")
    return max(LANGUAGES, key=lambda own: sum(letters[char] for char in own))


def _rare(char, encoding):
    first, last = LEVEL_ONE.get(encoding, (b"", b"\xff"))
    return 0 if first <= char.encode(encoding, "replace") <= last else 1
