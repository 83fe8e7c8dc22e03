"""The commands that the README shows do what it says, on the demonstration."""

import re
import shlex
from pathlib import Path

import pytest

from tests.endtoend.commands import shezhire
from tests.endtoend.conftest import Store

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = re.findall(r"^shezhire ([^#\n]+)", README, re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_readme_runs(shown: Store, command: str) -> None:
    assert shezhire(shown.settings, *shlex.split(command)).stdout


def test_the_readme_shows_commands_and_names_only_files_that_are_there() -> None:
    assert len(COMMANDS) > 5
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target
