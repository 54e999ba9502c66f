"""No input hangs a reader, or ends its process: each in a process of its own, with room for a busy machine."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("adversarial.py")
_SPEC = importlib.util.spec_from_file_location("adversarial", SCRIPT)
adversarial = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(adversarial)

SMALL, LARGE, HUGE = 1 << 14, 1 << 20, 50 << 20


@pytest.mark.parametrize("name", sorted(adversarial.INPUTS))
def test_small_ones(name):
    kind, given = adversarial.INPUTS[name](SMALL)
    assert adversarial.judge(kind, given)["train_dom"] in ("allow", "cond", "deny", "unknown")


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(adversarial.INPUTS))
def test_a_million_characters_are_read_in_a_minute(name):
    # What grows with the square of its input takes an hour.
    subprocess.run([sys.executable, SCRIPT, name, str(LARGE)], check=True, timeout=60)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["robots rules", "JSON-LD deep", "JSON-LD many", "links", "scripts never closed"])
def test_fifty_megabytes(name):
    subprocess.run([sys.executable, SCRIPT, name, str(HUGE)], check=True, timeout=300)


def test_a_page_with_more_marks_than_are_read_grants_nothing():
    mark = f'<p>이 글은 <a href="{adversarial.BY}">CC BY 4.0</a> 라이선스를 따릅니다.</p>'
    assert adversarial.judge("html_licence", {"html": mark * 10})["train_dom"] == "cond"
    found = adversarial.judge("html_licence", {"html": mark * 1000})
    assert (found["train_dom"], found["redist"], found["review"]) == ("unknown", "unknown", "needed")
