"""Settings from the environment, and where resources lie."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from policygraph import resources, settings
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


def test_a_file_gives_settings_and_the_environment_wins(monkeypatch, tmp_path):
    file = tmp_path / "policygraph.toml"
    file.write_text('workers = 7\nqueue = 9\nservices = ["https://e.org/"]\n', encoding="utf-8")
    monkeypatch.setenv("POLICYGRAPH_CONFIG", str(file))
    monkeypatch.setenv("POLICYGRAPH_QUEUE", "11")
    read = Settings()
    assert (read.workers, read.queue, read.services) == (7, 11, ("https://e.org/",))


def test_a_file_that_is_missing_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("POLICYGRAPH_CONFIG", str(tmp_path / "none.toml"))
    with pytest.raises(DataError, match=r"none\.toml"):
        Settings()


@pytest.mark.parametrize(("text", "named"), [("timeuot = 3", "timeuot"), ("timeout = [", "TOML")])
def test_a_file_that_is_wrong_is_named_with_what_is_wrong(monkeypatch, tmp_path, text, named):
    file = tmp_path / "policygraph.toml"
    file.write_text(text, encoding="utf-8")
    monkeypatch.setenv("POLICYGRAPH_CONFIG", str(file))
    with pytest.raises(DataError, match=named) as raised:
        settings.load()
    assert str(file) in str(raised.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [("ADMIN_TOKEN", "too-short"), ("SERVICES", "no list"), ("TIMEOUT", "soon"), ("LOG", "no")],
)
def test_a_wrong_value_is_named_and_not_shown(monkeypatch, name, value):
    monkeypatch.setenv(f"POLICYGRAPH_{name}", value)
    with pytest.raises(DataError, match=name.lower()) as raised:
        settings.load()
    assert value not in str(raised.value)


def test_the_command_line_wins_and_is_checked(monkeypatch):
    monkeypatch.setenv("POLICYGRAPH_PORT", "9002")
    assert settings.load(port=9003).port == 9003
    with pytest.raises(DataError, match="port"):
        settings.load(port=70000)


def test_the_example_file_can_be_used(monkeypatch, root):
    monkeypatch.setenv("POLICYGRAPH_CONFIG", str(root / "deploy" / "policygraph.toml"))
    assert Settings().cache_mb == 256


def test_secrets_are_not_shown(monkeypatch):
    monkeypatch.setenv("POLICYGRAPH_ADMIN_TOKEN", "0123456789abcdef")
    assert "0123456789abcdef" not in repr(Settings())


def test_the_page_of_settings_is_up_to_date(root):
    page = (root / "docs" / "settings.md").read_text(encoding="utf-8")
    assert page == settings.page(), "run `python -m policygraph.settings`"
    assert all(f"`{name}`" in page for name in Settings.model_fields)
