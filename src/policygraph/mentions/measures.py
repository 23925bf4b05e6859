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
    r"(?:tính\s+)?(?:đ[ếêe]n|vào|trong)\s+(?:nay|(?:hết\s+|cuối\s+)?(?:năm\s+)?\d{4})|(?:cuối\s+|đầu\s+)?năm\s+\d{4}|bình\s+quân\s+(?:mỗi|h[ằà]ng)\s+năm|duy\s+trì(?!\s+(?:và|,))|giữ\s+vững|để|có|đạt)(?!\w)\s*[,:]?)+\s*"
)
_MODIFIERS = (
    r"(?:\s+(?:bình\s+quân|trung\s+bình|thêm|h[ằà]ng\s+năm|mỗi\s+năm|từ|khoảng|đạt|với|tốc\s+độ))*"
)
_GROWING = re.compile(
    rf"(?i)^(?P<np>.*?)\s*(?<!\w)(?P<v>tăng|(?:cắt\s+)?giảm|rút\s+ngắn)(?:\s+trưởng)?(?P<mod>{_MODIFIERS})\s*$"
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
_MOVES = re.compile(r"(?i)(?<!\w)(?P<v>tăng|giảm)(?:\s+thêm)?\s*(?:từ\s*)?$")
_MORE = re.compile(r"(?i)\s+tr[ởơờo]\s+(?:l[êe]n|xuống)(?!\w)")
_RATE = re.compile(r"(?i)(?:tốc\s+độ|mức)\s+(?:tăng|giảm)(?:\s+trưởng)?(?:\s+bình\s+quân)?")
_FOLDED = re.compile(r"(?i)(?:\s*(?<!\w)(?:đạt|tăng|lên|gấp))+$")
_YEARLY = re.compile(r"(?i)(?<!\w)(?:h[ằà]ng|mỗi|bình\s+quân)\s+năm(?!\w)")
_RAISED = re.compile(
    r"(?i)^(?:nâng|đưa|tăng|(?:kéo\s+)?giảm|hạ)\s+(?P<np>(?:tỷ|tỉ|tổng|số|mức|chỉ|diện|giá|thu|công|thời).+?)"
    r"\s+(?:lên|xuống)(?:\s+(?:còn|đến|đạt|mức))*$"
)
""" "Giảm tỷ lệ trẻ suy dinh dưỡng xuống": the value is of what is lowered, not of the lowering."""
_LEVEL = re.compile(r"(?i)(?:(?:lên|xuống)(?:\s+(?:còn|đến|mức))?|còn|đạt)")
_CHANGE = re.compile(r"^(?:tỷ lệ|tốc độ|mức) (?:tăng|giảm) ")
_SOME = re.compile(
    r"(?i)^\s*(?:(?P<only>riêng)\s+(?:đối\s+với\s+|tại\s+|ở\s+)?"
    r"|trong\s+đó(?!\s*[,:]?\s*(?:có|được|là|thuộc|tỷ|tỉ|số|mức|tăng|giảm)(?!\w))\s*[,:]?\s*)"
    r"(?P<w>[^\s%][^%]*?)"
    r"(?:\s+(?:đạt|chiếm|là|còn|giảm|tăng|từ))*\s*$"
)
""" "riêng huyện Mù Cang Chải giảm 6,5%": the same measure, of some of those counted."""
_OF_LIST = re.compile(r"(?i)trong\s+đó\s*:(?P<w>[^;.]*)$")
_SUM = re.compile(r"(?i)(?:với\s+)?(?:tổng(?:\s+(?:số|cộng))?|số(?:\s+lượng)?)")
_TAIL_TIME = re.compile(
    r"(?i)\s*,?\s*(?:vào|đ[ếêe]n|trong|trước)\s+(?:hết\s+|cuối\s+)?(?:ngày\s+\d{1,2}\s+)?(?:tháng\s+\d{1,2}\s+)?"
    r"(?:năm\s+)?(?:19|20)\d\d\s*$|\s*so\s+với\s+.*$"
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
    raised = _RAISED.match(before)
    before = _FROM.sub("", raised["np"] if raised else before)
    unit = _unit(text, clause, before)
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
    core = re.sub(
        r"^(?:các|những|tổng\s+số|số(?=\s+(?:hộ|người|xã|cơ|đơn|phòng|trường|trẻ|lao)))\s+",
        "",
        core,
    )
    carried = _carried(text, clauses, index, before, core) if index else None
    if carried is not None:
        return replace(carried, unit=unit)
    if _SPREAD.match(before) and core:
        scope = population(_TAIL_TIME.sub("", after)) or scope
    each = word("each").search(text[clause.left : quantity.span.start])
    if each and quantity.kind in {"count", "rate"} and "/" not in (quantity.unit or "/"):
        return _of_each(text, clause, each, exception)
    if quantity.kind == "count" and (one := _IN_EACH.search(text, quantity.noun, clause.end)):
        unit = f"{unit}/{one['n'].lower()}" if "/" not in (unit or "/") else unit
    main = _main_of(clauses, index) if clause.is_aside else None
    measures = bool(word("measure").match(before)) and not _RATE.fullmatch(before)
    host = (
        _host(text, clause, clauses[main] if main is not None else None)
        if clause.is_aside and not measures
        else ""
    )
    counted = ""
    if index and clauses[index - 1].quantity.kind == "count" and _TAKES.fullmatch(before):
        counted = read_clause(text, clauses, index - 1).indicator.removeprefix("số ")
    if index and not before and quantity.kind == "percent" and _PASSIVE.match(core):
        core = f"{_subject_of(text, clauses, index - 1)} {core}".strip()
    phrase = _phrase(text, clause, before, core, counted)
    return Reading(_within(phrase, host) if host else phrase, unit, scope, exception)


_IN_EACH = re.compile(
    r"(?i)(?<!\w)(?:tại|ở|cho|trên)\s+(?:mỗi|từng)\s+(?P<n>tỉnh|huyện|xã|phường|thôn|ấp|sở|trường|đơn\s+vị|địa\s+phương)"
    r"(?!\w)"
)
""" "tối thiểu 05 trạm cảnh báo tại mỗi tỉnh" counts the stations of one province."""


def _unit(text: str, clause: Clause, before: str) -> str | None:
    """The figure's unit with what the words before it add: "/10.000 dân", "/năm"."""
    quantity, unit = clause.quantity, clause.quantity.unit
    every = _DENOMINATOR.search(before)
    if every and unit and "/" not in unit:
        unit = f"{unit}/{' '.join(every['n'].split()).lower().removeprefix('1 ')}"
    countable = quantity.kind == "count" or (quantity.kind == "measure" and unit != "lần")
    if countable and _YEARLY.search(text, clause.left, quantity.span.start):
        unit = f"{unit}/năm"
    return unit


def _carried(
    text: str, clauses: Sequence[Clause], index: int, before: str, core: str
) -> Reading | None:
    """The reading of an earlier clause, where this one has no measure of its own: "và 40%",
    "tăng 14,3%", "riêng trẻ 5 tuổi đạt 99%", "(năm 2020: 12%)"; None where it has one."""
    clause = clauses[index]
    alone = _ALONE.fullmatch(before)
    if clause.quantity.unit == "bậc" and alone:
        earlier = read_clause(text, clauses, index - 1)
        return replace(earlier, indicator=f"mức {before.lower()} {earlier.indicator}")
    if core:
        return None
    main = _main_of(clauses, index) if clause.is_aside else None
    if main is not None and _ONLY_YEAR.fullmatch(before):
        return read_clause(text, clauses, main)
    percent = clause.quantity.kind == "percent"
    some = _some_of(text, clauses, index) if percent else None
    marked = _OF_THESE.search(text, clause.left, clause.quantity.span.start) if percent else None
    level = percent and not clause.is_aside and _LEVEL.fullmatch(before)
    if not (some or marked or level or alone or (percent and not before)):
        return None
    earlier = read_clause(text, clauses, index - 1)
    if some:
        return replace(earlier, scope=some)
    if marked:
        return replace(earlier, indicator=f"{earlier.indicator} {marked['w']}")
    if level:
        return replace(earlier, indicator=_CHANGE.sub("", earlier.indicator))
    if alone:
        return replace(earlier, indicator=f"mức {before.lower()} {earlier.indicator}")
    return earlier


def _main_of(clauses: Sequence[Clause], index: int) -> int | None:
    """Index of the clause that a bracket stands in or behind."""
    for earlier in range(index - 1, -1, -1):
        if clauses[earlier].segment == clauses[index].segment and not clauses[earlier].is_aside:
            return earlier
    return None


def _of_each(text: str, clause: Clause, each: re.Match[str], exception: str | None) -> Reading:
    """ "mỗi xã có ít nhất 01 tổ", "mỗi xã giảm từ 50 hộ nghèo trở lên"."""
    one = " ".join(each["n"].split()).lower()
    noun = _MORE.sub("", _bare_words(without_scope(text[clause.quantity.noun : clause.end])))
    moves = _MOVES.search(each["rest"])
    noun = f"{noun} {moves['v'].lower()}" if moves else noun
    name = f"số {noun} của mỗi {each['n'].lower()}"
    return Reading(name, f"{clause.quantity.unit}/{one}", f"mỗi {each['n'].lower()}", exception)


def _some_of(text: str, clauses: Sequence[Clause], index: int) -> str | None:
    """Those of whom a clause speaks that goes on with the measure before it: "trong đó: mầm non
    55%, tiểu học 65%", "riêng trẻ 5 tuổi đạt 99%"; None where it has a measure of its own."""
    clause = clauses[index]
    if clauses[index - 1].quantity.kind != "percent" or clauses[index - 1].is_aside:
        return None
    words = text[clause.left : clause.quantity.span.start]
    alone = _SOME.match(words)
    if alone:
        return " ".join(alone["w"].split())
    first = clauses[0].quantity.span.end
    listed = _OF_LIST.search(text, first, clause.left)
    name = " ".join(words.split()).strip(" ,")
    bare = 0 < len(name.split()) <= _MEMBER_WORDS and not word("measure").match(name)
    verbs = word("predicate").search(name) or _GROWING.match(name)
    return name if listed and bare and not verbs else None


def _subject_of(text: str, clauses: Sequence[Clause], index: int) -> str:
    """Those of whom a share is said: "80% người cao tuổi được khám … và 95% được lập hồ sơ"."""
    earlier = clauses[index]
    if earlier.quantity.kind != "percent" or clauses[index + 1].segment != earlier.segment:
        return ""
    words = read_clause(text, clauses, index).indicator.removeprefix("tỷ lệ ")
    predicate = word("predicate").search(words)
    return words[: predicate.start()].strip() if predicate else ""


_PASSIVE = re.compile(r"(?i)(?:được|có|tham\s+gia|sử\s+dụng)(?!\w)")
_MEMBER_WORDS = 5
"""What names a part of the whole is no longer than so many words."""

_OF_THESE = re.compile(
    r"(?i)\s*trong\s+đó\s+(?P<w>(?:có|được|là|thuộc)\s+[^\s\d].*?)(?:\s+(?:đạt|từ|chiếm|khoảng))*\s*$"
)
"""What marks some of those counted before: "trong đó có bằng cấp, chứng chỉ đạt 30%"."""

_DENOMINATOR = re.compile(
    r"(?i)(?:/|(?<!\w)(?:trên|mỗi))\s*"
    r"(?P<n>(?:1|10|100|1\.000|10\.000|100\.000|(?:1\s+)?(?:nghìn|vạn|triệu))\s+(?:người\s+)?(?:dân|người|hộ)|1\s+ha)"
    r"(?!\w)"
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


def _phrase(text: str, clause: Clause, before: str, core: str, counted_before: str = "") -> str:
    """The measured thing as a noun phrase without its value; ``counted_before`` is what the
    clause before counts, of which "chiếm 55%" says the share."""
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
        if re.fullmatch(r"(?i)tốc\s+độ|mức", grows["np"]):
            return _small(f"{grows['np']} {kind} {rest}")
        if grows["np"]:
            return _small(f"tốc độ {kind} {_lower_head(grows['np'])} {rest}")
        return _small(f"tỷ lệ {kind} {core}")
    if _TAKES.search(before):
        whole = _TAKES.sub("", before) or counted_before
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
    return _small(bare) or "tỷ lệ"


_SIZES = {"ha": "diện tích", "m²": "diện tích", "km": "chiều dài", "tấn": "sản lượng"}
_MADE = re.compile(
    r"(?i)(?:trồng|khoanh\s+nuôi|cải\s+tạo|nâng\s+cấp|sửa\s+chữa|cứng\s+hóa|xây\s+dựng|làm|mở|"
    r"hoàn\s+thành|khôi\s+phục|nạo\s+vét)"
    r"(?:\s+(?:mới|lại|thêm|được))*$"
)
""" "Trồng mới 40.000 ha rừng" measures an area, and not the planting."""
_AIM = re.compile(r"\s(?=(?:để|cho|vào)\s)")
_AT_UNIT = re.compile(r"(?i)(?<!\w)(?:tại|ở)$")
_UNIT = re.compile(r"(?i)(?:các\s+)?(?:sở|ban|huyện|quận|thị|thành\s+phố|xã|phường)(?!\w)")
"""Units of government: "tại 18/18 sở, 12/12 huyện" is one measure in two scopes."""


def _number_of(text: str, clause: Clause, before: str, core: str, bare: str) -> str:
    """What is counted: "số cán bộ được đào tạo" of "đào tạo 30 cán bộ"."""
    quantity = clause.quantity
    bare = "" if _SUM.fullmatch(bare) else bare
    if quantity.unit == "lần":
        counted = re.sub(r"(?i)^(?:đón|thu\s+hút)(?:\s+|$)", "", _FOLDED.sub("", before))
        return _small(f"mức tăng {_lower_head(counted or core)}")
    climbs = _MOVES.search(bare) if quantity.unit == "bậc" else None
    if climbs:
        return _small(
            f"mức {climbs['v'].lower()} thứ hạng {_lower_head(bare[: climbs.start()].strip())}"
        )
    density = quantity.kind == "rate" and "dân" in (quantity.unit or "")
    size = _SIZES.get((quantity.unit or "").partition("/")[0])
    if size and quantity.kind == "measure" and _MADE.match(bare):
        thing = _after(text, clause).partition(" ")[2]
        thing = word("trailing").sub("", without_scope(_TAIL_TIME.sub("", BRACKET.sub("", thing))))
        return _small(f"{size} {thing} {_lower_head(bare)}")
    if word("measure").match(bare) or (bare and (density or quantity.kind == "measure")):
        return _small(bare)
    noun = _bare_words(text[quantity.noun : clause.end]) if quantity.noun < clause.end else ""
    noun = without_scope(_TAIL_TIME.sub("", BRACKET.sub("", noun)))
    noun = word("trailing").sub("", noun) or core or bare
    some = _SOME.match(text[clause.left : quantity.span.start])
    if some and quantity.kind == "count" and noun.lower() == quantity.unit:
        noun = f"{noun} {' '.join(some['w'].split())}"
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
    whole = _IN_YEAR.sub("", " ".join(words.split())).strip(" ,;:.-–")
    return _lower_head(_OPENS_LIST.sub("", whole) or whole)


_OPENS_LIST = re.compile(r"(?i),?\s+(?:trong\s+đó|của|cho|với|và)$")


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
    plain = re.sub(r"(?i)^trong\s+đó\s*:\s*", "", plain)
    return _small(BRACKET.sub("", plain) if len(BRACKET.sub("", plain)) > 8 else plain)


def outcome(words: str) -> str:
    """A goal without a number, as a phrase."""
    return _small(_ADVERBS.sub("", " ".join(words.split()) + " "))
