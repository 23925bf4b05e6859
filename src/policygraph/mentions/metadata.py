"""What a document says of itself: type, number, date, issuer, title, signer, recipients.

The letterhead goes first; scans lose it or leave its number blank, and web copies carry it in
their title, so the title, the preamble, the appendices' headings and the signature are asked
in turn.  What none of them says stays None.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, partial

from policygraph import iri, lexicon
from policygraph.mentions.agencies import find_agencies
from policygraph.mentions.dates import find_dates
from policygraph.mentions.documents import Found, find_documents
from policygraph.mentions.units import DISTRICT
from policygraph.mentions.view import View, in_zones
from policygraph.model import AgencyMention, Field, Metadata, Part, Span, Tree, Zone
from policygraph.numbers import canonical_number, parse_number
from policygraph.registers import COUNTRY, PlacedAgency, Registers
from policygraph.structure.lines import is_upper

_TYPES = lexicon.load("document_types").tables["type"]
_SPACES = re.compile(r"\s+")
_VOWEL = re.compile(r"[AEIOUYĂÂÊÔƠƯÀ-ỹ]")
_PAGE_HEAD = re.compile(r"\s*(?:Nội dung\s+)?")
_BULLET = re.compile(r"(?m)^[ \t]*[-–—+•*][ \t]*")
_ISSUED_WITH = re.compile(r"[Kk]èm theo\s*$")
_NAME = re.compile(r"[^\W\d_]+(?:[ ]+[^\W\d_]+){1,4}$")
_BEHALF = re.compile(r"(?:T\s*/?\s*M|TM|KT|TL|TUQ|T/L|K/T|Q)\s*[./]?\s+(?=[A-ZĐÂÊÔƠƯĂỦỤỲÝÚÙ])")
_COMMITTEE_OF = re.compile(r"(?i)đảng (?:ủy|uỷ|bộ) (.+)")
_SUBJECT = re.compile(r"\s*(?:V/v|Về việc)\b")
_OF = re.compile(r"(?<!\w)của\s*$")
_NUMERAL = re.compile(r"(?<!\w)(?:[IVXL]{2,6}(?!\w)|(?<=KHÓA )[VX](?!\w)|(?<=KHOÁ )[VX](?!\w))")
_SIGN = re.compile(r"\d+(?:/\d{4})?[-/][A-ZĐ][\w&]*(?:[-/][A-ZĐ]\w*)*")
_SHARE = 0.6
_FOR_REPORT = re.compile(r"^\(?để báo cáo\)?$")


def read_metadata(tree: Tree, registers: Registers) -> Metadata:
    """Everything that the text says of itself."""
    kind, title = _type_and_title(tree)
    web = _web_title(tree)
    number, date, place = _letterhead(tree)
    if web is not None:
        number = number or web.number
        date = date or web.date
    appended = _from_appendices(tree, kind)
    if appended is not None:
        number = number or appended.number
        date = date or appended.date
    if kind is None and number is not None:
        kind = _type_of_number(number) or _letter(number, title)
    jurisdiction = _jurisdiction(tree, registers, place, number)
    code = jurisdiction.value if jurisdiction else None
    issuer = _issuer(tree, registers, code, number, web)
    if issuer is not None and jurisdiction is None:
        jurisdiction = _of_issuer(registers, issuer)
    signer, position = _signature(tree)
    return Metadata(
        type=kind,
        number=number,
        date=date,
        title=_clean_title(title, registers, web),
        issuer=issuer,
        issuer_agency=agency_of(issuer.value, registers, code) if issuer else None,
        issuer_code=_sign(tree, number, issuer, registers, code),
        jurisdiction=jurisdiction,
        place=place,
        signer=signer,
        signer_position=position,
        recipients=tuple(_recipients(tree)),
    )


def _field(view: View, start: int, end: int, value: str, rule: str, confidence: float) -> Field:
    spans = view.spans(start, end)
    return Field(value, Span(spans[0].start, spans[-1].end), rule, confidence)


def _views(tree: Tree, *zones: Zone) -> Iterator[tuple[Part, View]]:
    """Parts of the zones as lines; of two columns side by side, each alone."""
    for part in in_zones(tree, *zones):
        yield part, View(tree.source.text, part.pieces, "\n")


# --- type and title ------------------------------------------------------------------------


def _type_and_title(tree: Tree) -> tuple[Field | None, Field | None]:
    for _, view in _views(tree, Zone.TITLE):
        words = re.sub(r"\*\*|__|[*_]", lambda m: "\n".ljust(len(m[0])), view.text)
        whole = Span(view.pieces[0].start, view.pieces[-1].end)
        title = Field(words, whole, "metadata.title", 0.95)
        for row in _TYPES:
            found = re.match(r"\s*(?:Nội dung\s+)?" + row["word"].replace(" ", r"\s+"), words, re.I)
            if found:
                start = len(words) - len(words.lstrip())
                kind = _field(view, start, found.end(), _plain_type(row), "metadata.title", 0.95)
                return kind, title
        return None, title
    return None, None


def _plain_type(row: dict[str, str]) -> str:
    """The type's own word: "Kế hoạch hành động" is a "Kế hoạch"."""
    same = [r["word"] for r in _TYPES if r["concept"] == row["concept"]]
    return str(min(same, key=len))


def _type_of_number(number: Field) -> Field | None:
    parts = parse_number(number.value)
    for row in reversed(_TYPES):
        if parts and parts.type_code == row["notation"]:
            return replace(
                number, value=row["word"], rule="metadata.type-of-number", confidence=0.8
            )
    return None


def _letter(number: Field, title: Field | None) -> Field | None:
    """An official letter prints no type: its subject stands in place of a title, and its number
    has the sign of none (Nghị định 30/2020/NĐ-CP, phụ lục III)."""
    if title is None or not _SUBJECT.match(title.value):
        return None
    return replace(number, value="Công văn", rule="metadata.letter", confidence=0.9)


@dataclass(frozen=True, slots=True)
class _Naming:
    """A line that names the document itself: its number, date and issuer; ``after`` is the rest."""

    number: Field | None
    date: Field | None
    issuer: Field | None
    after: str


def _naming(view: View, item: Found, rule: str) -> _Naming:
    reference = item.reference

    def said(value: str | None) -> Field | None:
        return _field(view, item.start, item.end, value, rule, 0.9) if value else None

    day = reference.date.isoformat() if reference.date else None
    return _Naming(said(reference.number), said(day), said(reference.issuer), view.text[item.end :])


def _web_title(tree: Tree) -> _Naming | None:
    """The title of a web page that carried the text: type, number, date and issuer in one line."""
    for _, view in _views(tree, Zone.TITLE):
        found = find_documents(view.text)
        head = _PAGE_HEAD.match(view.text)
        if found and found[0].reference.number and head and found[0].start <= head.end():
            return _naming(view, found[0], "metadata.web-title")
    return None


def _clean_title(title: Field | None, registers: Registers, web: _Naming | None) -> Field | None:
    if title is None:
        return None
    text = title.value
    if web is not None:
        line = web.after.split("\n")[0]
        kind = next((r["word"] for r in _TYPES if r["word"].lower() in text.lower()), "")
        about = re.sub(r"^[\s.,]+", "", line).rstrip(" .")
        return replace(title, value=f"{kind} {about}".strip()) if about else title
    lines = [" ".join(line.split()) for line in text.split("\n")]
    lines = [line for line in lines if line[:1] != "(" and any(map(str.isalnum, line))]
    joined = ""
    for line in lines:
        part = _lowered(line, registers) if line.upper() == line else line
        if joined and part[:1].isupper() and not joined.endswith((".", ":")):
            part = _continued(part)
        joined = f"{joined} {part}".strip()
    joined = joined.rstrip(" .")
    return replace(title, value=joined[:1].upper() + joined[1:])


def _lowered(line: str, registers: Registers) -> str:
    lowered = line.lower()
    proper = [*lexicon.load("metadata").tables["proper"], *_place_names(registers)]
    for name in sorted(proper, key=len, reverse=True):
        words, pattern = _in_small_letters(name)
        if any(word in lowered for word in words):
            lowered = pattern.sub(partial(_cased_as, name), lowered)
    for numeral in _NUMERAL.findall(line):
        lowered = re.sub(rf"(?<!\w){numeral.lower()}(?!\w)", numeral, lowered)
    for number in _SIGN.findall(line):
        lowered = lowered.replace(number.lower(), number)
    first = next((r["word"] for r in _TYPES if lowered.startswith(r["word"].lower())), "")
    return first + lowered[len(first) :]


@cache
def _in_small_letters(name: str) -> tuple[tuple[str, ...], re.Pattern[str]]:
    """The words of a name, and the pattern that finds it with a tone in either place."""
    small = name.lower()
    pattern = lexicon.either_tone(rf"(?<!\w){re.escape(small)}(?!\w)")
    return tuple(small.split()), re.compile(pattern)


def _cased_as(name: str, words: re.Match[str]) -> str:
    """Words with the capitals of a name of the same length: "tỉnh uỷ" like "Tỉnh ủy"."""
    return "".join(w.upper() if n.isupper() else w for n, w in zip(name, words[0], strict=True))


def _place_names(registers: Registers) -> Iterator[str]:
    for place in registers.places:
        yield place.short
        for name in place.other_names:
            yield re.sub(r"^(?:Tỉnh|Thành phố) ", "", name)


def _continued(line: str) -> str:
    """A title's second line goes on in small letters unless it opens with a name."""
    first = line.split(maxsplit=1)[0]
    goes_on = first in lexicon.load("metadata").tables["continuing"]
    return line[0].lower() + line[1:] if goes_on else line


# --- number, date, place -------------------------------------------------------------------


_LETTERS = str.maketrans("lIO", "110")


def _with_digits(number: str) -> str:
    """A number with digits for the letters that a scan made of them: "l45/KH-UBND"."""
    serial = re.match(r"[lIO\d]*", number)
    end = serial.end() if serial and re.search(r"\d", serial[0]) else 0
    return number[:end].translate(_LETTERS) + number[end:]


def _letterhead(tree: Tree) -> tuple[Field | None, Field | None, Field | None]:
    number = date = place = None
    entries = lexicon.load("metadata")
    for _, view in _views(tree, Zone.LETTERHEAD, Zone.SIGNATURE):
        said = entries.named("metadata.letterhead-number").pattern.search(view.text)
        printed = _with_digits(said["num"]) if said else ""
        canonical = canonical_number(printed) if printed[:1].isdigit() else None
        if said and canonical and number is None:
            sure = 0.98 if printed == said["num"] else 0.85
            number = _field(view, *said.span("num"), canonical, "metadata.letterhead-number", sure)
        where = entries.named("metadata.place-and-date").pattern.search(view.text)
        for start, end, day in find_dates(view.text):
            if where and where.end() <= start <= where.end() + 2 and date is None:
                at = where.start("place")
                date = _field(view, at, end, day.isoformat(), "metadata.place-and-date", 0.98)
                place = _field(
                    view, *where.span("place"), where["place"], "metadata.place-and-date", 0.95
                )
    return number, date, place


def _from_appendices(tree: Tree, kind: Field | None) -> _Naming | None:
    """The plan's own number may stand only in "(Ban hành kèm theo Kế hoạch số …)"."""
    for part in tree.parts:
        if part.zone is not Zone.APPENDIX or not part.pieces or part.cells:
            continue
        view = View(tree.source.text, (Span(part.pieces[0].start, part.pieces[-1].end),))
        for item in find_documents(view.text):
            word = (item.reference.type_word or "").lower()
            same = kind is not None and word.startswith(kind.value.lower())
            if same and item.reference.number and _ISSUED_WITH.search(view.text[: item.start]):
                return _naming(view, item, "metadata.appendix-heading")
    return None


# --- issuer and jurisdiction ---------------------------------------------------------------


def _jurisdiction(
    tree: Tree, registers: Registers, place: Field | None, number: Field | None
) -> Field | None:
    """The province of the text: named in its head, else by far the most named in its body.

    Central organs' signs in the own number make it the country's.
    """
    parts = parse_number(number.value) if number else None
    if parts and registers.agency_for_sign(parts.organ_sign, COUNTRY) is not None:
        local = registers.agency_for_sign(parts.organ_sign, "VN-HN")
        if local is not None and local.jurisdiction == COUNTRY and number:
            return replace(number, value=COUNTRY, rule="metadata.sign")
    central = _central_head(tree, registers)
    if central is not None:
        return central
    heads = (Zone.LETTERHEAD, Zone.TITLE, Zone.PREAMBLE)
    for zone in heads:
        for _, view in _views(tree, zone):
            found = [(s, p) for s, p in registers.find_places(view.text) if p.code != COUNTRY]
            if found and len({p.code for _, p in found}) == 1:
                span, where = found[0]
                return _field(view, span.start, span.end, where.code, "metadata.place-in-head", 0.9)
    text = tree.source.text
    named = [(s, p) for s, p in registers.find_places(text) if p.code != COUNTRY]
    counts = Counter(p.code for _, p in named)
    if not counts:
        return None
    code, count = counts.most_common(1)[0]
    if count < _SHARE * sum(counts.values()):
        return None
    span = next(s for s, p in named if p.code == code)
    return Field(code, span, "metadata.most-named-place", 0.8)


def _central_head(tree: Tree, registers: Registers) -> Field | None:
    """The country, where the letterhead has an organ of it and no province's: "Hà Nội, ngày …"
    is where the organ sits."""
    found: Field | None = None
    for _, view in _views(tree, Zone.LETTERHEAD):
        for start, end, words in _bodies_in_capitals(view.text):
            if any(place.code != COUNTRY for _, place in registers.find_places(words)):
                return None
            placed = registers.agency_named(words, None)
            is_central = placed and placed.agency and placed.agency.level == "central"
            if is_central and found is None:
                found = _field(view, start, end, COUNTRY, "metadata.central-letterhead", 0.9)
    return found


def _issuer(
    tree: Tree, registers: Registers, code: str | None, number: Field | None, web: _Naming | None
) -> Field | None:
    """The issuer that title, preamble, letterhead or signature names; else the number's sign.

    A letterhead sets the organ above over the one that issues, which signs the number.
    """
    if web is not None and web.issuer is not None:
        return _official(web.issuer, registers, code)
    parts = parse_number(number.value) if number else None
    signs = registers.agency_for_sign(parts.organ_sign, code) if parts else None
    if signs is not None and number is not None and _tells_anothers(tree, signs):
        return replace(number, value=signs.name, rule="metadata.sign", confidence=0.9)
    for zone, bodies in (
        (Zone.TITLE, _bodies_in_capitals),
        (Zone.PREAMBLE, _announcing_bodies),
        (Zone.LETTERHEAD, _bodies_in_capitals),
        (Zone.SIGNATURE, _bodies_in_capitals),
    ):
        rule = f"metadata.issuer.{zone.value}"
        said = (
            _official(_field(view, *body, rule, 0.9), registers, code)
            for _, view in _views(tree, zone)
            for body in bodies(view.text)
        )
        found = list(filter(None, said))
        if found:
            below = zone is Zone.LETTERHEAD and signs and _is_department(signs)
            signed = (f for f in found if below and signs and f.value == signs.name)
            sign = parts.organ_sign if parts and zone is Zone.LETTERHEAD and not below else ""
            is_unknown = zone is Zone.LETTERHEAD and signs is None
            chosen = next(signed, None) or _signing(found, sign, is_unknown=is_unknown)
            if is_unknown and sign and _is_above(tree, chosen, sign, registers, code):
                return None
            return chosen
    if signs is not None and number is not None and code:
        return replace(number, value=signs.name, rule="metadata.sign", confidence=0.7)
    return None


def concludes(metadata: Metadata) -> bool:
    """Whether a notice makes conclusions known: its items are orders, as a conclusion's are."""
    notice = lexicon.load("metadata").named("metadata.notice").pattern
    return metadata.title is not None and bool(notice.match(metadata.title.value))


def _tells_anothers(tree: Tree, signs: PlacedAgency) -> bool:
    """Whether an office makes known what the body in the title concluded: "Thông báo kết luận
    của Thủ tướng Chính phủ" with the number of the Government's office."""
    notice = lexicon.load("metadata").named("metadata.notice").pattern
    is_office = signs.agency is not None and signs.agency.template.startswith("Văn phòng ")
    return is_office and any(notice.match(view.text) for _, view in _views(tree, Zone.TITLE))


def _signing(found: list[Field], sign: str, *, is_unknown: bool) -> Field:
    """The body of a letterhead whose name begins with the sign of the number ("BCĐ"): where
    the first does not, another may; the organ above stands over it, and where the sign
    ``is_unknown`` the last line is the body's own."""
    initials = (_initials(f.value) for f in found)
    own = iri.fold(sign)
    signed = (f for f, letters in zip(found, initials, strict=True) if letters.startswith(own))
    return next(signed, found[-1] if is_unknown else found[0])


def _is_above(tree: Tree, chosen: Field, sign: str, registers: Registers, code: str | None) -> bool:
    """Whether the organ of a letterhead only stands over the body that issues, which no register
    has: "UBND TỈNH QUẢNG NGÃI" over "BAN QUẢN LÝ DỰ ÁN …", numbered "77/TB-BQLDA"."""
    agency = agency_of(chosen.value, registers, code)
    if (
        agency is None
        or agency.rule == DISTRICT
        or _initials(chosen.value).startswith(iri.fold(sign))
    ):
        return False
    own = lexicon.load("metadata").named("metadata.own-body").pattern
    return any(
        own.match(words) and start >= chosen.span.end
        for _, view in _views(tree, Zone.LETTERHEAD)
        for start, _, words in (
            (view.spans(s, e)[0].start, e, words) for s, e, words in _bodies_in_capitals(view.text)
        )
    )


def _initials(name: str) -> str:
    return iri.fold("".join(word[0] for word in name.split()))


def _is_department(placed: PlacedAgency) -> bool:
    return placed.agency is not None and placed.agency.kind == "department"


def _announcing_bodies(text: str) -> Iterator[tuple[int, int, str]]:
    """Bodies that are the subject of "ban hành", "yêu cầu" and the like.

    "Quyết định số 5/QĐ-TTg của Thủ tướng Chính phủ ban hành …" tells who issued another text.
    """
    verb = lexicon.load("metadata").named("metadata.issuing-verb").pattern
    for entry in lexicon.load("citations").entries:
        for match in entry.pattern.finditer(text):
            if _OF.search(text, 0, match.start()):
                continue
            if match.group() and verb.match(text, match.end()):
                yield match.start(), match.end(), _SPACES.sub(" ", match.group())


def _bodies_in_capitals(text: str) -> Iterator[tuple[int, int, str]]:
    """Bodies on lines of their own in capitals: "CỦA BAN THƯỜNG VỤ TỈNH ỦY", "TM. ỦY BAN NHÂN DÂN".

    A body that two lines name ("ỦY BAN NHÂN DÂN" over "TỈNH LAI CHÂU") goes before one line.
    """
    lines = [
        (m.start(), m.end(), m.group().strip(" *_\r"))
        for m in re.finditer(r"[^\n\t]+", text)
        if is_upper(m.group())
    ]
    for index, (start, end, words) in enumerate(lines):
        plain = re.sub(r"^CỦA\s+", "", _BEHALF.sub("", words))
        if index + 1 < len(lines):
            _, below, more = lines[index + 1]
            yield start, below, f"{plain} {more}"
        yield start, end, plain
        if ", " in plain:
            first = plain.split(", ")[0]
            yield start, start + len(words) - len(plain) + len(first), first


def _official(field: Field, registers: Registers, code: str | None) -> Field | None:
    """The issuer's full official name; None where the words name no body."""
    agency = agency_of(field.value, registers, code)
    return replace(field, value=agency.canonical) if agency else None


def agency_of(name: str, registers: Registers, code: str | None) -> AgencyMention | None:
    """The one body that a whole name names: of the register, or of a district.

    A chairman signs for his committee, and "khóa XI" is not part of a name.
    """
    words = re.sub(r"(?i)^(?:phó )?chủ tịch\s+(?=(?:ủy|uỷ) ban|ubnd)", "", _SPACES.sub(" ", name))
    words = re.sub(r"(?i),?\s+khóa\s+[ivxl\d]+$", "", words)
    for found in find_agencies(words, 0, len(words), code, registers):
        whole = found.span == Span(0, len(words))
        if whole and (found.is_registered or found.rule == DISTRICT) and not found.is_group:
            proper = re.sub(r"\b[^\W\d_a-z]{2,}\b", _as_name, found.canonical)
            return replace(found, canonical=proper)
    placed = registers.agency_named(words, code)
    span = Span(0, len(words))
    if placed is None:
        committee = _COMMITTEE_OF.fullmatch(words)
        body = agency_of(committee[1], registers, code) if committee else None
        return _committee_of(body, words) if body else None
    return AgencyMention(span, words, placed.name, placed.local, False, True, "agency.full", 0.95)


def _committee_of(body: AgencyMention, words: str) -> AgencyMention:
    """The Party committee within a body, which no register has: "Đảng ủy Bộ Tài chính"."""
    head, _, local = body.local.partition(".")
    name, own = f"Đảng ủy {body.canonical}", f"{head}.dang-uy-{local}"
    span = Span(0, len(words))
    return AgencyMention(span, words, name, own, False, False, "agency.proposed", 0.5)


def _as_name(word: re.Match[str]) -> str:
    """A word in capitals as part of a name; abbreviations have no small letters to give."""
    text = word.group()
    return text.capitalize() if text.isupper() and _VOWEL.search(text) else text


def _of_issuer(registers: Registers, issuer: Field) -> Field | None:
    placed = registers.agency_named(issuer.value, None)
    if placed is None or not placed.jurisdiction:
        return None
    return replace(issuer, value=placed.jurisdiction, rule="metadata.issuer")


def _sign(
    tree: Tree, number: Field | None, issuer: Field | None, registers: Registers, code: str | None
) -> str:
    """The organ's sign in numbers: the own number's, else the issuer's."""
    parts = parse_number(number.value) if number else None
    if parts:
        return parts.organ_sign
    for _, view in _views(tree, Zone.LETTERHEAD):
        said = (
            lexicon.load("metadata").named("metadata.letterhead-number").pattern.search(view.text)
        )
        blank = parse_number("1" + said["num"].strip()) if said else None
        if blank:
            return blank.organ_sign
    placed = registers.agency_named(issuer.value, code) if issuer else None
    if placed and placed.agency and placed.agency.signs:
        return placed.agency.signs[0]
    return "TU" if placed and placed.agency and placed.agency.kind == "party" else ""


# --- signature and recipients --------------------------------------------------------------


def _signature(tree: Tree) -> tuple[Field | None, Field | None]:
    signer = position = None
    positions = {p.lower(): p for p in lexicon.load("metadata").tables["positions"]}
    for _, view in _views(tree, Zone.SIGNATURE):
        for line in re.finditer(r"[^\n\t]+", view.text):
            words = line.group().strip(" *_\r")
            if not words:
                continue
            start = line.start() + line.group().find(words)
            plain = _BEHALF.sub("", words).strip()
            known = positions.get(_SPACES.sub(" ", plain).lower())
            if known:
                position = _field(view, start, start + len(words), known, "metadata.position", 0.95)
            elif _NAME.fullmatch(words) and words.istitle():
                signer = _field(view, start, start + len(words), words, "metadata.signer", 0.95)
    return signer, position


def _recipients(tree: Tree) -> Iterator[Field]:
    """Those that "Nơi nhận" and "Kính gửi" list, one a bullet; a letter to one body names it on
    the line itself."""
    addressees = lexicon.load("zones").named("zone.addressees").pattern
    for _, view in _views(tree, Zone.RECIPIENTS):
        marks = list(_BULLET.finditer(view.text))
        if not marks:
            to_one = addressees.match(view.text)
            marks = [to_one] if to_one else []
        ends = [*(mark.start() for mark in marks[1:]), len(view.text)]
        for mark, after in zip(marks, ends, strict=False):
            listed = view.text[mark.end() : after]
            words = listed.strip(" \t\r\n").rstrip(" \t\r\n;.,*")
            start = mark.end() + len(listed) - len(listed.lstrip(" \t\r\n"))
            if any(map(str.isalpha, words)) and not _FOR_REPORT.match(words):
                end = start + len(words)
                said = _SPACES.sub(" ", words)
                yield _field(view, start, end, said, "metadata.recipient", 0.95)
