"""What a figure measures: its indicator as a noun phrase, its scope and its exception.

    Kinh tế số chiếm 20% GRDP              tỷ trọng kinh tế số trong GRDP
    năng suất lao động tăng 7,5%/năm       tốc độ tăng năng suất lao động
    100% hộ gia đình có Internet           tỷ lệ hộ gia đình có Internet
    trên 700 doanh nghiệp công nghệ số     số doanh nghiệp công nghệ số

Members of a list share the predicate of the last and the subject of the first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from policygraph import lexicon
from policygraph.mentions.clauses import Clause, word
from policygraph.mentions.faults import mended
from policygraph.mentions.scopes import (
    BRACKET,
    opening_scope,
    population,
    scope_of,
    without_scope,
)


@dataclass(frozen=True, slots=True)
class Reading:
    indicator: str
    unit: str | None
    scope: str | None
    exception: str | None


_ADVERBS = re.compile(
    r"(?i)^(?:\s*(?:phấn\s+đấu|phân\s+đầu|phần\s+đầu|phấn\s+đâu|bảo\s+đảm|đảm\s+bảo|từng\s+bước|cơ\s+bản|đồng\s+thời|"
    r"trong\s+đó|tiếp\s+tục|góp\s+phần|và|ước|thời\s+gian\s+qua|đã|ưu\s+tiên|toàn\s+tỉnh|trên\s+địa\s+bàn\s+tỉnh|h[ằà]ng\s+năm(?=\s*,)|"
    r"(?:tính\s+)?(?:đ[ếêe]n|vào|trong)\s+(?:nay|(?:hết\s+|cuối\s+)?(?:năm\s+)?\d{4})|năm\s+\d{4}|để|có|đạt)(?!\w)\s*[,:]?)+\s*"
)
_MODIFIERS = (
    r"(?:\s+(?:bình\s+quân|trung\s+bình|thêm|h[ằà]ng\s+năm|mỗi\s+năm|từ|khoảng|đạt|với|tốc\s+độ))*"
)
_GROWING = re.compile(
    rf"(?i)^(?P<np>.*?)\s*(?<!\w)(?P<v>tăng|(?:cắt\s+)?giảm)(?:\s+trưởng)?(?P<mod>{_MODIFIERS})\s*$"
)
_SPREAD = re.compile(
    r"(?i)^(?P<np>.+?)\s+(?P<v>(?:được\s+)?phủ(?:\s+sóng)?|đến|tới|tại|ở)\s*(?:cho)?$"
)
_TAKES = re.compile(r"(?i)\s*(?<!\w)(?:chiếm|đóng\s+góp)\s*(?:tỷ\s+(?:trọng|lệ))?$")
_RANKED = (
    re.compile(
        r"(?i)(chỉ\s+số\s+(?:(?!\s(?:xếp|đạt|thuộc|nằm|ở|đứng|từ|vào|trong|thứ)\s)[^,;.\d])+)"
    ),
    re.compile(r"(?i)(?<!\w)về\s+([^,;.\d]+)"),
    re.compile(r"(?i)xếp\s+hạng\s+(?!thứ|từ)([^\W\d][^,;.\d]+)"),
)
"""What a place is taken in, the surest way of saying it first."""
_CARRIED = re.compile(
    r"(?i)(?:phổ\s+cập|triển\s+khai|mở\s+rộng|cung\s+cấp|kết\s+nối|đưa|cấp)(?!\w)"
)
_ALONE = re.compile(r"(?i)(?:tăng|giảm)(?:\s+thêm)?")
_YEARLY = re.compile(r"(?i)(?<!\w)(?:h[ằà]ng|mỗi)\s+năm(?!\w)")
_SUM = re.compile(r"(?i)(?:với\s+)?(?:tổng(?:\s+(?:số|cộng))?|số(?:\s+lượng)?)")
_TAIL_TIME = re.compile(
    r"(?i)\s*,?\s*(?:vào|đ[ếêe]n|trong|trước)\s+(?:hết\s+|cuối\s+)?(?:năm\s+)?(?:19|20)\d\d\s*$"
    r"|\s*so\s+với\s+.*$"
)


def read_clause(text: str, clauses: Sequence[Clause], index: int) -> Reading:
    """Indicator, unit, scope and exception of one clause; some are shared with its neighbours."""
    clause = clauses[index]
    quantity = clause.quantity
    before = _bare_words(text[clause.left : quantity.span.start])
    after = _after(text, clause)
    tail, exception = _shared_tail(text, clauses, index)
    exception = exception_of(text[clause.start : clause.end]) or exception
    scope = None if quantity.kind == "rank" else scope_of(after)
    if scope is None and quantity.kind != "rank":
        scope = _under_opening(text, clause)
    unit = quantity.unit
    before = _FROM.sub("", before)
    every = _DENOMINATOR.search(before)
    if every and unit and "/" not in unit:
        unit = f"{unit}/{' '.join(every['n'].split()).lower().removeprefix('1 ')}"
    if quantity.kind == "count" and _YEARLY.search(text, clause.left, quantity.span.start):
        unit = f"{unit}/năm"
    alone = not clause.is_aside and quantity.kind != "rank"
    if not before and alone and not word("predicate").search(after):
        before = _shared_head(text, clauses, index)
    before = word("exception").sub("", before)
    core = without_scope(word("exception").sub("", after)).strip(" ,;.")
    core = _TAIL_TIME.sub("", _NUMBERED_ASIDE.sub("", core))
    core = (BRACKET if quantity.kind != "percent" else _GLOSS).sub("", core)
    core = word("trailing").sub("", core) + _purpose(text, clause)
    if tail:
        core = word("trailing").sub("", f"{core} {tail}")
    core = re.sub(r"^(?:các|những|tổng\s+số|số(?=\s+(?:hộ|người|xã|cơ|đơn)))\s+", "", core)
    if not before and not core and index and quantity.kind == "percent":
        return replace(read_clause(text, clauses, index - 1), unit=unit)
    if index and _ALONE.fullmatch(before) and not core:
        earlier = read_clause(text, clauses, index - 1)
        return replace(earlier, unit=unit, indicator=f"mức {before.lower()} {earlier.indicator}")
    spread = _SPREAD.match(before)
    if spread and core:
        scope = population(_TAIL_TIME.sub("", after)) or scope
    if quantity.kind in {"count", "rate"} and quantity.unit:
        each = word("each").search(text[clause.left : quantity.span.start])
        if each and "/" not in quantity.unit:
            unit = f"{quantity.unit}/{' '.join(each['n'].split()).lower()}"
            noun = _bare_words(without_scope(text[quantity.noun : clause.end]))
            return Reading(
                f"số {noun} của mỗi {each['n'].lower()}",
                unit,
                f"mỗi {each['n'].lower()}",
                exception,
            )
    main = (
        next(
            (
                c
                for c in range(index - 1, -1, -1)
                if clauses[c].segment == clause.segment and not clauses[c].is_aside
            ),
            None,
        )
        if clause.is_aside
        else None
    )
    if main is not None and _ONLY_YEAR.fullmatch(before) and not core:
        return replace(read_clause(text, clauses, main), unit=unit)
    host = (
        _host(text, clause, clauses[main] if main is not None else None)
        if clause.is_aside and not word("measure").match(before)
        else ""
    )
    some = _OF_THESE.search(text, clause.left, quantity.span.start) if index and not core else None
    if some and quantity.kind == "percent":
        earlier = read_clause(text, clauses, index - 1)
        return replace(earlier, indicator=f"{earlier.indicator} {some['w']}", unit=unit)
    phrase = _phrase(text, clause, before, core)
    return Reading(_within(phrase, host) if host else phrase, unit, scope, exception)


_OF_THESE = re.compile(
    r"(?i)\s*trong\s+đó\s+(?P<w>(?:có|được|là|thuộc)\s+[^\s\d].*?)(?:\s+(?:đạt|từ|chiếm|khoảng))*\s*$"
)
"""What marks some of those counted before: "trong đó có bằng cấp, chứng chỉ đạt 30%"."""

_DENOMINATOR = re.compile(
    r"(?i)(?:/|(?<!\w)(?:trên|mỗi))\s*"
    r"(?P<n>(?:1|10|100|1\.000|10\.000|100\.000|(?:1\s+)?(?:nghìn|vạn|triệu))\s+(?:người\s+)?(?:dân|người|hộ))(?!\w)"
)
"""What a measure counts to each of: "Số bác sĩ trên 10.000 dân đạt 11,2 bác sĩ"."""


def _under_opening(text: str, clause: Clause) -> str | None:
    """The area at the head of the sentence, unless a semicolon and a subject part them."""
    before = text[clause.left : clause.quantity.span.start]
    opens = re.search(r"[;:]\s*$", text[: clause.left]) is not None
    if opens and not clause.is_aside and _bare_words(before):
        return None
    return opening_scope(text, clause.left)


_ONLY_YEAR = re.compile(r"(?i)(?:hiện(?:\s+nay)?|(?:cuối\s+)?năm\s+\d{4})?\s*(?:đạt|là)?")
_FROM = re.compile(r"(?i)\s*(?<!\w)(?:(?:tăng|giảm|nâng)\s+)?từ\s+(?:mức\s+)?(?!\d+\s+tuổi)\d.*$")


def _host(text: str, clause: Clause, main: Clause | None) -> str:
    """The words before the bracket that holds the clause."""
    opening = text.rfind("(", 0, clause.quantity.number.start)
    if main is not None:
        counted = main.quantity.kind != "percent"
        start = main.quantity.noun if counted else main.quantity.span.end
        return _bare_words(text[start:opening])
    stops = [m.end() for m in re.finditer(r"[.;:]\s", text[:opening])]
    return _bare_words(re.split(r",\s", text[stops[-1] if stops else 0 : opening])[-1])


def _within(phrase: str, host: str) -> str:
    """ "ít nhất 2 văn bản/năm" said of "Văn bản chỉ đạo …"; "52% dân số" of "điện thoại …"."""
    if phrase.startswith(("tỷ lệ tăng", "tỷ lệ giảm")):
        return f"{phrase} {_lower_head(host)}"
    if phrase.startswith("tỷ lệ "):
        return f"tỷ lệ {_lower_head(host)} trên {phrase.removeprefix('tỷ lệ ').removeprefix('số ')}"
    noun = phrase.removeprefix("số ").split("/")[0].strip()
    if _lower_head(host).startswith(noun):
        return f"số {_lower_head(host)}"
    return f"{phrase} ({_lower_head(host)})"


_NUMBERED_ASIDE = re.compile(r"\s*\((?=[^()]*\d)[^()]*\)")
_GLOSS = re.compile(r"\s*\((?!\s*[A-ZĐ][\w&-]{1,8}\s*\))[^()]*\)")
"""A bracket that explains; "(GRDP)" and "(LAN)" are names and stay."""
_PURPOSE = re.compile(r"(?i)[^;.]*?(?P<p>\sđể\s[^;.]*)")
_IN_YEAR = re.compile(
    r"(?i)\s*,?\s*(?<!\w)(?:vào|đ[ếêe]n|trong|trước)\s+(?:hết\s+|cuối\s+)?năm(?:\s+(?:19|20)\d\d)?(?=\s*(?:$|,))"
)
_JUDGED = re.compile(r"(?i)\s+(?:còn\s+)?(?:thấp|cao)$")
_MOVED = re.compile(r"\s(?=(?:lên|vào)\s)")


def _purpose(text: str, clause: Clause) -> str:
    """ "1% tổng chi ngân sách | và huy động các nguồn khác để chuyển đổi số": for both."""
    if not lexicon.load("indicators").named("clause.fresh").pattern.match(text, clause.end):
        return ""
    found = _PURPOSE.match(text, clause.end)
    return f" {' '.join(found['p'].split())}" if found else ""


def _phrase(text: str, clause: Clause, before: str, core: str) -> str:
    """The measured thing as a noun phrase without its value."""
    quantity = clause.quantity
    bare = word("reach").sub("", before).strip(" ,")
    if quantity.kind == "rank":
        words = text[clause.left : clause.end]
        found = next((m for p in _RANKED if (m := p.search(words))), None)
        named = _IN_YEAR.sub("", _TAIL_TIME.sub("", found[1].rstrip())) if found else ""
        return _small(f"thứ hạng {_JUDGED.sub('', named.rstrip())}")
    if quantity.kind in {"count", "rate", "measure", "share"}:
        return _number_of(text, clause, before, core, bare)
    grows = _GROWING.match(before)
    if grows:
        kind = grows["v"].lower()
        rest = " ".join(grows["mod"].split())
        if grows["np"]:
            return _small(f"tốc độ {kind} {_lower_head(grows['np'])} {rest}")
        return _small(f"tỷ lệ {kind} {core}")
    if _TAKES.search(before):
        whole = _TAKES.sub("", before)
        core = re.sub(r"^(?:trong|vào|cho|của)\s+", "", core)
        whole = re.sub(r"(?i)^tỷ\s+(?:trọng|lệ)\s+", "", whole)
        whole = f"tỷ trọng {_lower_head(whole)}"
        return _small(f"{whole} trong {core}" if core else whole)
    if word("measure").match(bare):
        total = re.match(r"(?i)(?:của\s+|trong\s+)?(?P<w>(?:GRDP|GDP|tổng)(?!\w).*)", core)
        bare = BRACKET.sub("", bare)
        return _small(f"{bare} trong {total['w']}" if total else bare)
    spread = _SPREAD.match(before)
    if spread and core:
        thing = _lower_head(spread["np"])
        verb = "được phủ" if "phủ" in spread["v"].lower() else "có"
        verb = "được" if _CARRIED.match(thing) else verb
        return _small(f"tỷ lệ {core} {verb} {thing}")
    done, worked = word("action").search(before), word("work").search(before)
    if core and done:
        return _small(f"tỷ lệ {core} được {done['v'].lower()}")
    if core and worked:
        moves = re.search(r"(?i)(?<!\w)đưa(?!\w)", worked["v"])
        core = _MOVED.sub(" được đưa ", core, count=1) if moves else core
        return _small(f"tỷ lệ {core}")
    if core:
        verb = bare if bare and len(bare.split()) <= 3 and not bare[0].isupper() else ""
        return _small(f"tỷ lệ {verb} {core}") if verb else _small(f"tỷ lệ {core}")
    return _small(bare) if bare else "tỷ lệ"


_AIM = re.compile(r"\s(?=(?:để|cho|vào)\s)")
_AT_UNIT = re.compile(r"(?i)(?<!\w)(?:tại|ở)$")
_UNIT = re.compile(r"(?i)(?:các\s+)?(?:sở|ban|huyện|quận|thị|thành\s+phố|xã|phường)(?!\w)")
"""Units of government: "tại 18/18 sở, 12/12 huyện" is one measure in two scopes."""


def _number_of(text: str, clause: Clause, before: str, core: str, bare: str) -> str:
    """What is counted: "số cán bộ được đào tạo" of "đào tạo 30 cán bộ"."""
    quantity = clause.quantity
    bare = "" if _SUM.fullmatch(bare) else bare
    density = quantity.kind == "rate" and "dân" in (quantity.unit or "")
    if word("measure").match(bare) or (bare and (density or quantity.kind == "measure")):
        return _small(bare)
    noun = _bare_words(text[quantity.noun : clause.end]) if quantity.noun < clause.end else ""
    noun = without_scope(_TAIL_TIME.sub("", BRACKET.sub("", noun)))
    noun = word("trailing").sub("", noun) or core or bare
    done = word("action").search(before)
    if done and quantity.kind in {"count", "share"}:
        thing, *rest = _AIM.split(noun, maxsplit=1)
        return _small(" ".join((f"số {thing} được {done['v'].lower()}", *rest)))
    if quantity.kind == "share" and before:
        if _AT_UNIT.search(before) and _UNIT.match(noun):
            noun = "đơn vị"
        place = re.sub(r"(?i)\s*(?<!\w)(?:tại|ở|cho|đến|có)$", "", before)
        place = re.sub(r"(?i)^hoạt\s+động\s+", "", without_scope(place))
        return _small(f"số {noun} có {_lower_head(place)}") if place else _small(f"số {noun}")
    return _small(f"số {noun}") if noun else "số lượng"


def _small(words: str) -> str:
    """Folded, without stops at the ends, and with a small first letter."""
    return _lower_head(_IN_YEAR.sub("", " ".join(words.split())).strip(" ,;:.-–"))


def _lower_head(words: str) -> str:
    """A small first letter, but not for names: "Hải Dương", "UBND cấp xã"."""
    first, _, rest = words.partition(" ")
    if first[1:].lower() != first[1:] or rest[:1].isupper():
        return words
    return words[:1].lower() + words[1:]


def _bare_words(words: str) -> str:
    words = " ".join(words.split()).strip(" ,;.")
    return _ADVERBS.sub("", f"{words} ").strip(" ,;.:")


def _after(text: str, clause: Clause) -> str:
    """Words behind the figure; of a count, its noun too, and of "15% GRDP trở lên" the whole."""
    quantity = clause.quantity
    if quantity.kind not in {"percent", "rank"}:
        return " ".join(text[quantity.noun : clause.end].split()).lstrip(") ,")
    inside = _OR_MORE.search(text[quantity.number.end : quantity.span.end])
    words = f"{inside['whole'] if inside else ''} {text[quantity.span.end : clause.end]}"
    return " ".join(words.split()).lstrip(") ,")


_OR_MORE = re.compile(r"(?i)^\s+(?P<whole>[^%]+?)\s+tr[ởơờo]\s+(?:l[êe]n|xuống)$")


def _shared_tail(text: str, clauses: Sequence[Clause], index: int) -> tuple[str, str | None]:
    """Predicate and exception of the last: "90% …; 80% … và 70% … được xử lý … (trừ …)"."""
    clause = clauses[index]
    after = _after(text, clause)
    if clause.is_aside or clause.quantity.kind != "percent" or not after:
        return "", None
    if word("predicate").search(after) or _bare_words(
        text[clause.left : clause.quantity.span.start]
    ):
        return "", None
    for following in clauses[index + 1 :]:
        if following.quantity.kind != "percent" or following.is_aside:
            break
        if _bare_words(text[following.left : following.quantity.span.start]):
            break
        words = _after(text, following)
        predicate = word("predicate").search(words)
        joined = following.segment == clause.segment
        same = joined or _head_word(after) == _head_word(words)
        if predicate and same:
            plain = word("exception").sub("", words[predicate.start() :])
            return _TAIL_TIME.sub("", plain).strip(" ,;."), exception_of(words)
        if predicate:
            break
    return "", None


def _head_word(words: str) -> str:
    return re.sub(r"^(?:các|những|số)\s+", "", mended(words)).partition(" ")[0].lower()


def _shared_head(text: str, clauses: Sequence[Clause], index: int) -> str:
    """ "Hạ tầng … phủ trên 80% hộ gia đình, 100% đơn vị …": the subject of the first."""
    own = clauses[index]
    for earlier in reversed(clauses[:index]):
        shares = own.quantity.kind == earlier.quantity.kind == "share"
        if earlier.is_aside or (earlier.segment != own.segment and not shares):
            break
        head = _bare_words(text[earlier.left : earlier.quantity.span.start])
        if head:
            return "" if earlier.quantity.kind == "count" else head
    return ""


def exception_of(words: str) -> str | None:
    found = word("exception").search(words)
    return " ".join((found["x"] or found["y"] or "").split()) or None if found else None


def measured(words: str) -> str:
    """Indicator of a table's row: its own words without exception and bullets."""
    plain = word("exception").sub("", " ".join(words.split())).strip(" ,;.-–+*")
    return _small(BRACKET.sub("", plain) if len(BRACKET.sub("", plain)) > 8 else plain)


def outcome(words: str) -> str:
    """A goal without a number, as a phrase."""
    return _small(_ADVERBS.sub("", " ".join(words.split()) + " "))
