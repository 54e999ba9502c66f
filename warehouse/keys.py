"""Keys: who signs releases, who can open them, and what chooses rows by keyed hash.

A key store signs (Ed25519, RFC 8032), wraps data keys for a recipient's public key (HPKE, RFC 9180, for X25519;
RSA-OAEP, RFC 8017) or for a key-encryption key of its own, and derives keys for keyed choices (HKDF, RFC 5869). Its
private keys never leave it. ``FileKeyStore`` keeps them in files that only their owner can read; ``warehouse.kms``
keeps them sealed by a key management service.
"""

import contextlib
import hashlib
import os
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidSignature, InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from warehouse._durable import fsync, make_temp
from warehouse.errors import WarehouseError

KEYS_FOLDER = "keys"
_BYTES = 32
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_HPKE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_INFO = b"malmoi release data key"
_OAEP = padding.OAEP(mgf=padding.MGF1(SHA256()), algorithm=SHA256(), label=None)
_LEAST_RSA_BITS = 2048
X25519, RSA, KEK = b"hpke-x25519:", b"rsa-oaep-sha256:", b"aes-kw:"


class KeyStoreError(WarehouseError):
    """A key is missing, of a kind that does not serve, or does not fit what it is to open."""


class KeyStore(Protocol):
    """What a release needs of its keys."""

    @property
    def signing_key_id(self) -> str:
        """Name of the signing key: ``key_id`` of its public half."""

    @property
    def public_key_pem(self) -> str:
        """The public half of the signing key (Ed25519, SubjectPublicKeyInfo PEM)."""

    def sign(self, data: bytes) -> bytes:
        """The Ed25519 signature of data: 64 bytes."""

    def wrap(self, key: bytes, to: str) -> bytes:
        """A data key that only the holder of ``to`` can unwrap.

        Args:
            key: The data key.
            to: A recipient's public key (PEM, X25519 or RSA), or the name of a key-encryption key of the store.

        Raises:
            KeyStoreError: ``to`` is neither.
        """

    def unwrap(self, wrapped: bytes) -> bytes:
        """A data key that was wrapped for a key-encryption key of this store.

        Raises:
            KeyStoreError: It was wrapped for somebody else, or changed.
        """

    def derive(self, label: str) -> bytes:
        """A secret key of 32 bytes for one use, the same each time; it says nothing of keys for other labels."""


class FileKeyStore:
    """Keys in a folder, made on first use; only their owner may read them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._signing = Ed25519PrivateKey.from_private_bytes(self._secret("signing"))

    @property
    def signing_key_id(self) -> str:
        """See ``KeyStore``."""
        return key_id(self.public_key_pem)

    @property
    def public_key_pem(self) -> str:
        """See ``KeyStore``."""
        return public_pem(self._signing.public_key())

    def sign(self, data: bytes) -> bytes:
        """See ``KeyStore``."""
        return self._signing.sign(data)

    def wrap(self, key: bytes, to: str) -> bytes:
        """See ``KeyStore``."""
        if to.lstrip().startswith("-----BEGIN"):
            return wrap_for(key, to)
        if not _NAME.fullmatch(to):
            raise KeyStoreError(f"{to!r} is neither a public key in PEM nor the name of a key-encryption key")
        return KEK + to.encode() + b":" + aes_key_wrap(self._secret(f"kek-{to}"), key)

    def unwrap(self, wrapped: bytes) -> bytes:
        """See ``KeyStore``."""
        name, _, sealed = wrapped.removeprefix(KEK).partition(b":")
        path = self._folder / f"kek-{name.decode(errors='replace')}.key"
        if not wrapped.startswith(KEK) or not path.exists():
            raise KeyStoreError("the data key was not wrapped for a key of this store")
        try:
            return aes_key_unwrap(self._secret(path.stem), sealed)
        except InvalidUnwrap as error:
            raise KeyStoreError("the data key is not what was wrapped") from error

    def derive(self, label: str) -> bytes:
        """See ``KeyStore``."""
        return HKDF(SHA256(), _BYTES, None, label.encode()).derive(self._secret("derivation"))

    def _secret(self, name: str) -> bytes:
        """Thirty-two secret bytes by name, made if there are none."""
        return keep_secret(self._folder / f"{name}.key", lambda: secrets.token_bytes(_BYTES))


def keep_secret(path: Path, make: Callable[[], bytes]) -> bytes:
    """What a file that only its owner may read holds; where there is none, it appears whole, once, whoever races.

    Raises:
        KeyStoreError: Others may read the file.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder = make_temp(path.parent)
        fresh = folder / path.name
        try:
            fresh.touch(mode=0o600)
            fresh.write_bytes(make())
            fsync(fresh)
            with contextlib.suppress(FileExistsError):  # another process was first, and its key holds
                os.link(fresh, path)
            fsync(path.parent)
        finally:
            fresh.unlink(missing_ok=True)
            folder.rmdir()
    if path.stat().st_mode & 0o077:
        raise KeyStoreError(f"others than its owner may read {path}: chmod 600 it, or make new keys")
    return path.read_bytes()


def wrap_for(key: bytes, recipient: str) -> bytes:
    """A data key that only the holder of a private key can unwrap.

    Args:
        key: The data key.
        recipient: The public key (PEM): X25519, or RSA of at least 2048 bits.

    Raises:
        KeyStoreError: The public key is of another kind.
    """
    public = load_recipient_key(recipient)
    if isinstance(public, X25519PublicKey):
        return X25519 + _HPKE.encrypt(key, public, info=_INFO)
    return RSA + public.encrypt(key, _OAEP)


def load_recipient_key(pem: str) -> X25519PublicKey | RSAPublicKey:
    """A public key that data keys can be wrapped for.

    Raises:
        KeyStoreError: It is of another kind, or too short.
    """
    public = _load(pem)
    if isinstance(public, X25519PublicKey) or (isinstance(public, RSAPublicKey) and public.key_size >= _LEAST_RSA_BITS):
        return public
    raise KeyStoreError(f"data keys are wrapped for X25519 or RSA keys of {_LEAST_RSA_BITS} bits, not for this one")


def unwrap_with(wrapped: bytes, private_key: str, password: bytes | None = None) -> bytes:
    """The data key that was wrapped for the public half of a private key.

    Args:
        wrapped: What ``wrap_for`` gave.
        private_key: The private key (PEM).
        password: What the private key is encrypted with, if it is.

    Raises:
        KeyStoreError: The private key cannot be read, or the data key was wrapped for another one.
    """
    try:
        private = load_pem_private_key(private_key.encode(), password)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyStoreError(f"the private key cannot be read: {error}") from error
    try:
        if isinstance(private, X25519PrivateKey) and wrapped.startswith(X25519):
            return _HPKE.decrypt(wrapped.removeprefix(X25519), private, info=_INFO)
        if isinstance(private, RSAPrivateKey) and wrapped.startswith(RSA):
            return private.decrypt(wrapped.removeprefix(RSA), _OAEP)
    except (ValueError, InvalidTag) as error:
        raise KeyStoreError("the data key was wrapped for another private key, or was changed") from error
    raise KeyStoreError("the data key was wrapped for a private key of another kind")


def verify_signature(public_key: str, data: bytes, signature: bytes) -> bool:
    """Whether an Ed25519 signature is that of the holder of a public key (PEM).

    Raises:
        KeyStoreError: The public key is not an Ed25519 key in PEM.
    """
    public = _load(public_key)
    if not isinstance(public, Ed25519PublicKey):
        raise KeyStoreError("the public key is not an Ed25519 key")
    try:
        public.verify(signature, data)
    except InvalidSignature:
        return False
    return True


def key_id(public_key: str) -> str:
    """Name of a public key: the first 128 bits (hex) of the SHA-256 of its SubjectPublicKeyInfo.

    Raises:
        KeyStoreError: It is not a public key in PEM.
    """
    public = _load(public_key)
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()[:32]


def _load(public_key: str) -> PublicKeyTypes:
    try:
        return load_pem_public_key(public_key.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyStoreError("not a public key in PEM") from error


def public_pem(public: Ed25519PublicKey | X25519PublicKey | RSAPublicKey) -> str:
    """A public key as SubjectPublicKeyInfo PEM."""
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def private_pem(private: Ed25519PrivateKey | X25519PrivateKey | RSAPrivateKey) -> str:
    """A private key as PKCS 8 PEM, not encrypted."""
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
