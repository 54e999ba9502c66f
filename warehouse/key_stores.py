"""Key stores by name, as commands and settings give them."""

from pathlib import Path

from warehouse.keys import KEYS_FOLDER, FileKeyStore, KeyStore, KeyStoreError

_KMS = "aws-kms:"
_FILE = "file:"


def open_keys(warehouse_uri: str, name: str | None = None) -> KeyStore:
    """The key store of a warehouse.

    Args:
        warehouse_uri: Folder of the warehouse.
        name: ``file:FOLDER``, or ``aws-kms:KEY`` with the id, ARN or alias of a key of a service that speaks the AWS
            KMS protocol; by default files in ``<warehouse>/keys``.

    Raises:
        KeyStoreError: The name says neither.
    """
    home = Path(warehouse_uri.removeprefix("file://"))
    if name is None:
        return FileKeyStore(home / KEYS_FOLDER)
    if name.startswith(_FILE):
        return FileKeyStore(Path(name.removeprefix(_FILE)))
    if name.startswith(_KMS):
        from warehouse.kms import KmsKeyStore  # noqa: PLC0415  botocore is slow to load

        return KmsKeyStore(name.removeprefix(_KMS), home / "keys-kms")
    raise KeyStoreError(f"{name!r} names no key store: file:FOLDER or aws-kms:KEY")
