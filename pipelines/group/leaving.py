"""Documents of earlier runs that leave once a run is committed, because its pages refuse what they copy.

Which these are is noted before the commit, so that a run that was killed right after it still takes them out. Their
rows of ``drops`` are committed with the run.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from warehouse.catalog import Warehouse
from warehouse.withdrawal.certificate import write_whole
from warehouse.withdrawal.lock import lock
from warehouse.withdrawal.rewrite import Rows, rewrite, without

_FILE = "leaving.json"
_PROPERTY = "malmoi.leaving-for"


def note_leaving(folder: Path, doc_ids: Sequence[str]) -> None:
    """Keep which documents leave in the folder of a run."""
    write_whole(folder / _FILE, json.dumps(list(doc_ids)))


def take_out_leaving(folder: Path, warehouse: Warehouse, run_id: str) -> None:
    """Take out of ``documents`` what was noted; nothing where it is done.

    Raises:
        ConflictError: Other writers kept winning; run again.
    """
    path = folder / _FILE
    doc_ids = json.loads(path.read_text("ascii")) if path.exists() else []
    if doc_ids:
        with lock(warehouse):
            rows = Rows("documents", "doc_id", doc_ids)
            rewrite(warehouse, rows, without("doc_id", doc_ids), lambda _: None, {_PROPERTY: run_id})
    path.unlink(missing_ok=True)
