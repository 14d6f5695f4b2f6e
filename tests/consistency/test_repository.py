"""The files around the integration: sound workflows, and nothing of the machine they were made on."""

from pathlib import Path
import re
from typing import Any

from homeassistant.util.yaml import parse_yaml
import pytest

from .sources import COMPONENT, REPOSITORY, repository_files

# In two pieces each, as this file must not hold them either.
_HOSTS = [
    "".join(pieces)
    for pieces in (
        ("pypi", ".org"),
        ("python", "hosted.org"),
        ("npmjs", ".org"),
        ("debian", ".org/debian"),
        ("crates", ".io"),
    )
]
_MACHINE_PATH = re.compile(r"(?<![\w./~}$-])/(?:work|root|tmp|opt|mnt)/")
_WORKFLOW_FOLDER = REPOSITORY / ".github/workflows"
_WORKFLOWS = sorted(_WORKFLOW_FOLDER.glob("*.yml"))
_MOVING_REFERENCES = ("home-assistant/actions/hassfest@master", "hacs/action@main")


def _texts() -> dict[Path, str]:
    texts: dict[Path, str] = {}
    for path in repository_files():
        content = path.read_bytes()
        if b"\0" not in content:
            texts[path.relative_to(REPOSITORY)] = content.decode()
    return texts


def test_no_file_names_a_package_registry_or_a_path_of_a_machine() -> None:
    """The repository works wherever it is cloned to, and with whatever mirror is configured."""
    texts = _texts()
    assert Path("hacs.json") in texts
    found = [
        (str(path), line)
        for path, text in texts.items()
        for line in text.splitlines()
        if _MACHINE_PATH.search(line) or any(host in line for host in _HOSTS)
    ]
    assert found == []


def test_every_text_file_ends_with_a_line_break() -> None:
    """And has no carriage returns."""
    for path, text in _texts().items():
        assert not text or text.endswith("\n"), path
        assert "\r\n" not in text, path


def test_the_places_that_contributing_tells_to_begin_in_exist() -> None:
    """A file that was moved would send everybody the wrong way."""
    page = (REPOSITORY / "CONTRIBUTING.md").read_text()
    table = page.partition("### Where to begin")[2].partition("\n## ")[0]
    paths = re.findall(r"`([\w./-]+[/.][\w.]*)`", table)
    assert len(paths) > 20
    assert [
        path
        for path in paths
        if not ((COMPONENT / path).exists() or (REPOSITORY / path).exists())
    ] == []


def test_the_licence_and_the_pages_that_hacs_reads_are_there() -> None:
    """The HACS action refuses a repository without them."""
    assert (REPOSITORY / "LICENSE").read_text().startswith("MIT License\n")
    assert (REPOSITORY / "info.md").read_text().strip()
    assert (REPOSITORY / "README.md").read_text().strip()


def _workflow(path: Path) -> dict[Any, Any]:
    content = parse_yaml(path.read_text())
    assert isinstance(content, dict)
    return content


@pytest.mark.parametrize("path", _WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_do_only_what_its_jobs_name(path: Path) -> None:
    """It never waits for ever, and never runs twice for the same state."""
    workflow = _workflow(path)
    assert workflow["permissions"] == {}
    assert workflow["concurrency"]["group"]
    for job in workflow["jobs"].values():
        assert job["permissions"].keys() == {"contents"}
        # A job that calls another workflow has the time limits of that one's jobs.
        assert "uses" in job or job["timeout-minutes"] <= 40


@pytest.mark.parametrize("path", _WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_uses_actions_by_a_version(path: Path) -> None:
    """Except for the two validators, of which the newest is the one that counts."""
    uses = [
        step["uses"]
        for job in _workflow(path)["jobs"].values()
        for step in job.get("steps", [])
        if "uses" in step
    ]
    assert uses
    for action in uses:
        assert action in _MOVING_REFERENCES or re.search(r"@v\d+(\.\d+)*$", action)


def test_the_workflow_of_the_tests_runs_every_step_of_ci() -> None:
    """A green tick means the same on GitHub and on a developer's machine."""
    steps = re.findall(
        r"^step \d+ (.+)$", (REPOSITORY / ".ci/run").read_text(), re.MULTILINE
    )
    (suite,) = _workflow(_WORKFLOW_FOLDER / "tests.yml")["jobs"].values()
    commands = [each["command"] for each in suite["strategy"]["matrix"]["include"]]
    assert len(steps) == 5
    assert commands == steps
    assert suite["steps"][-1] == {"run": "${{ matrix.command }}"}


def test_a_release_is_published_only_after_all_other_workflows_have_passed() -> None:
    """A tag on a broken commit makes no release."""
    jobs = _workflow(_WORKFLOW_FOLDER / "release.yml")["jobs"]
    publish = jobs.pop("zip")
    called = {f"./{path.relative_to(REPOSITORY)}" for path in _WORKFLOWS}
    assert {job["uses"] for job in jobs.values()} == called - {
        "./.github/workflows/release.yml"
    }
    assert set(publish["needs"]) == jobs.keys()
    assert all("if" not in job for job in (publish, *jobs.values()))


@pytest.mark.parametrize("name", ["tests.yml", "validate.yml"])
def test_a_workflow_that_a_release_needs_can_be_called_and_fails_as_a_whole(
    name: str,
) -> None:
    """No job or step of it may fail without consequence."""
    workflow = _workflow(_WORKFLOW_FOLDER / name)
    # YAML reads the key `on` as a boolean.
    assert "workflow_call" in workflow[True]
    for job in workflow["jobs"].values():
        assert not {"if", "continue-on-error"} & job.keys()
        for step in job["steps"]:
            assert not {"if", "continue-on-error"} & step.keys()


@pytest.mark.parametrize(
    "path", sorted((REPOSITORY / "scripts").iterdir()), ids=lambda path: path.name
)
def test_a_script_can_be_run_and_says_what_it_does(path: Path) -> None:
    """Its second line is its help."""
    assert path.stat().st_mode & 0o111
    first, second, *_ = path.read_text().splitlines()
    assert first == "#!/usr/bin/env bash"
    assert second.startswith("# ")
