"""A warehouse with documents of every kind of rights, and releases of it."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from licenses import Axis, Source, Value, evidence_table, policy_class, policy_class_table, resolve
from licenses.conditions import Mode, Purpose, ReleasePlan, Request
from licenses.recipients import Recipient
from warehouse import TABLES, write_file
from warehouse.catalog import Warehouse
from warehouse.commit import commit_run
from warehouse.keys import KEYS_FOLDER, FileKeyStore, private_pem, public_pem
from warehouse.release.order import Order
from warehouse.release.pack import release
from warehouse.release.settings import ReleaseSettings

PRIVATE = X25519PrivateKey.generate()
TRAIN = (Axis.TRAIN_DOM, Axis.TRAIN_FOR)
USES = (*TRAIN, Axis.REDIST, Axis.COMMERCIAL)
SETTINGS = ReleaseSettings(holdout_share=0.05, optional_share=0.05, shard_bytes=40_000, batch_rows=16)
KINDS = {
    "free": ([(axis, Value.ALLOW) for axis in USES], (), "CC0-1.0"),
    "attribution": ([(axis, Value.COND) for axis in USES], ("attribution",), "CC-BY-4.0"),
    "noncommercial": (
        [*((axis, Value.COND) for axis in (*TRAIN, Axis.REDIST)), (Axis.COMMERCIAL, Value.DENY)],
        ("attribution", "non_commercial"),
        "CC-BY-NC-4.0",
    ),
    "domestic": (
        [
            *((axis, Value.ALLOW) for axis in (Axis.TRAIN_DOM, Axis.REDIST, Axis.COMMERCIAL)),
            (Axis.TRAIN_FOR, Value.DENY),
        ],
        (),
        "LicenseRef-domestic",
    ),
    "denied": ([(axis, Value.DENY) for axis in TRAIN], (), None),
    "no_copies": ([*((axis, Value.ALLOW) for axis in TRAIN), (Axis.REDIST, Value.DENY)], (), None),
    "silent": ([], (), None),
}
"""Rights by name: axes, conditions, licence."""


def doc_id(key):
    return hashlib.blake2b(str(key).encode(), digest_size=16).hexdigest()


def evidence_of(kind, url):
    axes, conditions, licence = KINDS[kind]
    if not axes:
        return []
    source = Source(url, dt.datetime(2026, 5, 1, tzinfo=dt.UTC), 200, "a" * 64)
    return [
        source.evidence(
            "html_licence", kind, f"표시 {kind}", locator="footer", confidence=0.95, axes=tuple(axes),
            conditions=conditions, licence=licence,
        )
    ]  # fmt: skip


@dataclass
class World:
    """A warehouse and what releases of it need."""

    warehouse: Warehouse
    keys: FileKeyStore
    folder: Path

    def recipient(self, name="dom", countries=("KR", "KR", "KR"), public_key="default"):
        established, controlled, processed = countries
        return Recipient(
            recipient_id=name,
            name="받는 곳",
            established_in=established,
            controlled_from=controlled,
            processed_in=(processed,),
            public_key=public_pem(PRIVATE.public_key()) if public_key == "default" else public_key,
        )

    def foreign(self, name="foreign"):
        return self.recipient(name, ("US", "US", "US"))

    def order(self, name, recipient=None, purpose=Purpose.NONCOMMERCIAL, mode=Mode.COPY, **more):
        plan = more.pop("plan", ReleasePlan(attribution=True, sold=False))
        request = Request(recipient or self.recipient(), purpose, mode, plan)
        return Order(request, self.folder / name, **more)

    def release(self, name, recipient=None, settings=SETTINGS, unmasked=None, **more):
        order = self.order(name, recipient, **more)
        return release(self.warehouse, self.keys, order, unmasked or {"run-1": frozenset()}, settings)

    @property
    def private_key(self):
        return private_pem(PRIVATE)


def fill(warehouse, folder, *, per_kind=30, run_id="run-1", kinds=tuple(KINDS), start=0, repeat=1):
    """Commit a run with documents of each kind; kind ``free`` comes from three sites."""
    rows, evidence, classes = [], [], {}
    for kind in kinds:
        for number in range(start, start + per_kind):
            url = f"https://{kind.replace('_', '-')}{number % 3}.example.kr/글/{number}"
            found = evidence_of(kind, url)
            made = policy_class(resolve(found))
            classes[made.policy_class_id] = made
            evidence += [(one, doc_id(url)) for one in found]
            row = _document(url, kind, number, made, found)
            rows.append({**row, "text": row["text"] * repeat, "run_id": run_id})
    said = evidence_table([one for one, _ in evidence])
    tables = {
        "documents": pa.Table.from_pylist(rows, schema=TABLES["documents"].schema),
        "evidence": said.append_column("doc_id", pa.array([doc for _, doc in evidence], pa.string())),
        "policy_classes": policy_class_table(list(classes.values())),
    }
    files = {}
    for name, table in tables.items():
        with_run = table if "run_id" in table.column_names else table.append_column(
            "run_id", pa.array([run_id] * table.num_rows, pa.string())
        )  # fmt: skip
        path = folder / f"{name}-{run_id}.parquet"
        write_file(with_run, path, TABLES[name], warehouse.file_schema(name))
        files[name] = [path]
    row = {"recipe_digest": "r" * 64, "recipe": "{}", "code_version": "0", "inputs": [], "counts": "{}"}
    commit_run(warehouse, run_id, files, {**row, "engine": "local"})


def _document(url, kind, number, made, found):
    return {
        "doc_id": doc_id(url),
        "url": url,
        "host": url.split("/")[2].encode("idna").decode() if url.isascii() else url.split("/")[2],
        "site": "example.kr" if kind != "free" else f"site{number % 3}.kr",
        "source": "crawl.warc.gz",
        "offset": number,
        "title": f"{kind} 제목 {number}",
        "author": f"지은이{number % 5}",
        "published_at": "2026-04-30",
        "fetched_at": dt.datetime(2026, 5, 1 + number % 20, tzinfo=dt.UTC),
        "text": f"{kind} 갈래의 {number}번째 글입니다. 비밀스러운 본문이 여기에 있습니다. " * (2 + number % 4),
        "n_chars": 50,
        "language": "ko",
        "genre": "essay",
        "quality_score": 0.9,
        "pii": [("KR_PHONE", 1)] if number % 7 == 0 else [],
        "policy_class_id": made.policy_class_id,
        "evidence_ids": [one.evidence_id for one in found],
    }


def make_world(folder, **options):
    folder.mkdir(parents=True, exist_ok=True)
    warehouse = Warehouse.open(str(folder / "창고"))
    fill(warehouse, folder, **options)
    secret = Path(warehouse.uri) / KEYS_FOLDER / "derivation.key"
    secret.parent.mkdir()
    secret.touch(mode=0o600)
    secret.write_bytes(b"k" * 32)  # so that the same documents are held out each time
    keys = FileKeyStore(secret.parent)
    return World(warehouse, keys, folder)


@pytest.fixture(scope="session")
def shared_world(tmp_path_factory):
    """One for tests that only add releases."""
    world = make_world(tmp_path_factory.mktemp("world"))
    yield world
    world.warehouse.close()


@pytest.fixture
def world(tmp_path):
    """One of its own."""
    made = make_world(tmp_path)
    yield made
    made.warehouse.close()


@pytest.fixture(scope="session")
def plain(shared_world):
    """A release without restriction: foreign, commercial."""
    return shared_world.release("plain", shared_world.foreign("plain-foreign"), purpose=Purpose.COMMERCIAL)


@pytest.fixture(scope="session")
def sealed(shared_world):
    """A restricted release to a domestic recipient."""
    return shared_world.release("sealed")


class Kit:
    """Makers, for test modules that cannot import each other."""

    make_world = staticmethod(make_world)
    fill = staticmethod(fill)
    doc_id = staticmethod(doc_id)
    KINDS = KINDS
    SETTINGS = SETTINGS


@pytest.fixture(scope="session")
def kit():
    return Kit
