"""The data files of this package, refused when they are not the ones we measured with."""

import hashlib
from pathlib import Path

#: SHA-256 of every data file; a run records them, since rows depend on them.
DATA_DIGESTS = {
    "boilerplate.toml": "2ea5b82891113d402e6d10fc8621503354919a6ace309bc0268a663be7d4b5e4",
    "latin_trigrams.bin": "54688997c2e9bc8e2fe3fd3f15a34fa0413e1a255a6be2df3cc37d8819670c68",
    "lid.176.ftz": "8f3472cfe8738a7b6099e8e999c3cbfae0dcd15696aac7d7738a8039db603e83",
    "phrases.tsv": "76d88003b530202894c0ba3e17852ffed970632e46f3313f5200baabd689cc00",
    "quality.ftz": "89d88b5146ffa3c3e8d3676077c3dbb6ea2f86c0a8ae2114f2f8bfd80067ab99",
    "quality.json": "c58670bf7609ea5495877ea22e680b21a309e92db5c6a12b143c50842e5659a0",
    "syllables.txt": "66932c89184f750608ebae19f3b672448a21b49aedb8502626b27f0a5a5117a0",
    "word-order.txt": "c3593348f1e9eb4ad74859674cdc9384954470cc1526e95a4af276fb3051e133",
}


class DataFileError(RuntimeError):
    """A data file of the package is missing or differs from its recorded digest: the installation is damaged."""


def data_file(name: str, folder: Path = Path(__file__).parent / "data") -> Path:
    """Return the path of a data file after verifying its SHA-256.

    Raises:
        DataFileError: the file cannot be read, or its digest is not the recorded one.
    """
    path = folder / name
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise DataFileError(f"data file {name} cannot be read: {error.strerror}") from error
    if digest != DATA_DIGESTS[name]:
        raise DataFileError(f"data file {name} has SHA-256 {digest}, expected {DATA_DIGESTS[name]}")
    return path
