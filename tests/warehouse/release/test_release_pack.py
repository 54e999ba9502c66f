import json

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from licenses.conditions import Mode, Purpose
from licenses.organisation import read_policy
from licenses.policy import policy_classes_from_table
from warehouse import WarehouseError
from warehouse.keys import key_id
from warehouse.ledger import Ledger
from warehouse.registry import rows as registry_rows
from warehouse.release import assemble
from warehouse.release.order import FaultyReleaseError, RefusedError, ReleaseError
from warehouse.release.reader import open_release
from warehouse.release.rows import RELEASE_SCHEMA
from warehouse.release.settings import Encrypt

KINDS_BY_CODE = {
    ("dom", Purpose.NONCOMMERCIAL, Mode.COPY): {"free", "attribution", "noncommercial", "domestic"},
    ("dom", Purpose.COMMERCIAL, Mode.COPY): {"free", "attribution", "domestic"},
    ("dom", Purpose.NONCOMMERCIAL, Mode.IN_PLACE): {"free", "attribution", "noncommercial", "domestic", "no_copies"},
    ("foreign", Purpose.NONCOMMERCIAL, Mode.COPY): {"free", "attribution", "noncommercial"},
    ("foreign", Purpose.COMMERCIAL, Mode.COPY): {"free", "attribution"},
    ("gpu-abroad", Purpose.NONCOMMERCIAL, Mode.COPY): {"free", "attribution", "noncommercial"},
}
COUNTRIES = {"dom": ("KR", "KR", "KR"), "foreign": ("US", "US", "US"), "gpu-abroad": ("KR", "KR", "JP")}


def kinds_in(released, private_key=None):
    rows = open_release(released.folder, private_key).documents.to_table().to_pylist()
    return {row["text"].split(" ")[0] for row in rows if not row["synthetic"]}, rows


@pytest.mark.parametrize("asked", KINDS_BY_CODE, ids=lambda asked: "-".join(map(str, asked)))
def test_only_what_the_gate_lets_go_is_packed(shared_world, asked):
    name, purpose, mode = asked
    recipient = shared_world.recipient(name, COUNTRIES[name])
    released = shared_world.release("-".join(map(str, asked)), recipient, purpose=purpose, mode=mode)
    kinds, rows = kinds_in(released, shared_world.private_key)
    assert kinds == KINDS_BY_CODE[asked]
    counts = released.manifest["counts"]
    assert sum(counts["by_code"].values()) == counts["documents"] == 210
    assert sum(not row["synthetic"] for row in rows) == counts["released"]
    assert released.manifest["domestic"] == (name == "dom")


def test_rows_say_under_what_they_may_be_used(plain):
    rows = open_release(plain.folder).documents.to_table().to_pylist()
    by_licence = {row["licence"]: row["conditions"] for row in rows}
    assert by_licence == {"CC0-1.0": [], "CC-BY-4.0": ["attribution"]}
    classes = {one.policy_class_id for one in policy_classes_from_table(open_release(plain.folder).classes)}
    assert {row["policy_class_id"] for row in rows} <= classes


def test_plain_releases_are_plain_parquet(plain):
    paths = sorted((plain.folder / "shards").glob("*.parquet"))
    assert len(paths) > 1
    frame = pl.concat([pl.read_parquet(path) for path in paths])
    table = pa.concat_tables([pq.read_table(path) for path in paths])
    assert frame.height == table.num_rows == plain.manifest["counts"]["released"] + len(paths)
    assert table.schema.names == RELEASE_SCHEMA.names
    assert plain.manifest["encryption"] is None


def test_without_the_key_nothing_of_a_sealed_release_can_be_read(sealed):
    for path in [*(sealed.folder / "shards").glob("*.parquet"), sealed.folder / "attribution.parquet"]:
        with pytest.raises((OSError, pa.ArrowException)):
            pq.read_table(path)
        with pytest.raises((OSError, pa.ArrowException)):
            pq.read_schema(path)
        with pytest.raises(pl.exceptions.ComputeError):
            pl.read_parquet(path)
    everything = b"".join(path.read_bytes() for path in sealed.folder.rglob("*") if path.is_file())
    for told in ("비밀스러운", "제목 1", "지은이0", "example.kr/", "domestic0"):
        assert told.encode() not in everything
    shards = b"".join(path.read_bytes() for path in sealed.folder.rglob("*.parquet") if path.name != "classes.parquet")
    assert b"quality_score" not in shards
    assert not (sealed.folder / "attribution.txt").exists()


def test_the_private_key_opens_a_sealed_release(sealed, shared_world):
    opened = open_release(sealed.folder, shared_world.private_key)
    kinds, rows = kinds_in(sealed, shared_world.private_key)
    assert kinds == {"free", "attribution", "noncommercial", "domestic"}
    assert all("비밀스러운 본문" in row["text"] for row in rows if not row["synthetic"])
    assert opened.attribution.count_rows() == sealed.manifest["attribution"]["documents"] > 0
    assert "CC-BY-4.0 https://creativecommons.org/licenses/by/4.0/" in opened.sources()
    recipient_key = key_id(shared_world.recipient().public_key)
    assert sealed.manifest["encryption"]["wrapped_for"] == [recipient_key, "release"]


def test_what_holds_no_release_says_so(tmp_path):
    with pytest.raises(WarehouseError, match="no release"):
        open_release(tmp_path)


def test_rows_are_the_same_for_the_same_snapshot_and_recipient(shared_world):
    first = shared_world.release("first")
    second = shared_world.release("second")
    tables = [open_release(one.folder, shared_world.private_key).documents.to_table() for one in (first, second)]
    one, other = (table.filter(pa.compute.invert(table["synthetic"])) for table in tables)
    assert one.equals(other)
    assert first.release_id != second.release_id


def test_recipients_get_orders_and_choices_of_their_own(shared_world):
    ids = []
    for name in ("first-one", "second-one"):
        recipient = shared_world.recipient(name, public_key=None)
        released = shared_world.release(name, recipient, purpose=Purpose.COMMERCIAL, mode=Mode.COPY, kek="zone")
        opened = open_release(released.folder, keys=shared_world.keys)
        ids.append([row["doc_id"] for row in opened.documents.to_table().to_pylist() if not row["synthetic"]])
    shared = set(ids[0]) & set(ids[1])
    assert set(ids[0]) != set(ids[1])
    assert [one for one in ids[0] if one in shared] != [one for one in ids[1] if one in shared]


def test_what_is_held_out_nobody_gets(shared_world, plain, sealed):
    held = {name: one.manifest["counts"]["by_code"].get("HOLDOUT", 0) for name, one in (("p", plain), ("s", sealed))}
    assert held["s"] >= held["p"] > 0
    got = {row["doc_id"] for one in (plain, sealed) for row in kinds_in(one, shared_world.private_key)[1]}
    everybody = shared_world.warehouse.scan("documents", columns=("doc_id", "text")).to_pylist()
    free = {row["doc_id"] for row in everybody if row["text"].startswith(("free", "attribution"))}
    assert len(free - got) >= held["p"]


def test_each_file_has_one_canary_that_only_a_commitment_tells(plain):
    for path in (plain.folder / "shards").glob("*.parquet"):
        rows = pq.read_table(path).to_pylist()
        (canary,) = [row for row in rows if row["synthetic"]]
        guid = canary["text"].split("malmoi canary ")[1].strip()
        assert len(guid) == 36
        assert guid not in (plain.folder / "manifest.json").read_text()


def test_an_existing_folder_is_refused(shared_world):
    (shared_world.folder / "there").mkdir()
    with pytest.raises(ReleaseError, match="there already"):
        shared_world.release("there")
    assert list((shared_world.folder / "there").iterdir()) == []


def test_restricted_documents_never_leave_plain(shared_world):
    with pytest.raises(ReleaseError, match="encrypted only"):
        shared_world.release("bare", encrypt=Encrypt.NEVER)
    with pytest.raises(ReleaseError, match="no public key"):
        shared_world.release("keyless", shared_world.recipient(public_key=None))
    assert {path.name for path in shared_world.folder.iterdir()} & {"bare", "keyless"} == set()
    assert not list(shared_world.folder.glob(".tmp-*"))


def test_a_release_without_restriction_is_encrypted_where_that_is_asked(shared_world):
    released = shared_world.release(
        "always", shared_world.foreign(), purpose=Purpose.COMMERCIAL, encrypt=Encrypt.ALWAYS
    )
    assert released.manifest["encryption"] is not None
    assert released.manifest["restricted"] is False


def test_nothing_to_release_is_a_refusal_with_its_reasons(tmp_path, kit):
    world = kit.make_world(tmp_path, kinds=("denied", "silent"))
    with pytest.raises(RefusedError) as refused, world.warehouse:
        world.release("nothing")
    assert refused.value.counts == {"BLOCK_TRAIN_DENY": 30, "BLOCK_UNKNOWN": 30}
    assert not (tmp_path / "nothing").exists()


def test_personal_data_that_was_left_blocks(shared_world):
    untouched = shared_world.release("clean")
    left = shared_world.release("left", unmasked={"run-1": frozenset({"KR_PHONE"})})
    codes = left.manifest["counts"]["by_code"]
    assert codes["BLOCK_PII"] == sum(number % 7 == 0 for number in range(30)) * 7
    assert left.manifest["counts"]["released"] < untouched.manifest["counts"]["released"]
    for never_looked in ({"run-1": None}, {"another": frozenset()}):
        with pytest.raises(RefusedError) as refused:
            shared_world.release("dirty", unmasked=never_looked)
        assert refused.value.counts == {"BLOCK_PII": 210}


def test_documents_whose_evidence_is_gone_are_blocked(world, kit):
    kit.fill(world.warehouse, world.folder, per_kind=5, run_id="run-2", kinds=("free",), start=100)
    table = world.warehouse.table("evidence")
    table.delete("run_id = 'run-2'")
    released = world.release("gone", unmasked={"run-1": frozenset(), "run-2": frozenset()})
    assert released.manifest["counts"]["by_code"]["BLOCK_EVIDENCE_MISSING"] == 5


def test_runs_that_are_not_finished_are_not_seen(world, kit, monkeypatch):
    monkeypatch.setattr("warehouse.commit.RUNS", None)
    with pytest.raises(AttributeError):
        kit.fill(world.warehouse, world.folder, per_kind=5, run_id="run-2", kinds=("free",), start=100)
    released = world.release("seen", unmasked={"run-1": frozenset(), "run-2": frozenset()})
    assert released.manifest["counts"]["documents"] == 210


def test_what_the_organisation_loosens_is_named_and_counted(shared_world):
    policy = read_policy(
        """
        name = "말모이 연구소"
        [[domestic.loosened]]
        name = "deposit"
        legal_basis = "국어기본법 제15조에 따른 수집"
        unknown = ["train_dom"]
        purposes = ["noncommercial_training"]
        modes = ["in_place"]
        """
    )
    released = shared_world.release("loosened", mode=Mode.IN_PLACE, policy=policy)
    (said,) = released.manifest["policy"]["loosened"]
    assert said["name"] == "deposit"
    assert said["documents"] == released.manifest["counts"]["by_code"]["RELEASE_LOOSENED:deposit"] > 0
    assert released.manifest["restricted"] is True
    assert "silent" in kinds_in(released, shared_world.private_key)[0]
    abroad = shared_world.release("abroad", shared_world.foreign(), mode=Mode.IN_PLACE, policy=policy)
    assert "silent" not in kinds_in(abroad, shared_world.private_key)[0]


def test_what_was_packed_is_judged_again(shared_world, monkeypatch):
    """A document of a refused class that slips in behind the gate fails the release."""
    documents = shared_world.warehouse.scan("documents").to_pylist()
    refused = next(row["policy_class_id"] for row in documents if row["text"].startswith("denied"))
    honest = assemble._documents

    def slipping(rows, terms):
        table = honest(rows, terms)
        place = table.schema.get_field_index("policy_class_id")
        ids = [refused, *table["policy_class_id"].to_pylist()[1:]]
        return table.set_column(place, table.schema.field(place), pa.array(ids))

    before = registry_rows(shared_world.warehouse, "releases")
    monkeypatch.setattr(assemble, "_documents", slipping)
    with pytest.raises(FaultyReleaseError, match=refused):
        shared_world.release("slipped")
    assert not (shared_world.folder / "slipped").exists()
    assert registry_rows(shared_world.warehouse, "releases") == before


def test_a_release_is_recorded_with_its_documents(shared_world):
    released = shared_world.release("recorded")
    (row,) = [
        one for one in registry_rows(shared_world.warehouse, "releases") if one["release_id"] == released.release_id
    ]
    assert row["documents"] == released.manifest["counts"]["released"]
    held = shared_world.warehouse.scan("release_documents", f"release_id = '{released.release_id}'").to_pylist()
    rows = kinds_in(released, shared_world.private_key)[1]
    assert {one["doc_id"] for one in held} == {one["doc_id"] for one in rows if not one["synthetic"]}
    one = held[0]
    shard = open_release(released.folder, shared_world.private_key).documents
    found = [
        fragment.to_table().to_pylist()[one["position"]]
        for fragment in shard.get_fragments()
        if fragment.path.endswith(one["shard"])
    ]
    assert [row["doc_id"] for row in found] == [one["doc_id"]]
    entries = Ledger.of(shared_world.warehouse.uri).entries()
    kinds = [entry.kind for entry in entries if entry.body.get("release_id") == released.release_id]
    assert kinds.index("release_intent") < kinds.index("release")


def test_the_list_of_sources_names_title_author_address_and_licence(plain):
    table = pq.read_table(plain.folder / "attribution.parquet").to_pylist()
    assert len(table) == plain.manifest["attribution"]["documents"] > 0
    assert {row["licence"] for row in table} == {"CC-BY-4.0"}
    lines = (plain.folder / "attribution.txt").read_text("utf-8").splitlines()[1:]
    assert len(lines) == len(table)
    for row, line in zip(table, lines, strict=True):
        assert all(row[name] in line for name in ("title", "author", "url", "licence"))


def test_provenance_says_where_the_data_may_be(plain, sealed):
    of_plain, of_sealed = (json.loads((one.folder / "provenance.json").read_bytes()) for one in (plain, sealed))
    assert of_plain["use"]["dataProcessingGeography"] == {"include": ["*"], "exclude": []}
    assert of_sealed["use"]["dataProcessingGeography"]["include"] == ["KR"]
    assert of_sealed["use"]["dataStorageGeography"]["include"] == ["KR"]
    for name in ("consentDocumentationLocation", "licenseToUse", "intendedDataUse", "privacyEnhancingTechnologies"):
        assert of_sealed["use"][name]
