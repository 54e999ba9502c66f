"""What a process does without, to start sooner."""

import sys
from importlib.abc import MetaPathFinder


class NoPandas(MetaPathFinder):
    """Hides pandas, where it is installed, from Arrow, which imports it at the sight of the first NumPy array.

    Nothing here uses it, and it takes a fifth of a second.
    """

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:  # noqa: ARG002
        """See ``MetaPathFinder``; pandas is said to be missing."""
        if fullname == "pandas":
            raise ImportError("not needed", name=fullname)

    def __enter__(self) -> None:
        sys.meta_path.insert(0, self)

    def __exit__(self, *_: object) -> None:
        sys.meta_path.remove(self)
