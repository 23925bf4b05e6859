"""What the service says when it cannot answer: RFC 9457 problem documents, vi first, en beside.

Every problem has a name (the tail of its ``type``), what happened, and what to do about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from starlette.responses import JSONResponse

from policygraph import iri

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: HTTP status, its title and the way out, each in vi and en."""

    status: int
    title: tuple[str, str]
    advice: tuple[str, str]


KINDS: Mapping[str, Kind] = {
    "bad-request": Kind(
        400,
        ("Yêu cầu không đúng giao thức", "The request breaks the protocol"),
        ("Gửi đúng một tham số `query`.", "Send exactly one `query`."),
    ),
    "bad-graph-request": Kind(
        400,
        ("Yêu cầu không đúng giao thức", "The request breaks the protocol"),
        (
            "Gửi đúng một `graph=<IRI>` hoặc `default`; tên các đồ thị có tại /sparql.",
            "Send exactly one `graph=<IRI>` or `default`; the names of graphs are at /sparql.",
        ),
    ),
    "syntax": Kind(
        400,
        ("Câu truy vấn sai cú pháp", "The query has a syntax error"),
        (
            "Sửa câu truy vấn tại dòng và cột đã nêu.",
            "Mend the query at the line and column named.",
        ),
    ),
    "nesting": Kind(
        400,
        ("Câu truy vấn lồng ngoặc quá sâu", "The query nests too deeply"),
        ("Viết lại câu truy vấn với ít tầng ngoặc hơn.", "Write the query with fewer levels."),
    ),
    "service-refused": Kind(
        403,
        ("Không cho phép SERVICE", "SERVICE is refused"),
        ("Bỏ SERVICE; chạy phần ấy tại máy của bạn.", "Leave SERVICE out; run that part yourself."),
    ),
    "update-refused": Kind(
        403,
        ("Không cho phép cập nhật", "Updates are refused"),
        ("Đồ thị chỉ để đọc; hãy gửi `query`.", "The graph is read-only; send a `query`."),
    ),
    "evaluation": Kind(
        400,
        ("Câu truy vấn không tính được", "The query cannot be evaluated"),
        ("Sửa câu truy vấn theo thông báo.", "Mend the query as the message says."),
    ),
    "unauthorized": Kind(
        401,
        ("Cần mã của người vận hành", "The operator's token is needed"),
        ("Gửi `Authorization: Bearer …`.", "Send `Authorization: Bearer …`."),
    ),
    "unknown-thing": Kind(
        404,
        ("Không có trong đồ thị", "Not in the graph"),
        ("Kiểm tra số, ký hiệu hoặc IRI.", "Check the number or the IRI."),
    ),
    "not-found": Kind(
        404,
        ("Không có địa chỉ này", "No such address"),
        ("Xem các địa chỉ tại / hoặc /openapi.json.", "See / or /openapi.json for what there is."),
    ),
    "method": Kind(
        405,
        ("Phương thức không dùng được ở đây", "Method not allowed here"),
        ("Dùng phương thức nêu trong `Allow`.", "Use a method named in `Allow`."),
    ),
    "not-acceptable": Kind(
        406,
        ("Không có định dạng được yêu cầu", "No format that was asked for"),
        ("Chọn một trong các định dạng đã nêu.", "Ask for one of the formats listed."),
    ),
    "slow": Kind(
        408,
        ("Yêu cầu đến quá chậm", "The request came too slowly"),
        ("Gửi lại qua đường truyền tốt hơn.", "Send it again over a better line."),
    ),
    "ambiguous-thing": Kind(
        409,
        ("Có nhiều đối tượng cùng tên", "Several things have that name"),
        (
            "Chọn một IRI trong `candidates`, hoặc thêm cơ quan hay năm: số@năm.",
            "Take an IRI from `candidates`, or add the issuer or year: number@year.",
        ),
    ),
    "too-long": Kind(
        413,
        ("Câu truy vấn quá dài", "The query is too long"),
        ("Rút ngắn câu truy vấn.", "Shorten the query."),
    ),
    "media-type": Kind(
        415,
        ("Không đọc được loại nội dung này", "The content type cannot be read"),
        (
            "Gửi application/sparql-query hoặc application/x-www-form-urlencoded.",
            "Send application/sparql-query or application/x-www-form-urlencoded.",
        ),
    ),
    "bad-parameter": Kind(
        422,
        ("Tham số không hợp lệ", "A parameter is not valid"),
        (
            "Xem tham số tại /openapi.json, ví dụ tại /api/queries.",
            "See parameters at /openapi.json, examples at /api/queries.",
        ),
    ),
    "answer-too-large": Kind(
        422,
        ("Kết quả quá lớn", "The answer is too large"),
        ("Thêm LIMIT hoặc điều kiện lọc.", "Add LIMIT or a filter."),
    ),
    "budget": Kind(
        429,
        ("Đã hết phần thời gian xử lý", "The budget of work is used up"),
        (
            "Chờ số giây nêu trong `Retry-After`, hoặc viết câu truy vấn nhẹ hơn.",
            "Wait the seconds named in `Retry-After`, or write lighter queries.",
        ),
    ),
    "internal": Kind(
        500,
        ("Lỗi của dịch vụ", "The service failed"),
        (
            "Thử lại; nếu vẫn lỗi, hãy báo người vận hành.",
            "Try again; if it stays, tell the operator.",
        ),
    ),
    "engine": Kind(
        502,
        ("Máy chủ dữ liệu không trả lời", "The engine behind the service does not answer"),
        ("Thử lại sau vài giây.", "Try again in some seconds."),
    ),
    "cancelled": Kind(
        503,
        ("Câu truy vấn bị người vận hành dừng", "An operator stopped the query"),
        ("Hỏi người vận hành.", "Ask the operator."),
    ),
    "busy": Kind(
        503,
        ("Dịch vụ đang bận", "The service is busy"),
        ("Thử lại sau vài giây.", "Try again in some seconds."),
    ),
    "worker-died": Kind(
        503,
        ("Câu truy vấn đã bị dừng giữa chừng", "The query was stopped midway"),
        (
            "Câu truy vấn có thể cần quá nhiều bộ nhớ; hãy thu hẹp nó.",
            "The query may need too much memory; narrow it.",
        ),
    ),
    "timeout": Kind(
        504,
        ("Câu truy vấn quá thời gian", "The query took too long"),
        ("Thu hẹp câu truy vấn hoặc thêm LIMIT.", "Narrow the query or add LIMIT."),
    ),
}


class ProblemError(Exception):
    """Raised where a request cannot be answered; carries its kind and details."""

    def __init__(
        self,
        kind: str,
        vi: str,
        en: str | None = None,
        headers: Mapping[str, str] | None = None,
        **members: object,
    ) -> None:
        self.kind, self.vi, self.en = kind, vi, en
        self.headers, self.members = headers, members
        super().__init__(vi)

    def in_words(self) -> str:
        """What happened and what to do, for who reads no problem documents."""
        kind, said = KINDS[self.kind], dict.fromkeys((self.vi, self.en or self.vi))
        return " / ".join((*said, *kind.advice))


def not_acceptable(offered: Iterable[str]) -> ProblemError:
    """Nothing of what is offered is accepted."""
    formats = list(offered)
    listed = ", ".join(formats)
    return ProblemError("not-acceptable", f"Có: {listed}", f"There are: {listed}", formats=formats)


def respond(problem: ProblemError) -> JSONResponse:
    """The problem document; ``members`` are its extension members."""
    kind = KINDS[problem.kind]
    body: dict[str, object] = {
        "type": f"{iri.BASE}problem/{problem.kind}",
        "title": kind.title[0],
        "title_en": kind.title[1],
        "status": kind.status,
        "detail": problem.vi,
        "detail_en": problem.en or problem.vi,
        "advice": kind.advice[0],
        "advice_en": kind.advice[1],
        **problem.members,
    }
    return JSONResponse(body, kind.status, headers=problem.headers, media_type=MEDIA_TYPE)
