import subprocess
import sys
from pathlib import Path

import pytest

from filters import DataFileError
from filters._data import data_file


def test_damaged_and_missing_files_are_refused(tmp_path: Path):
    with pytest.raises(DataFileError, match=r"syllables\.txt cannot be read"):
        data_file("syllables.txt", tmp_path)
    (tmp_path / "syllables.txt").write_text("이다는", encoding="utf-8")
    with pytest.raises(DataFileError, match="SHA-256"):
        data_file("syllables.txt", tmp_path)


def test_readme_lists_the_digests_that_are_checked():
    folder = data_file("lid.176.ftz").parent
    readme = (folder / "README.md").read_text(encoding="utf-8")
    import hashlib  # noqa: PLC0415

    for file in folder.iterdir():
        if file.name != "README.md":
            assert f"`{file.name}`" in readme
            assert hashlib.sha256(file.read_bytes()).hexdigest() in readme


def test_import_is_light():
    code = "import sys, filters; print([m for m in ('kiwipiepy', 'numba', 'polars', 'torch') if m in sys.modules])"
    root = Path(__file__).parents[2]
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert run.stdout.strip() == "[]"
