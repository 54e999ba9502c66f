"""Checks of a packed release against its manifest: files, classes, counts and rows.

The release runs them on itself before anybody gets it (defence in depth, consent specification, section 8), and whoever
holds it runs them again (``verify``). Each gives the faults that it finds, with the file that each lies in.
"""

import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from licenses.conditions import Mode, Purpose, ReleasePlan, Request
from licenses.gate import Decision, gate_classes
from licenses.organisation import OrganisationPolicy
from licenses.policy import PolicyClass, policy_class_table, policy_classes_from_table
from licenses.recipients import Recipient
from licenses.withdrawals import WithdrawalList
from warehouse._durable import sha256
from warehouse.release import attribution
from warehouse.release.canary import CANARY_CLASS, commitment
from warehouse.release.encryption import ReleaseKey
from warehouse.release.manifest import OUTSIDE
from warehouse.release.merkle import MerkleTree
from warehouse.release.rows import RELEASE_SCHEMA, Terms
from warehouse.release.shards import SHARDS, leaf

CLASSES = "classes.parquet"
_ROWS = 4096
_PLAIN: Any = pc


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as the manifest says."""

    file: str
    problem: str

    def __str__(self) -> str:
        return f"{self.file}: {self.problem}"


def request_of(manifest: Mapping[str, Any]) -> Request:
    """Who got the release, what for, how.

    Raises:
        ValueError: The manifest does not say.
    """
    return Request(
        Recipient(**manifest["recipient"]),
        Purpose(manifest["purpose"]),
        Mode(manifest["mode"]),
        ReleasePlan(**manifest["plan"]),
    )


def check_files(folder: Path, manifest: Mapping[str, Any]) -> Iterator[Fault]:
    """Missing, added and changed files; anything that is neither a plain file nor the folder of shards."""
    listed = manifest["files"]
    found = set()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        mode = path.lstat().st_mode
        if stat.S_ISDIR(mode) and name == SHARDS:
            continue
        if not stat.S_ISREG(mode):
            yield Fault(name, "is no plain file")
        elif name not in listed and name not in OUTSIDE:
            yield Fault(name, "was added: the manifest does not name it")
        found.add(name)
    for name in sorted(OUTSIDE - found):
        yield Fault(name, "is missing")
    for name, said in sorted(listed.items()):
        if name not in found:
            yield Fault(name, "is missing")
        elif (folder / name).is_file() and (
            (folder / name).stat().st_size != said["bytes"] or sha256(folder / name) != said["sha256"]
        ):
            yield Fault(name, "was changed: its digest is not that of the manifest")


def check_counts(manifest: Mapping[str, Any]) -> Iterator[Fault]:
    """Sums that must agree: documents of the snapshot, codes, classes, shards."""
    counts = manifest["counts"]
    codes: Counter[str] = Counter()
    for entry in counts["by_class"]:
        for code, count in (*entry["allowed"].items(), *entry["blocked"].items()):
            codes[code] += count
    allowed = sum(sum(entry["allowed"].values()) for entry in counts["by_class"])
    rows = sum(sum(shard["classes"].values()) for shard in manifest["shards"])
    sums = {
        "codes and documents of the snapshot": (sum(counts["by_code"].values()), counts["documents"]),
        "classes and codes": (dict(sorted(codes.items())), counts["by_code"]),
        "allowed documents and released ones": (allowed, counts["released"]),
        "documents of shards and released ones": (rows, counts["released"]),
    }
    for what, (one, other) in sums.items():
        if one != other:
            yield Fault("manifest.json", f"{what} differ: {one} and {other}")


def check_classes(folder: Path, manifest: Mapping[str, Any], faults: list[Fault]) -> dict[str, PolicyClass]:
    """Classes of the release that the gate lets go, by id; every other class is a fault.

    The ids are derived anew from the records, and the gate is asked again for the recipient of the manifest.
    """
    try:
        found = policy_classes_from_table(pq.read_table(folder / CLASSES, partitioning=None))
    except (OSError, ValueError, KeyError) as error:
        faults.append(Fault(CLASSES, f"holds no policy classes: {error}"))
        return {}
    request, policy = request_of(manifest), OrganisationPolicy(**manifest["policy"]["organisation"])
    decisions = gate_classes(policy_class_table(found), request, policy)
    codes = dict(zip(*(decisions[name].to_pylist() for name in ("policy_class_id", "code")), strict=True))
    for class_id, code in codes.items():
        if not Decision(code).released:
            faults.append(Fault(CLASSES, f"class {class_id} may not be here: {code}"))
    packed = Counter[str]()
    for shard in manifest["shards"]:
        packed.update(shard["classes"])
    allowed = {
        entry["policy_class_id"]: sum(entry["allowed"].values())
        for entry in manifest["counts"]["by_class"]
        if entry["allowed"]
    }
    if packed != Counter(allowed):
        faults.append(Fault("manifest.json", "documents of classes differ between counts and shards"))
    faults += [Fault(CLASSES, f"class {class_id} has no record") for class_id in sorted(packed.keys() - codes.keys())]
    return {one.policy_class_id: one for one in found if Decision(codes[one.policy_class_id]).released}


def check_rows(
    folder: Path,
    manifest: Mapping[str, Any],
    classes: Mapping[str, PolicyClass],
    key: ReleaseKey | None,
    withdrawals: WithdrawalList | None = None,
) -> Iterator[Fault]:
    """Every row of every shard, in bounded memory.

    Args:
        folder: The release.
        manifest: Its manifest.
        classes: What ``check_classes`` lets go.
        key: What opens an encrypted release; None for a plain one.
        withdrawals: A list that no document may be on.
    """
    tree = MerkleTree()
    terms = Terms([*classes.values(), CANARY_CLASS], request_of(manifest))
    asking = 0
    for shard in manifest["shards"]:
        found: Counter[str] = Counter()
        canaries: list[str] = []
        try:
            for batch in _batches(folder / shard["path"], key):
                yield from (Fault(shard["path"], problem) for problem in _problems(batch, classes, terms, withdrawals))
                documents = batch.filter(pc.invert(batch["synthetic"]))
                found.update(str(one) for one in documents["policy_class_id"].to_pylist())
                canaries += [str(text) for text in batch.filter(batch["synthetic"])["text"].to_pylist()]
                asking += _PLAIN.sum(attribution.asks_for_attribution(documents["conditions"])).as_py() or 0
                for row in documents.select(["doc_id", "policy_class_id", "evidence_ids"]).to_pylist():
                    tree.add(leaf(row))
        except (OSError, pa.ArrowException, KeyError) as error:
            yield Fault(shard["path"], f"cannot be read: {error}")
            continue
        if dict(found) != shard["classes"]:
            yield Fault(shard["path"], "documents of classes are not those of the manifest")
        if [commitment(_guid(text)) for text in canaries] != [shard["canary"]]:
            yield Fault(shard["path"], "its canary is not the one that the manifest commits to")
    if tree.root() != manifest["evidence_merkle_root"]:
        yield Fault("manifest.json", "evidence_merkle_root is not that of the rows")
    if asking != manifest["attribution"]["documents"]:
        yield Fault(attribution.TABLE, f"lists {manifest['attribution']['documents']} documents where {asking} ask")


def _batches(path: Path, key: ReleaseKey | None) -> Iterator[pa.RecordBatch]:
    options: dict[str, Any] = {"decryption_properties": key.decrypt()} if key else {"page_checksum_verification": True}
    with pq.ParquetFile(path, **options) as file:
        if file.schema_arrow.names != RELEASE_SCHEMA.names:
            raise KeyError("its columns are not those of a release")
        yield from file.iter_batches(batch_size=_ROWS)


def _problems(
    batch: pa.RecordBatch, classes: Mapping[str, PolicyClass], terms: Terms, withdrawals: WithdrawalList | None
) -> Iterable[str]:
    ids = batch["policy_class_id"]
    allowed = pa.array([*classes, CANARY_CLASS.policy_class_id], pa.string())
    for class_id in (
        batch.filter(pc.invert(_PLAIN.is_in(ids, value_set=allowed)))["policy_class_id"].unique().to_pylist()
    ):
        yield f"holds documents of class {class_id}, which may not be here"
    known = batch.filter(_PLAIN.is_in(ids, value_set=allowed))
    for name, column in terms.columns(known["policy_class_id"]).items():
        if not column.equals(known[name].cast(column.type)):
            yield f"column {name} is not what the classes say"
    disguised = batch.filter(_PLAIN.and_(batch["synthetic"], _PLAIN.not_equal(ids, CANARY_CLASS.policy_class_id)))
    if disguised.num_rows:
        yield "a row that is marked as synthetic is no canary"
    for withdrawal_id in withdrawals.withdrawal_ids(batch).drop_null().unique().to_pylist() if withdrawals else ():
        yield f"holds documents that withdrawal {withdrawal_id} covers"


def _guid(text: str) -> str:
    return text.rstrip("\n").rpartition(" ")[2]
