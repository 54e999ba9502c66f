"""A key store behind a key management service that speaks the AWS KMS protocol.

The service holds one symmetric key and never gives it away. What a release signs and chooses with, an Ed25519 key and
a secret for derivations, is sealed by that key (``Encrypt`` with an encryption context) and rests sealed in a folder;
each process opens it once, so that whoever loses the right to ``Decrypt`` cannot sign any more. Data keys are wrapped
for recipients in this process, since that needs their public keys alone, and for other keys of the service there.
"""

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import botocore.session
from botocore.exceptions import BotoCoreError, ClientError
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from warehouse.keys import KeyStoreError, keep_secret, key_id, public_pem, wrap_for

KMS = b"aws-kms:"
_BYTES = 32
_WRAP: Mapping[str, str] = {"malmoi": "release-key"}


class KmsClient(Protocol):
    """What is used of a client of the service (botocore's ``kms``)."""

    def encrypt(self, **request: Any) -> Mapping[str, Any]:
        """``Encrypt``."""

    def decrypt(self, **request: Any) -> Mapping[str, Any]:
        """``Decrypt``."""


class KmsKeyStore:
    """See ``warehouse.keys.KeyStore``.

    Args:
        kms_key: Id, ARN or alias of the key of the service.
        folder: Where sealed secrets rest.
        client: A client; by default botocore's, which reads region, endpoint and credentials where every AWS tool does
            (``AWS_REGION``, ``AWS_ENDPOINT_URL_KMS``, …).

    Raises:
        KeyStoreError: The service does not open what is sealed.
    """

    def __init__(self, kms_key: str, folder: Path, client: KmsClient | None = None) -> None:
        self._kms_key = kms_key
        self._folder = folder
        self._client: KmsClient = client or botocore.session.get_session().create_client("kms")
        self._signing = Ed25519PrivateKey.from_private_bytes(self._secret("signing"))
        self._derivation = self._secret("derivation")

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
        """See ``KeyStore``; names that are no public key are keys of the service, ``release`` the store's own."""
        if to.lstrip().startswith("-----BEGIN"):
            return wrap_for(key, to)
        kms_key = self._kms_key if to == "release" else to
        return KMS + self._seal(kms_key, key, _WRAP)

    def unwrap(self, wrapped: bytes) -> bytes:
        """See ``KeyStore``."""
        if not wrapped.startswith(KMS):
            raise KeyStoreError("the data key was not wrapped by a key management service")
        return self._open(wrapped.removeprefix(KMS), _WRAP)

    def derive(self, label: str) -> bytes:
        """See ``KeyStore``."""
        return HKDF(SHA256(), _BYTES, None, label.encode()).derive(self._derivation)

    def _secret(self, name: str) -> bytes:
        context = {"malmoi": name}
        sealed = keep_secret(
            self._folder / f"{name}.sealed", lambda: self._seal(self._kms_key, secrets.token_bytes(_BYTES), context)
        )
        return self._open(sealed, context)

    def _seal(self, kms_key: str, secret: bytes, context: Mapping[str, str]) -> bytes:
        answer = _asked(lambda: self._client.encrypt(KeyId=kms_key, Plaintext=secret, EncryptionContext=dict(context)))
        return bytes(answer["CiphertextBlob"])

    def _open(self, sealed: bytes, context: Mapping[str, str]) -> bytes:
        answer = _asked(lambda: self._client.decrypt(CiphertextBlob=sealed, EncryptionContext=dict(context)))
        return bytes(answer["Plaintext"])


def _asked(call: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
    try:
        return call()
    except (BotoCoreError, ClientError) as error:
        raise KeyStoreError(f"the key management service refuses: {error}") from error
