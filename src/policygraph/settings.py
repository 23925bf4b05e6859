"""Settings of the service, from the environment: ``POLICYGRAPH_STORE``, ``POLICYGRAPH_WORKERS`` …

The port may also be given as plain ``PORT``, as hosting platforms do.
"""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from policygraph import resources


def default_store() -> Path:
    """``store/`` of the checkout, or of the working directory for an installed package."""
    return (resources.checkout() or Path.cwd()) / "store"


class Settings(BaseSettings):
    """What an operator may set; every field has a default that serves a laptop."""

    model_config = SettingsConfigDict(
        env_prefix="POLICYGRAPH_", frozen=True, populate_by_name=True, extra="ignore"
    )

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(
        default=8000,
        ge=0,
        le=65535,
        validation_alias=AliasChoices("POLICYGRAPH_PORT", "PORT"),
        description="Port to listen on; PORT is read too.",
    )
    store: Path = Field(
        default_factory=default_store,
        description="Root of the builds (with `current` inside), or a bare Oxigraph directory.",
    )
    queries: Path = Field(
        default_factory=lambda: resources.directory("queries"),
        description="Directory of the canned queries (*.rq).",
    )
    workers: int = Field(
        default_factory=lambda: max(2, os.cpu_count() or 2),
        ge=1,
        le=256,
        description="Worker processes for free SPARQL.",
    )
    timeout: float = Field(
        default=20.0, gt=0, description="Seconds of wall clock after which a free query is killed."
    )
    queue: int = Field(
        default=64,
        ge=1,
        description="Free queries that may run or wait at once; more are told to retry.",
    )
    memory_mb: int = Field(
        default=2048,
        ge=256,
        description="Address space of one worker, in MB, beyond the store it opens.",
    )
    max_query_bytes: int = Field(
        default=65536, ge=1, description="Longest free query accepted, in bytes of UTF-8."
    )
    max_nesting: int = Field(
        default=64, ge=1, description="Deepest nesting of brackets accepted in a free query."
    )
    max_answer_mb: int = Field(
        default=64, ge=1, description="Largest answer to a free query, in MB."
    )
