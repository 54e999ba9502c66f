"""Near-duplicate pairs by Malmoi, measured as peer_dedup.py measures the libraries. Usage: own_dedup.py IN OUT TOOL."""

import json
import sys
from pathlib import Path

import numpy as np

from dedup import DedupSettings
from pipelines.evaluate.dedup import find_pairs


def main() -> None:
    """Search once."""
    with Path(sys.argv[1]).open(encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    codes, facts = find_pairs(texts, DedupSettings())
    row = {
        "rows": len(texts),
        "results": np.column_stack(np.divmod(codes, len(texts))).tolist(),
        "cpu_s": len(texts) / facts["docs_per_cpu_s"],
        "signature_cpu_s": len(texts) / facts["docs_per_cpu_s_sketch"],
        "candidates": facts["candidates"],
    }
    Path(sys.argv[2]).write_text(json.dumps({sys.argv[3]: row}), encoding="utf-8")


if __name__ == "__main__":
    main()
