import json
import random
import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from licenses import Withdrawal, WithdrawalKind
from warehouse.canonical import canonical
from warehouse.keys import FileKeyStore, public_pem
from warehouse.release.manifest import files_of
from warehouse.release.verify import verify
from warehouse.withdrawal.register import register


@pytest.fixture(params=["plain", "sealed"])
def released(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def copy(released, tmp_path):
    return Path(shutil.copytree(released.folder, tmp_path / "release"))


@pytest.fixture
def public_key(shared_world):
    return shared_world.keys.public_key_pem


def faults(folder, public_key, **more):
    return {(fault.file, fault.problem) for fault in verify(folder, public_key=public_key, **more).faults}


def named(folder, public_key):
    return {file for file, _ in faults(folder, public_key)}


def test_a_release_is_sound(released, shared_world, public_key):
    report = verify(released.folder, public_key=public_key, private_key=shared_world.private_key)
    assert (report.sound, report.rows_checked, report.key_given) == (True, True, True)
    assert report.release_id == released.release_id


def test_the_public_key_alone_does(sealed, plain, public_key):
    report = verify(sealed.folder, public_key=public_key)
    assert (report.sound, report.rows_checked) == (True, False)
    assert verify(plain.folder, public_key=public_key).rows_checked


def test_who_packed_it_can_check_its_rows(sealed, shared_world):
    report = verify(sealed.folder, warehouse=shared_world.warehouse, keys=shared_world.keys)
    assert (report.sound, report.rows_checked, report.key_given) == (True, True, False)


def test_another_key_did_not_sign_it(released):
    other = public_pem(Ed25519PrivateKey.generate().public_key())
    assert named(released.folder, other) >= {"signature", "ledger.signature"}


def test_each_of_a_thousand_flipped_bytes_is_found(released, tmp_path, public_key):
    folder = Path(shutil.copytree(released.folder, tmp_path / "flipped"))
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    choose = random.Random(7)
    for number in range(500):
        path = paths[number % len(paths)]
        whole = path.read_bytes()
        place = choose.randrange(len(whole))
        path.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << choose.randrange(8))]) + whole[place + 1 :])
        name = path.relative_to(folder).as_posix()
        assert name in named(folder, public_key), (name, place)
        path.write_bytes(whole)
    assert named(folder, public_key) == set()


@pytest.mark.parametrize(
    "name",
    ["signature", "ledger.jsonl", "ledger.signature", "classes.parquet", "croissant.json", "shards/00000.parquet"],
)
def test_a_missing_file_is_named(copy, public_key, name):
    (copy / name).unlink()
    assert name in named(copy, public_key)


def test_no_manifest_no_release(copy, public_key):
    (copy / "manifest.json").unlink()
    assert named(copy, public_key) == {"manifest.json"}


@pytest.mark.parametrize("name", ["README", "shards/99999.parquet", "shards/.hidden", "extra/file"])
def test_an_added_file_is_named(copy, public_key, name):
    (copy / name).parent.mkdir(exist_ok=True)
    (copy / name).write_text("더해짐")
    assert name in named(copy, public_key)


def test_a_link_in_the_place_of_a_file_is_named(copy, public_key, tmp_path):
    moved = (copy / "classes.parquet").rename(tmp_path / "classes.parquet")
    (copy / "classes.parquet").symlink_to(moved)
    assert ("classes.parquet", "is no plain file") in faults(copy, public_key)


def test_swapped_files_are_named(copy, public_key):
    one, other = copy / "shards" / "00000.parquet", copy / "shards" / "00001.parquet"
    one.rename(copy / "between")
    other.rename(one)
    (copy / "between").rename(other)
    assert {"shards/00000.parquet", "shards/00001.parquet"} <= named(copy, public_key)


def test_files_of_another_release_are_named(plain, sealed, tmp_path, public_key):
    for name in ("manifest.json", "ledger.jsonl", "signature", "classes.parquet"):
        folder = Path(shutil.copytree(plain.folder, tmp_path / f"with-{name}"))
        shutil.copy(sealed.folder / name, folder / name)
        assert named(folder, public_key)


def test_emptied_and_garbled_files_are_named(copy, public_key):
    for name in ("manifest.json", "ledger.jsonl", "ledger.signature", "signature"):
        whole = (copy / name).read_bytes()
        for garbled in (b"", b"[]", b"{}\n", b"null", whole[:-1], whole + b"\n", b"\xff" + whole):
            (copy / name).write_bytes(garbled)
            assert named(copy, public_key), (name, garbled[:10])
        (copy / name).write_bytes(whole)


def forge(folder, change, keys):
    """Change a manifest and sign it again: what only the holder of the key could do."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_bytes())
    change(manifest)
    manifest["files"] = files_of(folder)
    manifest["signing"] = {"key_id": keys.signing_key_id, "public_key": keys.public_key_pem}
    path.write_bytes(canonical(manifest))
    (folder / "signature").write_bytes(keys.sign(path.read_bytes()))


def test_a_manifest_signed_by_another_is_not_taken(copy, public_key, tmp_path):
    forge(copy, lambda _: None, FileKeyStore(tmp_path / "forger"))
    assert "signature" in named(copy, public_key)


def test_the_gate_is_asked_again_for_the_recipient_of_the_manifest(sealed, tmp_path, shared_world, public_key):
    """Even who can sign cannot pass a domestic release off as one that a foreign recipient may have."""
    folder = Path(shutil.copytree(sealed.folder, tmp_path / "passed-on"))
    foreign = shared_world.foreign().model_dump(mode="json")
    forge(folder, lambda manifest: manifest.update(recipient=foreign), shared_world.keys)
    assert any("BLOCK_FOREIGN_DENY" in problem for _, problem in faults(folder, public_key))


def test_counts_must_add_up(plain, tmp_path, shared_world, public_key):
    folder = Path(shutil.copytree(plain.folder, tmp_path / "miscounted"))

    def one_less(manifest):
        manifest["counts"]["by_code"]["BLOCK_UNKNOWN"] -= 1

    forge(folder, one_less, shared_world.keys)
    assert any("differ" in problem for _, problem in faults(folder, public_key))


def test_an_unfinished_folder_does_not_verify(plain, tmp_path, public_key):
    folder = Path(shutil.copytree(plain.folder, tmp_path / ".tmp-host-1-abc"))
    assert any("never finished" in problem for _, problem in faults(folder, public_key))


def test_the_copy_of_the_ledger_tells_nothing_of_others(sealed, plain):
    entries = [json.loads(line) for line in (sealed.folder / "ledger.jsonl").read_bytes().splitlines()]
    assert {one["body"]["release_id"] for one in entries if "body" in one} == {sealed.release_id}
    assert plain.release_id not in (sealed.folder / "ledger.jsonl").read_text()


def test_documents_withdrawn_since_are_named(world):
    released = world.release("before")
    key = world.keys.public_key_pem
    assert verify(released.folder, public_key=key, warehouse=world.warehouse, keys=world.keys).withdrawn == []
    held = world.warehouse.scan("documents").to_pylist()
    packed = {row["doc_id"] for row in world.warehouse.scan("release_documents").to_pylist()}
    target = next(row for row in held if row["doc_id"] in packed)
    listed, _ = register(world.warehouse, Withdrawal(kind=WithdrawalKind.HOST, target=target["host"], reason="요청"))
    report = verify(released.folder, public_key=key, warehouse=world.warehouse, keys=world.keys)
    wanted = {row["doc_id"] for row in held if row["host"] == target["host"]} & packed
    assert {one["doc_id"] for one in report.withdrawn} == wanted
    assert {one["withdrawal_id"] for one in report.withdrawn} == {listed.withdrawal_id}
    after = world.release("after")
    assert after.manifest["counts"]["by_code"]["BLOCK_WITHDRAWN"] == sum(row["host"] == target["host"] for row in held)


def test_a_warehouse_that_does_not_know_the_release_says_so(plain, world):
    report = verify(plain.folder, warehouse=world.warehouse)
    assert {fault.file for fault in report.faults} == {"ledger of the warehouse", "table releases"}
