"""What encryption costs a release: packing plain against packing encrypted, same documents, same recipient.

Prints CPU seconds and megabytes of text a second for both, their ratio, and how many documents a second are judged
again by ``verify``. ``make bench-release`` runs it; ``--documents`` sets the size.
"""

import argparse
import json
import random
import tempfile
import time
from pathlib import Path

import pyarrow as pa
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from licenses import Axis, Value, policy_class, policy_class_table
from licenses.conditions import Mode, Purpose, ReleasePlan, Request
from licenses.recipients import Recipient
from licenses.resolve import Rights
from warehouse import TABLES, write_file
from warehouse.catalog import Warehouse
from warehouse.commit import commit_run
from warehouse.keys import KEYS_FOLDER, FileKeyStore, public_pem
from warehouse.release.order import Order
from warehouse.release.pack import release
from warehouse.release.settings import Encrypt
from warehouse.release.verify import verify

_SYLLABLES = [chr(code) for code in range(0xAC00, 0xAC00 + 2350)]
_RUN = "bench"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Warehouse.open(str(Path(folder) / "wh")) as warehouse:
        size = _fill(warehouse, Path(folder), options.documents)
        keys = FileKeyStore(Path(warehouse.uri) / KEYS_FOLDER)
        recipient = Recipient(
            recipient_id="bench", name="bench", public_key=public_pem(X25519PrivateKey.generate().public_key())
        )
        request = Request(recipient, Purpose.COMMERCIAL, Mode.COPY, ReleasePlan(attribution=True, sold=False))
        seconds: dict[str, list[float]] = {Encrypt.RESTRICTED: [], Encrypt.ALWAYS: []}
        checked: list[float] = []
        for number in range(options.repeat):
            for encrypt, found in seconds.items():
                out = Path(folder) / f"{encrypt}-{number}"
                start = time.process_time()
                release(warehouse, keys, Order(request, out, Encrypt(encrypt)), {_RUN: frozenset()})
                found.append(time.process_time() - start)
            start = time.process_time()
            verify(Path(folder) / f"{Encrypt.RESTRICTED}-{number}", public_key=keys.public_key_pem)
            checked.append(time.process_time() - start)
    plain, sealed = min(seconds[Encrypt.RESTRICTED]), min(seconds[Encrypt.ALWAYS])
    print(
        json.dumps(
            {
                "documents": options.documents,
                "text_mb": round(size / 1e6, 1),
                "plain_cpu_s": round(plain, 2),
                "encrypted_cpu_s": round(sealed, 2),
                "plain_mb_per_cpu_s": round(size / 1e6 / plain, 1),
                "encrypted_mb_per_cpu_s": round(size / 1e6 / sealed, 1),
                "encrypted_over_plain": round(sealed / plain, 3),
                "verify_documents_per_cpu_s": round(options.documents / min(checked)),
            },
            indent=2,
        )
    )


def _fill(warehouse: Warehouse, folder: Path, count: int) -> int:
    """Commit documents of random Korean syllables, all free to use; returns the bytes of their texts."""
    choose = random.Random(1)
    rights = Rights(
        axes=dict.fromkeys(Axis, Value.ALLOW),
        conditions=dict.fromkeys(Axis, ()),
        confidence=dict.fromkeys(Axis, 1.0),
        licence="CC0-1.0",
        conflict=False,
        review="none",
    )
    free = policy_class(rights)
    evidence = "e" * 32
    texts = [
        " ".join("".join(choose.choices(_SYLLABLES, k=choose.randint(1, 5))) for _ in range(choose.randint(50, 700)))
        for _ in range(count)
    ]
    ids = [f"{choose.getrandbits(128):032x}" for _ in range(count)]
    tables = {
        "documents": pa.table(
            {
                "doc_id": ids,
                "url": [f"https://s{number % 97}.kr/{number}" for number in range(count)],
                "host": [f"s{number % 97}.kr" for number in range(count)],
                "site": [f"s{number % 97}.kr" for number in range(count)],
                "text": pa.array(texts, pa.large_string()),
                "pii": pa.array([[] for _ in range(count)], pa.map_(pa.string(), pa.int32())),
                "policy_class_id": [free.policy_class_id] * count,
                "evidence_ids": [[evidence]] * count,
                "run_id": [_RUN] * count,
            }
        ),
        "policy_classes": policy_class_table([free]).append_column("run_id", pa.array([_RUN])),
        "evidence": _evidence(evidence),
    }
    files = {}
    for name, table in tables.items():
        path = folder / f"{name}.parquet"
        write_file(table, path, TABLES[name], warehouse.file_schema(name))
        files[name] = [path]
    row = {"recipe_digest": "", "recipe": "{}", "code_version": "", "inputs": [], "counts": "{}", "engine": "local"}
    commit_run(warehouse, _RUN, files, row)
    return sum(len(text.encode()) for text in texts)


def _evidence(evidence_id: str) -> pa.Table:
    """One row of evidence; only its id is asked for."""
    schema = TABLES["evidence"].schema
    blank = {
        field.name: [] if pa.types.is_list(field.type) or pa.types.is_map(field.type) else None for field in schema
    }
    for field in schema:
        if not field.nullable and pa.types.is_string(field.type):
            blank[field.name] = ""
        if not field.nullable and pa.types.is_floating(field.type):
            blank[field.name] = 1.0
    return pa.Table.from_pylist([{**blank, "evidence_id": evidence_id, "run_id": _RUN}], schema=schema)


if __name__ == "__main__":
    main()
