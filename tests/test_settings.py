"""Settings from the environment, and where resources lie."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from policygraph import resources
from policygraph.errors import DataError
from policygraph.settings import Settings


def test_port_of_the_platform_and_our_own(monkeypatch):
    monkeypatch.setenv("PORT", "9001")
    assert Settings().port == 9001
    monkeypatch.setenv("POLICYGRAPH_PORT", "9002")
    assert Settings().port == 9002
    assert Settings(port=9003).port == 9003


def test_limits_are_read_and_checked(monkeypatch):
    monkeypatch.setenv("POLICYGRAPH_TIMEOUT", "1.5")
    assert Settings().timeout == 1.5
    monkeypatch.setenv("POLICYGRAPH_TIMEOUT", "0")
    with pytest.raises(ValidationError, match="timeout"):
        Settings()


def test_every_setting_says_what_it_is():
    assert all(field.description for field in Settings.model_fields.values())


@pytest.mark.parametrize("name", resources.NAMES)
def test_resources_of_a_checkout_lie_beside_its_project_file(name, root):
    assert resources.directory(name) == root / name


def test_an_unknown_resource_is_named():
    with pytest.raises(DataError, match="nowhere"):
        resources.directory("nowhere")
