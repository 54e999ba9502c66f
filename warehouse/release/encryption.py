"""Parquet Modular Encryption of a release: one random key, wrapped for whoever may open it.

The release key never rests anywhere but wrapped (``keys.json``). From it come three master keys (HKDF, RFC 5869): of
the footers, of the columns that hold text, and of the others. Below them Parquet draws a data key for every column of
every file. Footers are encrypted, so neither names nor bounds of columns can be read, and AES-GCM finds every change.
"""

import base64
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from warehouse.canonical import canonical
from warehouse.keys import KeyStore, KeyStoreError, key_id, unwrap_with
from warehouse.release.rows import TEXT_COLUMNS

KEYS_FILE = "keys.json"
OWN_KEK = "release"
"""Name of the releaser's own key-encryption key, which every release key is wrapped for too."""
_BYTES = 32
_FOOTER, _TEXT, _FACTS = "footer", "text", "facts"


class ReleaseKey:
    """The key of one release, in memory."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        masters = {
            name: HKDF(SHA256(), _BYTES, None, name.encode()).derive(secret) for name in (_FOOTER, _TEXT, _FACTS)
        }
        self._factory = pe.CryptoFactory(lambda _: _Masters(masters))
        self._connection = pe.KmsConnectionConfig()

    @classmethod
    def fresh(cls) -> "ReleaseKey":
        """A random key."""
        return cls(secrets.token_bytes(_BYTES))

    def wrapped(self, keys: KeyStore, to: Sequence[str]) -> bytes:
        """The file ``keys.json``: the key, wrapped for each of some public keys (PEM) or key-encryption keys."""
        entries = []
        for one in to:
            name = {"public_key_id": key_id(one)} if one.lstrip().startswith("-----BEGIN") else {"kek": one}
            entries.append({**name, "wrapped": base64.b64encode(keys.wrap(self._secret, one)).decode()})
        return canonical({"algorithm": "AES_GCM_V1", "data_key_bits": _BYTES * 8, "keys": entries})

    def encrypt(self, schema: pa.Schema) -> Any:
        """``encryption_properties`` of a file with these columns."""
        leaves = _leaves(schema)
        text = [leaf for leaf in leaves if leaf.split(".")[0] in TEXT_COLUMNS]
        facts = [leaf for leaf in leaves if leaf not in text]
        config = pe.EncryptionConfiguration(
            footer_key=_FOOTER,
            column_keys={name: columns for name, columns in ((_TEXT, text), (_FACTS, facts)) if columns},
            encryption_algorithm="AES_GCM_V1",
            plaintext_footer=False,
            double_wrapping=True,
            internal_key_material=True,
            cache_lifetime=timedelta(minutes=5),
            data_key_length_bits=_BYTES * 8,
        )
        return self._factory.file_encryption_properties(self._connection, config)

    def decrypt(self) -> Any:
        """``decryption_properties`` of a file of the release."""
        return self._factory.file_decryption_properties(self._connection, pe.DecryptionConfiguration())

    def dataset_format(self) -> Any:
        """The format with which ``pyarrow.dataset`` reads files of the release."""
        import pyarrow.dataset as ds  # noqa: PLC0415  loaded by readers alone

        reading: Any = pe.DecryptionConfiguration()
        config = ds.ParquetDecryptionConfig(self._factory, self._connection, reading)
        return ds.ParquetFileFormat(
            default_fragment_scan_options=ds.ParquetFragmentScanOptions(decryption_config=config)
        )


def unwrap_release_key(
    folder: Path, *, private_key: str | None = None, password: bytes | None = None, keys: KeyStore | None = None
) -> ReleaseKey:
    """The key of a release, by the recipient's private key or by the key store that wrapped it.

    Args:
        folder: The release.
        private_key: The recipient's private key (PEM).
        password: What it is encrypted with, if it is.
        keys: A key store, where there is no private key.

    Raises:
        KeyStoreError: None of the wrapped keys can be unwrapped.
    """
    try:
        entries = json.loads((folder / KEYS_FILE).read_bytes())["keys"]
        found = [(entry, base64.b64decode(entry["wrapped"])) for entry in entries]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise KeyStoreError(f"{folder / KEYS_FILE} holds no wrapped keys") from error
    complaints = []
    for entry, wrapped in found:
        try:
            if private_key is not None and "public_key_id" in entry:
                return ReleaseKey(unwrap_with(wrapped, private_key, password))
            if private_key is None and keys is not None and "kek" in entry:
                return ReleaseKey(keys.unwrap(wrapped))
        except KeyStoreError as error:
            complaints.append(str(error))
    raise KeyStoreError("; ".join(complaints) or "the release key is wrapped for nobody of this kind")


class _Masters(pe.KmsClient):
    """Wraps the keys of files with the master keys of the release (AES key wrap, RFC 3394)."""

    def __init__(self, masters: Mapping[str, bytes]) -> None:
        super().__init__()
        self._masters = masters

    def wrap_key(self, key_bytes: bytes, master_key_identifier: str) -> str:
        return base64.b64encode(aes_key_wrap(self._masters[master_key_identifier], key_bytes)).decode()

    def unwrap_key(self, wrapped_key: str | bytes, master_key_identifier: str) -> Any:
        try:
            return aes_key_unwrap(self._masters[master_key_identifier], base64.b64decode(wrapped_key))
        except InvalidUnwrap as error:
            raise KeyStoreError("the file was encrypted with another key") from error


def _leaves(schema: pa.Schema) -> list[str]:
    """Paths of the Parquet columns that an Arrow schema becomes."""
    sink = pa.BufferOutputStream()
    pq.write_table(schema.empty_table(), sink)
    with pq.ParquetFile(pa.BufferReader(sink.getvalue())) as file:
        return [file.schema.column(number).path for number in range(len(file.schema))]
