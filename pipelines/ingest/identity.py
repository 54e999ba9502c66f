"""What a capture is called: canonical URL, document id, host and site."""

import hashlib
from functools import lru_cache

import tldextract

from licenses.urls import canonical_url, host_of

__all__ = ["bad_record_id", "canonical_url", "document_id", "host_of", "site_of"]

_CACHED_HOSTS = 65_536

_SUFFIXES = tldextract.TLDExtract(cache_dir=None, suffix_list_urls=())


@lru_cache(maxsize=_CACHED_HOSTS)
def site_of(host: str) -> str:
    """Registrable domain of a host; the host itself where there is none (addresses, single labels, bare suffixes).

    By the ICANN part of the Public Suffix List, as snapshotted in tldextract: blogs on a shared host are one site.
    """
    return _SUFFIXES.extract_str(host).top_domain_under_public_suffix or host


def document_id(canonical: str, payload: str) -> str:
    """32 hex digits: the first 128 bits of the SHA-256 of canonical URL, newline, payload digest."""
    return hashlib.sha256(f"{canonical}\n{payload}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


def bad_record_id(source: str, offset: int, inner: int = 0) -> str:
    """32 hex digits for a record that could not be read: it has a place, if nothing else."""
    return hashlib.sha256(f"{source}\n{offset}\n{inner}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
