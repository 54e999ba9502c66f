"""The key management service is moto's server: a process of its own, spoken to over HTTP."""

import socket
import subprocess
import sys
import time
import urllib.request

import botocore.session
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from licenses.conditions import Purpose
from warehouse.key_stores import open_keys
from warehouse.keys import KeyStoreError, private_pem, public_pem, unwrap_with, verify_signature
from warehouse.kms import KmsKeyStore
from warehouse.release.pack import release
from warehouse.release.reader import open_release
from warehouse.release.verify import verify

DATA_KEY = bytes(range(32))


@pytest.fixture(scope="module")
def endpoint():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{url}/moto-api/data.json", timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def kms_key(endpoint, monkeypatch):
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "ap-northeast-2",
        "AWS_ENDPOINT_URL_KMS": endpoint,
    }.items():
        monkeypatch.setenv(name, value)
    client = botocore.session.get_session().create_client("kms")
    return client.create_key()["KeyMetadata"]["KeyId"]


def test_a_service_keeps_what_signs_and_wraps(kms_key, tmp_path):
    keys = KmsKeyStore(kms_key, tmp_path / "keys")
    again = KmsKeyStore(kms_key, tmp_path / "keys")
    assert verify_signature(again.public_key_pem, b"m", keys.sign(b"m"))
    assert again.derive("x") == keys.derive("x") != keys.derive("y")
    assert again.unwrap(keys.wrap(DATA_KEY, "release")) == DATA_KEY
    private = X25519PrivateKey.generate()
    assert unwrap_with(keys.wrap(DATA_KEY, public_pem(private.public_key())), private_pem(private)) == DATA_KEY


def test_nothing_rests_that_opens_without_the_service(kms_key, tmp_path, monkeypatch):
    KmsKeyStore(kms_key, tmp_path / "keys")
    monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(KeyStoreError, match="refuses"):
        KmsKeyStore(kms_key, tmp_path / "keys")


def test_changed_wrappings_and_unknown_keys_are_refused(kms_key, tmp_path):
    keys = KmsKeyStore(kms_key, tmp_path / "keys")
    wrapped = keys.wrap(DATA_KEY, "release")
    for bad in (wrapped[:-1] + bytes([wrapped[-1] ^ 1]), b"hpke-x25519:" + wrapped, b""):
        with pytest.raises(KeyStoreError):
            keys.unwrap(bad)
    with pytest.raises(KeyStoreError, match="refuses"):
        keys.wrap(DATA_KEY, "alias/none")


def test_a_release_whose_key_a_service_wraps(kms_key, world):
    """The recipient has no public key of its own, and the right to use the key of the service instead."""
    keys = open_keys(world.warehouse.uri, f"aws-kms:{kms_key}")
    order = world.order("by-service", world.recipient(public_key=None), purpose=Purpose.NONCOMMERCIAL, kek=kms_key)
    released = release(world.warehouse, keys, order, {"run-1": frozenset()})
    report = verify(released.folder, public_key=keys.public_key_pem, keys=keys, warehouse=world.warehouse)
    assert (report.faults, report.rows_checked) == ([], True)
    assert open_release(released.folder, keys=keys).documents.count_rows() > 0
    with pytest.raises(KeyStoreError):
        open_release(released.folder, world.private_key)


def test_a_name_that_is_no_key_store_is_refused(tmp_path):
    with pytest.raises(KeyStoreError, match="no key store"):
        open_keys(str(tmp_path), "vault:x")
    assert open_keys(str(tmp_path), f"file:{tmp_path / 'other'}").signing_key_id
