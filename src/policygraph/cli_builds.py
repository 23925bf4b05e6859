"""The commands that look after builds: list them, switch, go back, remove, publish."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from policygraph import settings
from policygraph.console import out, progress

app = typer.Typer()

Store = Annotated[Path | None, typer.Option(help="Thư mục kho / directory of the store.")]
SHOWN = 12
"""Digits of a hash that people read; commands take any beginning that only one build has."""
_MB = 1_000_000


@app.command()
def builds(store: Store = None) -> None:
    """Các bản dựng đang giữ / the builds that are kept, the one served last first."""
    from rich.table import Table

    from policygraph.store import kept_builds

    root = store or settings.load().store
    found = kept_builds(root)
    if not found:
        out.print(f"{root}: không có bản dựng / no builds", highlight=False)
        return
    table = Table(header_style="bold")
    for title in ("", "bản dựng / build", "ngày / made", "bộ ba / triples", "MB"):
        table.add_column(title, justify="right" if title in ("bộ ba / triples", "MB") else "left")
    for kept in found:
        table.add_row(
            "*" if kept.is_current else "",
            kept.hash[:SHOWN],
            kept.made.astimezone().strftime("%Y-%m-%d %H:%M"),
            f"{kept.triples:,}",
            f"{kept.size / _MB:,.1f}",
        )
    out.print(table)
    out.print("* đang phục vụ / is served")


@app.command()
def switch(
    build: Annotated[str, typer.Argument(help="Mã bản dựng, hay phần đầu / hash or beginning.")],
    store: Store = None,
) -> None:
    """Chuyển sang bản dựng khác / serve another build; a running service follows by itself."""
    from policygraph.store import find_build
    from policygraph.store import switch as serve

    root = store or settings.load().store
    name = find_build(root, build)
    serve(root, name)
    _tell(name)


@app.command()
def rollback(store: Store = None) -> None:
    """Quay về bản dựng trước / serve the build that was served before."""
    from policygraph.store import roll_back

    _tell(roll_back(store or settings.load().store))


def _tell(name: str) -> None:
    out.print(f"→ {name[:SHOWN]} đang phục vụ / is served", highlight=False)


@app.command()
def prune(
    keep: Annotated[
        int | None, typer.Option(min=1, help="Số bản dựng giữ lại / builds to keep.")
    ] = None,
    store: Store = None,
) -> None:
    """Xóa bản dựng cũ không ai đọc / remove old builds that nobody reads."""
    from policygraph import store as stores

    root = store or settings.load().store
    removed = stores.prune(root, stores.KEPT_BUILDS if keep is None else keep)
    for name in removed:
        out.print(f"✗ {name[:SHOWN]}", highlight=False)
    kept = len(stores.builds(root))
    out.print(f"xóa / removed {len(removed)}, còn / kept {kept}", highlight=False)


@app.command()
def publish(store: Store = None) -> None:
    """Nạp bản dựng vào máy chủ SPARQL đã đặt / load the build into the server of the settings."""
    from policygraph import engine_http
    from policygraph.store import open_read_only

    chosen = settings.load()
    server = engine_http.server(chosen)
    snapshot = open_read_only(store or chosen.store)
    with progress("Nạp / loading") as report:
        count = engine_http.publish(snapshot, server, report)
    out.print(
        f"{len(snapshot):,} bộ ba / triples, {count} đồ thị / graphs → {server.query_url}",
        highlight=False,
    )
