"""The command line: build, serve, query, check and what tells how good the graph is.

Heavy parts are imported where they are used, so that ``--help`` and ``serve`` start fast.
"""

from __future__ import annotations

import datetime as dt
import json
import shlex
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

from policygraph import cli_builds, resources, settings
from policygraph.console import err as _err
from policygraph.console import out as _out
from policygraph.console import progress as _progress
from policygraph.errors import AmbiguousThing, DataError, PolicyGraphError, QueryError
from policygraph.settings import default_imports

if TYPE_CHECKING:
    from policygraph.queries import CannedQuery
    from policygraph.store import Snapshot

app = typer.Typer(
    name="policygraph",
    help="Đồ thị tri thức: chỉ thị trở thành nhiệm vụ / how a directive becomes work.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(cli_builds.app)

Texts = Annotated[Path | None, typer.Option(help="Thư mục văn bản .txt / directory of the texts.")]
Ttl = Annotated[Path | None, typer.Option(help="Thư mục Turtle / directory of the Turtle files.")]
Store = Annotated[Path | None, typer.Option(help="Thư mục kho / directory of the store.")]
Imports = Annotated[
    Path | None, typer.Option(help="Thư mục bản nhận / directory of the imports (imports/).")
]


@app.command()
def build(
    texts: Texts = None,
    ttl: Ttl = None,
    store: Store = None,
    imports: Imports = None,
    check: Annotated[
        bool, typer.Option("--check", help="Chỉ so sánh, không ghi / compare, write nothing.")
    ] = False,
) -> None:
    """Đọc văn bản, ghi Turtle, dựng kho / read the texts, write the Turtle, build the store."""
    from policygraph import pipeline

    source = texts or resources.directory("data/texts")
    target = ttl or resources.directory("data/ttl")
    with _progress("Đọc / reading") as report:
        done = pipeline.populate(
            source,
            target,
            resources.directory("data/registers"),
            write=not check,
            progress=report,
        )
    for problem in done.problems:
        _err.print(f"✗ {problem.message}", style="red", highlight=False)
    if check:
        for path in done.changed:
            _err.print(f"✗ {path.name}: cũ so với văn bản / stale; run `make build`", style="red")
        raise typer.Exit(1 if done.changed or done.problems else 0)
    _out.print(
        f"{len(done.facts.documents)} văn bản / documents → {target} "
        f"({len(done.changed)} tệp đổi / files changed)",
        highlight=False,
    )
    if done.facts.documents:
        with _progress("Dựng kho / loading") as report:
            made = pipeline.build_store(
                target,
                resources.directory("ontology"),
                store or settings.load().store,
                report,
                resources.directory("data/review"),
                pipeline.texts_of(done.facts),
                imports or default_imports(),
            )
        for note in made.notes:
            _err.print(f"! {note}", style="yellow", highlight=False)
        _out.print(
            f"{made.triples:,} bộ ba / triples, bản dựng / build {made.hash[:12]}", highlight=False
        )
    raise typer.Exit(1 if done.problems else 0)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Địa chỉ / address.")] = None,
    port: Annotated[int | None, typer.Option(help="Cổng / port.")] = None,
    store: Store = None,
) -> None:
    """Mở dịch vụ SPARQL và tra cứu / serve SPARQL and the look-ups."""
    from policygraph_api.app import serve as run

    chosen = {"host": host, "port": port, "store": store}
    given = {name: value for name, value in chosen.items() if value is not None}
    run(settings.load(**given))


@app.command()
def query(
    name: Annotated[str, typer.Argument(help="Tên truy vấn / name of the query.")] = "",
    parameters: Annotated[
        list[str] | None, typer.Argument(help="Tham số / parameters: key=value …")
    ] = None,
    store: Store = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Số dòng nhiều nhất / rows at most.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="In JSON / print JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="In CSV / print CSV.")] = False,
) -> None:
    """Chạy một truy vấn có sẵn / run a canned query; without a name, list them."""
    from rich.padding import Padding
    from rich.text import Text

    from policygraph import console_rows, queries

    if not name:
        for entry in queries.load(settings.load().queries).values():
            head = Text.assemble((entry.name, "bold"), f"  {_usage(entry)}".rstrip())
            _out.print(head, Padding(f"{entry.summary_vi}\n{entry.summary_en}", (0, 0, 0, 2)))
        return
    given = dict(_pair(text) for text in parameters or ())
    snapshot, known = _served(store)
    try:
        rows = queries.run(snapshot, known, name, given, limit)
    except QueryError as error:
        if type(error) is not QueryError:
            raise
        raise QueryError("\n".join([str(error), *_help(known[name])])) from error
    if as_json:
        sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2) + "\n")
    elif as_csv:
        columns = queries.TRIPLE if known[name].is_graph else known[name].columns
        console_rows.write_csv(columns, rows, sys.stdout)
    else:
        console_rows.show(rows, _out)


def _usage(query: CannedQuery) -> str:
    """Its parameters, those in brackets that may be left out."""
    return " ".join(p.name if p.required else f"[{p.name}]" for p in query.parameters)


def _help(query: CannedQuery) -> Iterator[str]:
    """What can be given to a query, and an example."""
    for p in query.parameters:
        left_out = "" if p.required else f" [{p.default or '–'}]"
        yield f"  {p.name}{left_out}: {p.vi} / {p.en}"
    given = (f"{name}={value}" for name, value in query.example.items())
    yield f"ví dụ / example: policygraph query {shlex.join([query.name, *given])}"


def _served(store: Path | None) -> tuple[Snapshot, dict[str, CannedQuery]]:
    """The store that is served, and the canned queries."""
    from policygraph import queries
    from policygraph.store import open_read_only

    return open_read_only(store or settings.load().store), queries.load(settings.load().queries)


def _pair(text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign:
        raise typer.BadParameter(f"{text!r}: viết key=value / write key=value")
    return key, value


@app.command()
def check(ttl: Ttl = None) -> None:
    """Kiểm tra bản thể luận và đồ thị / check the ontology and the built graph."""
    from policygraph import reason

    ontology = resources.directory("ontology")
    with _progress("Kiểm tra / checking") as report:
        report("ontology", 0, 2)
        found = reason.check_ontology(ontology)
        report("shapes", 1, 2)
        place = ttl or resources.directory("data/ttl")
        files = sorted(place.glob("*.ttl"))
        if not files:
            raise DataError(place, "không có tệp .ttl / no .ttl files here")
        shapes = reason.check_shapes(files, ontology)
    _out.print(
        f"bản thể luận / ontology: {found.classes} lớp / classes, {found.properties} thuộc tính / "
        f"properties, {found.concepts} khái niệm / concepts\n"
        f"đồ thị / graph: {shapes.files} tệp / files, {shapes.triples:,} bộ ba / triples, "
        f"{shapes.shapes} khuôn / shapes",
        highlight=False,
        soft_wrap=True,
    )


@app.command()
def review(
    name: Annotated[str, typer.Option(help="Tên người rà soát / name of the reviewer.")],
    ttl: Ttl = None,
    texts: Texts = None,
) -> None:
    """Rà soát những khẳng định kém chắc chắn nhất / review the least certain assertions."""
    from policygraph import decisions, review_terminal, reviewing

    if not name.strip():
        raise typer.BadParameter("cần --name: tên người rà soát / give --name: who reviews")
    place = resources.directory("data/review")
    items = reviewing.items(ttl or resources.directory("data/ttl"))
    pending = reviewing.pending(items, decisions.load(place))
    terminal = review_terminal.Terminal(_out, texts or resources.directory("data/texts"))
    reviewing.walk(pending, place, name, dt.datetime.now().astimezone().date(), terminal.ask)


@app.command()
def diff(
    old: Annotated[str, typer.Argument(help="Thư mục Turtle hoặc thẻ git / directory or git tag.")],
    new: Annotated[str, typer.Argument(help="Thư mục Turtle hoặc thẻ git / directory or git tag.")],
    turtle: Annotated[bool, typer.Option("--turtle", help="In Turtle / print Turtle.")] = False,
) -> None:
    """Hai bản dựng khác nhau ở đâu / what changed between two builds, in the domain's words."""
    from policygraph import diff as changes
    from policygraph import releases

    found = releases.compare(old, new, resources.checkout() or Path.cwd())
    sys.stdout.write(changes.turtle(found).decode() if turtle else changes.markdown(found))


@app.command()
def feed(
    tags: Annotated[list[str] | None, typer.Argument(help="Thẻ git / git tags.")] = None,
) -> None:
    """Nguồn tin thay đổi (Atom) từ các thẻ git / the change feed from the tags of data/ttl."""
    from policygraph import releases

    sys.stdout.write(releases.feed(resources.checkout() or Path.cwd(), tags or []).decode())


Document = Annotated[
    str | None, typer.Option(help="Chỉ một văn bản / only one document: number or IRI.")
]
AsJson = Annotated[bool, typer.Option("--json", help="In JSON / print JSON.")]


@app.command()
def audit(document: Document = None, store: Store = None, as_json: AsJson = False) -> None:
    """Chỗ hổng của đồ thị / the gaps: work without a lead, targets without a deadline …"""
    from policygraph import audit as auditing

    _say(auditing.audit(*_served(store), document), as_json)


@app.command()
def report(document: Document = None, store: Store = None, as_json: AsJson = False) -> None:
    """Những gì chưa xác định được, theo lý do / what was seen and not resolved, by reason."""
    from policygraph import audit as auditing

    _say(auditing.report(*_served(store), document), as_json)


@app.command()
def export(
    target: Annotated[
        Path, typer.Argument(help="Tệp ra: .zip, .nq, .ttl, .jsonld / file to write.")
    ],
    document: Document = None,
    agency: Annotated[str | None, typer.Option(help="Một cơ quan / one agency.")] = None,
    place: Annotated[str | None, typer.Option(help="Một địa bàn / one place.")] = None,
    year: Annotated[int | None, typer.Option(help="Một năm / one year.")] = None,
    lineage: Annotated[
        str | None, typer.Option(help="Mọi thứ bắt nguồn từ văn bản này / what traces to it.")
    ] = None,
    key: Annotated[Path | None, typer.Option(help="Khóa ký Ed25519 (PEM) / signing key.")] = None,
    store: Store = None,
) -> None:
    """Xuất cả đồ thị hoặc một phần, kèm bằng chứng / export the graph or a part, with evidence."""
    from policygraph import bundle
    from policygraph import export as exporting
    from policygraph.lookup import Lookup

    snapshot, _ = _served(store)
    known = Lookup(snapshot)
    asked = {"document": document, "agency": agency, "place": place, "lineage": lineage}
    found = {
        name: known.resolve("document" if name == "lineage" else name, value)
        for name, value in asked.items()
        if value
    }
    selection = exporting.Selection(**found, year=year)
    form = target.suffix.lstrip(".")
    if form not in {"zip", *exporting.FORMATS}:
        raise typer.BadParameter(f"{target}: .zip, .{', .'.join(exporting.FORMATS)}")
    if form == "zip":
        bundle.save(target, snapshot, selection, bundle.private_key(key) if key else None)
    else:
        with exporting.whole(target) as out:
            out.writelines(exporting.stream(snapshot, selection, form))
    _out.print(f"→ {target} ({target.stat().st_size:,} byte)", highlight=False)


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="Tệp .zip đã xuất / an exported .zip.")],
    key: Annotated[Path | None, typer.Option(help="Khóa công khai tin cậy / trusted key.")] = None,
) -> None:
    """Kiểm tra tổng, chữ ký và khuôn dạng của một tệp xuất / check sums, signature and shapes."""
    from policygraph import bundle
    from policygraph import verify as checking

    trusted = bundle.public_key(key) if key else None
    found = checking.verify(bundle.read(file), resources.directory("ontology"), trusted)
    _say(found, as_json=False)


@app.command(name="import")
def take_in(
    file: Annotated[
        Path | None, typer.Argument(help="Tệp .zip cơ quan khác gửi / another office's export.")
    ] = None,
    office: Annotated[str | None, typer.Option(help="Cơ quan gửi / office it is from.")] = None,
    remove: Annotated[
        str | None, typer.Option(help="Bỏ bản nhận của cơ quan này / take this office's out.")
    ] = None,
    key: Annotated[Path | None, typer.Option(help="Khóa công khai tin cậy / trusted key.")] = None,
    imports: Imports = None,
    store: Store = None,
    as_json: AsJson = False,
) -> None:
    """Nhận tệp xuất của cơ quan khác, so với đồ thị / take in another office's export, compared.

    Không có tệp: liệt kê những bản đã nhận / without a file: what was taken in.
    """
    from policygraph import bundle, console_rows, importing

    place = imports or default_imports()
    if remove:
        gone = importing.remove(remove, place)
        _out.print(f"đã bỏ / removed: {gone}; policygraph build", highlight=False)
    elif file is None:
        kept = [
            {"office": k.office, "triples": k.triples, "file": k.path.name}
            for k in importing.kept(place)
        ]
        console_rows.show(kept, _out)
    elif not office:
        raise typer.BadParameter("cần --office: tên cơ quan gửi / give --office: whose it is")
    else:
        trusted = bundle.public_key(key) if key else None
        snapshot, _ = _served(store)
        ontology = resources.directory("ontology")
        _say(importing.take_in(file, office, place, snapshot, ontology, trusted), as_json)


class _Told(Protocol):
    """A report that can be read by people and by programs."""

    def lines(self) -> Iterable[str]: ...

    def as_json(self) -> object: ...


def _say(found: _Told, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(found.as_json(), ensure_ascii=False, indent=2) + "\n")
        return
    for line in found.lines():
        _out.print(line, highlight=False, soft_wrap=True, markup=False)


@app.command(name="eval")
def evaluate(
    gold: Annotated[
        Path | None, typer.Option(help="Thư mục chú giải chuẩn / directory of the annotation.")
    ] = None,
    sentences: Annotated[
        Path | None,
        typer.Option(help="Tệp câu có đánh dấu văn bản / sentences with spans (JSONL)."),
    ] = None,
    ttl: Ttl = None,
    texts: Texts = None,
    as_json: Annotated[bool, typer.Option("--json", help="In JSON / print JSON.")] = False,
    write: Annotated[
        Path | None, typer.Option(help="Ghi bảng Markdown / write the table as Markdown.")
    ] = None,
) -> None:
    """Chấm điểm đồ thị theo chú giải chuẩn / score the graph against an annotation."""
    from policygraph import evaluate as scoring
    from policygraph.mentions.citations import sentence_spans

    if gold is None and sentences is None:
        raise typer.BadParameter("cần --gold hoặc --sentences / give --gold or --sentences")
    board = (
        scoring.evaluate_graph(
            ttl or resources.directory("data/ttl"), gold, texts or resources.directory("data/texts")
        )
        if gold
        else None
    )
    scores = scoring.evaluate_sentences(sentences, sentence_spans) if sentences else None
    if write and board:
        scoring.write_quality(write, board, scores)
    if as_json:
        found = (board.json() if board else {}) | ({"sentences": scores.json()} if scores else {})
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
        return
    for part in (board, scores):
        if part is not None:
            sys.stdout.write(part.text() + "\n")


def main() -> None:
    """Entry point; errors are told in words, never as tracebacks."""
    try:
        app()
    except PolicyGraphError as error:
        _err.print(f"✗ {error}", style="red", highlight=False, markup=False)
        if isinstance(error, AmbiguousThing):
            _err.print("  " + "\n  ".join(error.candidates), highlight=False)
        sys.exit(1)
    except OSError as error:
        # A full disk, a directory that may not be written: the system's word, and where.
        place = f"{error.filename}: " if error.filename else ""
        words = f"✗ {place}không đọc hoặc ghi được / cannot be read or written: {error.strerror}"
        _err.print(words, style="red", highlight=False, markup=False)
        sys.exit(1)
    except KeyboardInterrupt:
        _err.print("Đã dừng / stopped")
        sys.exit(130)
