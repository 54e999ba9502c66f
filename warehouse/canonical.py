"""One spelling for one value: the JSON Canonicalization Scheme (RFC 8785), so that digests and signatures hold."""

import hashlib
from typing import Any

import rfc8785


def canonical(value: Any) -> bytes:
    """A JSON value as its canonical bytes.

    Args:
        value: Dicts with string keys, lists, tuples, strings, integers below 2**53, finite floats, booleans and None.

    Raises:
        ValueError: The value has no canonical form.
    """
    try:
        return rfc8785.dumps(value)
    except rfc8785.CanonicalizationError as error:
        raise ValueError(f"no canonical JSON: {error}") from error


def digest(value: Any) -> str:
    """SHA-256 (hex) of the canonical bytes of a JSON value.

    Raises:
        ValueError: The value has no canonical form.
    """
    return hashlib.sha256(canonical(value)).hexdigest()
