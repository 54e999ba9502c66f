import stat

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from warehouse.keys import (
    FileKeyStore,
    KeyStoreError,
    key_id,
    private_pem,
    public_pem,
    unwrap_with,
    verify_signature,
)

DATA_KEY = bytes(range(32))

MAKE = """
import sys
from pathlib import Path
from warehouse.keys import FileKeyStore
print(FileKeyStore(Path(sys.argv[1])).signing_key_id)
"""


@pytest.fixture
def keys(tmp_path):
    return FileKeyStore(tmp_path / "keys")


@pytest.fixture(scope="module", params=["x25519", "rsa"])
def recipient(request):
    return X25519PrivateKey.generate() if request.param == "x25519" else rsa.generate_private_key(65537, 2048)


def test_a_signature_is_checked_with_the_public_key_alone(keys):
    signature = keys.sign("명세서".encode())
    assert verify_signature(keys.public_key_pem, "명세서".encode(), signature)
    assert not verify_signature(keys.public_key_pem, "명세사".encode(), signature)
    assert keys.signing_key_id == key_id(keys.public_key_pem)


def test_keys_are_made_once(keys, tmp_path):
    again = FileKeyStore(tmp_path / "keys")
    assert again.public_key_pem == keys.public_key_pem
    assert again.derive("x") == keys.derive("x")
    assert keys.derive("x") != keys.derive("y")


def test_processes_that_race_make_one_key(tmp_path, python):
    processes = [python(MAKE, tmp_path / "keys") for _ in range(3)]
    assert len({process.communicate()[0] for process in processes}) == 1


def test_only_the_owner_may_read_keys(keys, tmp_path):
    keys.derive("x")
    keys.wrap(DATA_KEY, "zone")
    files = list((tmp_path / "keys").iterdir())
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    (tmp_path / "keys" / "signing.key").chmod(0o644)
    with pytest.raises(KeyStoreError, match="chmod"):
        FileKeyStore(tmp_path / "keys")


def test_a_recipient_unwraps_with_the_private_key_alone(keys, recipient):
    wrapped = keys.wrap(DATA_KEY, public_pem(recipient.public_key()))
    assert DATA_KEY not in wrapped
    assert unwrap_with(wrapped, private_pem(recipient)) == DATA_KEY
    with pytest.raises(KeyStoreError):
        keys.unwrap(wrapped)


def test_another_private_key_does_not_unwrap(keys, recipient):
    wrapped = keys.wrap(DATA_KEY, public_pem(recipient.public_key()))
    for other in (X25519PrivateKey.generate(), rsa.generate_private_key(65537, 2048), Ed25519PrivateKey.generate()):
        with pytest.raises(KeyStoreError):
            unwrap_with(wrapped, private_pem(other))


def test_a_changed_wrapping_does_not_open(keys, recipient):
    wrapped = bytearray(keys.wrap(DATA_KEY, public_pem(recipient.public_key())))
    wrapped[-1] ^= 1
    with pytest.raises(KeyStoreError):
        unwrap_with(bytes(wrapped), private_pem(recipient))


def test_a_key_of_the_store_wraps_too(keys, tmp_path):
    wrapped = keys.wrap(DATA_KEY, "zone-1")
    assert keys.unwrap(wrapped) == DATA_KEY
    with pytest.raises(KeyStoreError):
        FileKeyStore(tmp_path / "other").unwrap(wrapped)
    with pytest.raises(KeyStoreError):
        keys.unwrap(wrapped[:-1] + b"\x00")


@pytest.mark.parametrize(
    "bad",
    [
        "../signing",
        "",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        public_pem(Ed25519PrivateKey.generate().public_key()),
        public_pem(ec.generate_private_key(ec.SECP256R1()).public_key()),
    ],
)
def test_what_cannot_wrap_is_refused(keys, bad):
    with pytest.raises(KeyStoreError):
        keys.wrap(DATA_KEY, bad)


def test_a_short_rsa_key_is_refused(keys):
    with pytest.raises(KeyStoreError, match="2048"):
        keys.wrap(DATA_KEY, public_pem(rsa.generate_private_key(65537, 1024).public_key()))


def test_only_ed25519_keys_verify(keys):
    odd = keys.public_key_pem.replace("MCowBQYDK2Vw", "MCowBQYDK2Vz")
    for bad in ("no key", odd, public_pem(X25519PrivateKey.generate().public_key())):
        with pytest.raises(KeyStoreError):
            verify_signature(bad, b"", b"")
