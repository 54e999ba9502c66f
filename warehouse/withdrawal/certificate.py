"""The certificate: what was removed where, signed, so that who asked can check it without trusting us.

A JSON object ``{"body", "issued_at", "ledger", "key_id", "public_key", "signature"}``. The signature (Ed25519,
base64) is over the canonical JSON (RFC 8785) of the object without ``signature``. The entry of the ledger holds the
SHA-256 of the body and no target, since a target can be a person's name and the ledger is never erased.
"""

import base64
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa

from licenses import Withdrawal
from warehouse._durable import fsync, make_temp, rename
from warehouse.canonical import canonical, digest
from warehouse.catalog import Warehouse
from warehouse.keys import KeyStore, verify_signature
from warehouse.ledger import Ledger
from warehouse.withdrawal.holders import Holder
from warehouse.withdrawal.plan import Covered
from warehouse.withdrawal.rewrite import Replaced

KIND = "withdrawal_done"
FORMAT = "malmoi-withdrawal-certificate/1"
Json = dict[str, Any]


def body_of(
    withdrawal: Withdrawal,
    covered: Covered,
    *,
    files: Sequence[Replaced],
    erased: Mapping[str, Sequence[str]] | None,
    held_by: Sequence[Holder],
    list_version: str,
) -> Json:
    """What a certificate says.

    Args:
        withdrawal: What was asked.
        covered: What left, as rows of ``drops``; copies that were spared; captures that still are in inputs.
        files: Data files that were written anew.
        erased: Files and run folders that were removed, by table or ``runs``; None where nothing was erased.
        held_by: Releases and token sets that hold the documents.
        list_version: ``WithdrawalList.version`` that was applied.
    """
    said = ("doc_id", "url", "run_id", "reason", "partner_doc_id", "jaccard", "source", "offset", "length")
    return {
        "format": FORMAT,
        "withdrawal": withdrawal.model_dump(mode="json"),
        "list_version": list_version,
        "documents": _rows(covered.documents, said),
        "spared": [asdict(one) for one in covered.spared],
        "files": [asdict(one) for one in files],
        "erased": {name: list(paths) for name, paths in erased.items()} if erased is not None else None,
        "inputs": _inputs(covered.documents, covered.captures),
        "held_by": [{**asdict(one), "doc_ids": list(one.doc_ids)} for one in held_by],
    }


def issue(warehouse: Warehouse, body: Json, keys: KeyStore, issued_at: str) -> Json:
    """Enter a certificate into the ledger and sign it. The same body has one entry however often it is issued."""
    found = next((one for one in _entries(warehouse) if one["body_sha256"] == digest(body)), None)
    if found is None:
        said = {
            "withdrawal_id": body["withdrawal"]["withdrawal_id"],
            "documents": len(body["documents"]),
            "erased": body["erased"] is not None,
            "body_sha256": digest(body),
        }
        entry = Ledger.of(warehouse.uri).append(KIND, said)
        found = {"seq": entry.seq, "digest": entry.digest}
    signed: Json = {
        "body": body,
        "issued_at": issued_at,
        "ledger": {"seq": found["seq"], "digest": found["digest"]},
        "key_id": keys.signing_key_id,
        "public_key": keys.public_key_pem,
    }
    return {**signed, "signature": base64.b64encode(keys.sign(canonical(signed))).decode("ascii")}


def write(path: Path, certificate: Json) -> None:
    """Write a certificate."""
    write_whole(path, json.dumps(certificate, ensure_ascii=False, indent=1) + "\n")


def check(certificate: Json, public_key: str | None = None) -> bool:
    """Whether a certificate is what its signer signed.

    Args:
        certificate: As ``issue`` made it.
        public_key: Of the signer (PEM); by default the one that the certificate names, which proves only that it is
            whole.
    """
    signed = {name: value for name, value in certificate.items() if name != "signature"}
    signature = base64.b64decode(certificate["signature"])
    return verify_signature(public_key or certificate["public_key"], canonical(signed), signature)


def write_whole(path: Path, text: str) -> None:
    """Write a file that is there whole or not at all; one of that name is replaced."""
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = make_temp(path.parent)
    try:
        unfinished = folder / path.name
        unfinished.write_text(text, "utf-8")
        fsync(unfinished)
        rename(unfinished, path)
    finally:
        folder.rmdir()


def _entries(warehouse: Warehouse) -> Iterable[Json]:
    for entry in Ledger.of(warehouse.uri).entries():
        if entry.kind == KIND:
            yield {**entry.body, "seq": entry.seq, "digest": entry.digest}


def _inputs(*tables: pa.Table) -> list[Json]:
    """Where in the operator's inputs the captures lie: they are to be removed there by the operator."""
    found: defaultdict[str, list[Json]] = defaultdict(list)
    for table in tables:
        for row in _rows(table, ("doc_id", "source", "offset", "length")):
            found[row.pop("source") or ""].append(row)
    order = [(source, sorted(found[source], key=lambda row: (row["offset"] or 0, row["doc_id"]))) for source in found]
    return [{"source": source, "records": _unique(rows)} for source, rows in sorted(order, key=lambda pair: pair[0])]


def _unique(rows: Sequence[Json]) -> list[Json]:
    return list({(row["offset"], row["doc_id"]): row for row in rows}.values())


def _rows(table: pa.Table, columns: Sequence[str]) -> list[Json]:
    return [dict(row) for row in table.select(list(columns)).to_pylist()]
