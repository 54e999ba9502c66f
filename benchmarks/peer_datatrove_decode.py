"""How datatrove's reader reads every page: {url: sha256 of the text} as JSON. Runs in the environment of the peers.

Usage: peer_datatrove_decode.py WARC_FOLDER OUT.json
"""

import hashlib
import json
import sys
from pathlib import Path

from datatrove.pipeline.readers import WarcReader


def main() -> None:
    """Read every page."""
    texts = {
        document.metadata["url"]: hashlib.sha256(document.text.encode("utf-8", "surrogatepass")).hexdigest()
        for document in WarcReader(sys.argv[1], glob_pattern="*.warc.gz").run()
    }
    Path(sys.argv[2]).write_text(json.dumps(texts), encoding="utf-8")


if __name__ == "__main__":
    main()
