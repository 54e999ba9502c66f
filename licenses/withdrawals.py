"""Who asked that what leave, and whether a document is among it (section 8, rule 2; section 9, row 1).

What a withdrawal covers, by its kind:

| kind | target | covers |
|---|---|---|
| ``url`` | a URL | captures of that URL, compared in canonical form; ``http`` and ``https`` are one |
| ``host`` | a host | the host and every host below it, whatever port, now and in captures to come |
| ``doc`` | a doc_id | that capture alone |
| ``owner`` | ``NAME`` or ``NAME@HOST`` | see below |

An owner covers the scope of every contract that names it as the owner, in force or not. ``NAME@HOST`` covers besides
what lies on the host, or below it, and names NAME as its author. A bare ``NAME`` does not reach authors, since many
people have one name, but pages whose own rights notice names it (``ⓒ NAME``, ``저작권자 NAME``). Names are compared
in NFC, without case, spaces, and the words for a company's form or an author's office.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from typing import Any, Self

import polars as pl
import pyarrow as pa
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from licenses.scopes import hosts_above, lies_under, without_tls
from licenses.urls import canonical_url, host_of
from licenses.withdrawal_match import HOLDER, names_first, plain_host, plain_name

_DOC_ID = re.compile(r"[0-9a-f]{32}")
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*|[0-9a-f:.]*:[0-9a-f:.]*")


class WithdrawalKind(StrEnum):
    """What a withdrawal names."""

    URL = "url"
    HOST = "host"
    DOC = "doc"
    OWNER = "owner"


class Withdrawal(BaseModel):
    """A demand that documents leave.

    Raises:
        ValueError: The target is not of its kind. It is brought into canonical form first.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    withdrawal_id: str = Field(default="", description="w- and 16 hex digits over kind and target.")
    kind: WithdrawalKind = Field(description="What the target is.")
    target: str = Field(min_length=1, max_length=4096, description="URL, host, doc_id, or owner as NAME or NAME@HOST.")
    reason: str = Field(min_length=1, max_length=2000, description="Why, in the words of who asked.")
    requested_by: str | None = Field(default=None, max_length=500, description="Who asked.")
    requested_at: AwareDatetime | None = Field(default=None, description="When it was asked for.")

    @model_validator(mode="before")
    @classmethod
    def _in_canonical_form(cls, values: Any) -> Any:
        if not isinstance(values, dict) or not isinstance(values.get("target"), str):
            return values
        kind = WithdrawalKind(values.get("kind", ""))
        target = _canonical_target(kind, values["target"])
        derived = "w-" + hashlib.sha256(f"{kind}\n{target}".encode()).hexdigest()[:16]
        given = values.get("withdrawal_id") or derived
        if given != derived:
            raise ValueError(f"withdrawal {given} is not the one of {kind} {target}")
        return {**values, "kind": kind, "target": target, "withdrawal_id": derived}

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """From a row of the table ``withdrawals``."""
        return cls(**{name: row[name] for name in cls.model_fields if row.get(name) is not None})


class WithdrawalList:
    """All withdrawals together; answers for one document or for a table of them.

    Args:
        withdrawals: Those in force, in any order.
        scopes: For each owner of a contract the hosts and URL prefixes that its contracts cover.
    """

    def __init__(self, withdrawals: Iterable[Withdrawal], scopes: Mapping[str, Sequence[str]] | None = None) -> None:
        self.withdrawals = tuple(sorted(withdrawals, key=lambda one: one.withdrawal_id))
        self.scopes = scopes or {}
        self._docs: dict[str, Withdrawal] = {}
        self._urls: dict[str, Withdrawal] = {}
        self._url_hosts: set[str] = set()
        self._hosts: dict[str, Withdrawal] = {}
        self._prefixes: list[tuple[str, Withdrawal]] = []
        self._authors: list[tuple[str, str, Withdrawal]] = []
        self._names: dict[str, Withdrawal] = {}
        for one in self.withdrawals:
            self._take(one, self.scopes)

    def __len__(self) -> int:
        return len(self.withdrawals)

    @cached_property
    def version(self) -> str:
        """SHA-256 (hex) of the sorted list: what a release names as the list that it applied."""
        said = [[one.withdrawal_id, one.kind.value, one.target] for one in self.withdrawals]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()

    def only(self, *withdrawal_ids: str) -> "WithdrawalList":
        """The list with these withdrawals alone."""
        chosen = [one for one in self.withdrawals if one.withdrawal_id in withdrawal_ids]
        return WithdrawalList(chosen, self.scopes)

    @property
    def names_owners(self) -> bool:
        """Whether ``named_by`` can find anything."""
        return bool(self._names)

    def covers(
        self,
        *,
        url: str | None = None,
        host: str | None = None,
        doc_id: str | None = None,
        owner: str | None = None,
    ) -> Withdrawal | None:
        """The withdrawal that covers a document; None where none does.

        Args:
            url: As captured or canonical.
            host: Of the URL; taken from ``url`` where it is not given.
            doc_id: Of the capture.
            owner: The author that the page names.
        """
        if doc_id is not None and (found := self._docs.get(doc_id)):
            return found
        canonical = canonical_url(url) if url else ""
        host = plain_host(host) if host else host_of(canonical)
        if host and (found := self._of_host(host)):
            return found
        if canonical and (found := self._urls.get(without_tls(canonical)) or self._of_prefix(without_tls(canonical))):
            return found
        return self._of_author(plain_name(owner), host) if owner and host else None

    def covered(self, table: pa.Table | pa.RecordBatch) -> "pa.Array[Any]":
        """Whether each document is withdrawn, a boolean without nulls.

        Args:
            table: Columns ``doc_id``, ``url``, ``host`` and ``author``; those that are missing cover nothing.
        """
        ids = self.withdrawal_ids(table)
        return ids.is_valid()

    def withdrawal_ids(self, table: pa.Table | pa.RecordBatch) -> "pa.Array[Any]":
        """The withdrawal that covers each document; null where none does. Columns as for ``covered``."""
        names = [name for name in _COLUMNS if name in table.schema.names]
        if not self.withdrawals or not table.num_rows or not names:
            return pa.nulls(table.num_rows, pa.string())
        frame = pl.DataFrame(pl.from_arrow(table.select(names))).with_row_index()
        if "url" in names and ("host" not in names or frame.get_column("host").null_count()):
            frame = frame.with_columns(_hosts(frame))
        suspects = frame.filter(self._suspects(frame))
        found: list[str | None] = [None] * table.num_rows
        columns = [suspects.get_column(n).to_list() if n in suspects.columns else None for n in _COLUMNS]
        for position, number in enumerate(suspects.get_column("index").to_list()):
            url, host, doc_id, author = (column[position] if column else None for column in columns)
            one = self.covers(url=url, host=host, doc_id=doc_id, owner=author)
            found[number] = one.withdrawal_id if one else None
        return pa.array(found, pa.string())

    def named_by(self, notices: Iterable[str]) -> Withdrawal | None:
        """The withdrawal of an owner that one of a page's own rights notices names as the holder."""
        if not self._names:
            return None
        for notice in notices:
            for holder in HOLDER.finditer(notice):
                for name, one in self._names.items():
                    if names_first(name, holder["named"]):
                        return one
        return None

    def _suspects(self, frame: pl.DataFrame) -> pl.Expr:
        """Rows that may be covered: by their doc_id, or by a host that any withdrawal speaks of."""
        answer = pl.lit(False)
        if "doc_id" in frame.columns and self._docs:
            answer |= pl.col("doc_id").is_in(sorted(self._docs))
        if "host" in frame.columns:
            spoken = {host for host in frame.get_column("host").unique().to_list() if host and self._speaks_of(host)}
            answer |= pl.col("host").is_in(sorted(spoken))
        return answer

    def _speaks_of(self, host: str) -> bool:
        plain = plain_host(host)
        above = set(hosts_above(plain))
        return bool(self._of_host(plain) or above & self._url_hosts)

    def _of_host(self, host: str) -> Withdrawal | None:
        if not self._hosts:
            return None
        return next((self._hosts[above] for above in hosts_above(host) if above in self._hosts), None)

    def _of_prefix(self, bare: str) -> Withdrawal | None:
        return next((one for prefix, one in self._prefixes if lies_under(bare, prefix)), None)

    def _of_author(self, author: str, host: str) -> Withdrawal | None:
        above = set(hosts_above(host))
        return next((one for name, place, one in self._authors if name == author and place in above), None)

    def _take(self, one: Withdrawal, scopes: Mapping[str, Sequence[str]]) -> None:
        match one.kind:
            case WithdrawalKind.DOC:
                self._docs[one.target] = one
            case WithdrawalKind.HOST:
                self._hosts[one.target] = one
            case WithdrawalKind.URL:
                self._urls[without_tls(one.target)] = one
                self._url_hosts.add(host_of(one.target))
            case WithdrawalKind.OWNER:
                self._take_owner(one, scopes)

    def _take_owner(self, one: Withdrawal, scopes: Mapping[str, Sequence[str]]) -> None:
        name, _, host = one.target.partition("@")
        if host:
            self._authors.append((plain_name(name), host, one))
            self._url_hosts.add(host)
        else:
            self._names[plain_name(name)] = one
        for owner, places in scopes.items():
            if plain_name(owner) != plain_name(name):
                continue
            for place in places:
                if "://" in place:
                    self._prefixes.append((without_tls(canonical_url(place)), one))
                    self._url_hosts.add(host_of(canonical_url(place)))
                else:
                    self._hosts.setdefault(plain_host(place), one)


_COLUMNS = ("url", "host", "doc_id", "author")


def _canonical_target(kind: WithdrawalKind, target: str) -> str:
    target = unicodedata.normalize("NFC", target.strip())
    if kind is WithdrawalKind.DOC:
        if not _DOC_ID.fullmatch(target.lower()):
            raise ValueError(f"not a doc_id (32 hex digits): {target!r}")
        return target.lower()
    if kind is WithdrawalKind.HOST:
        return _host_target(target)
    if kind is WithdrawalKind.URL:
        canonical = canonical_url(target)
        if not re.match(r"[a-z][a-z0-9+.-]*://", canonical) or not host_of(canonical):
            raise ValueError(f"not a URL with a host: {target!r}")
        return canonical
    name, at, host = target.rpartition("@")
    if not at:
        name, host = target, ""
    if not plain_name(name):
        raise ValueError(f"not an owner's name: {target!r}")
    return f"{name.strip()}@{_host_target(host)}" if at else name.strip()


def _host_target(target: str) -> str:
    """A host as people write it (``https://누리.kr/``, ``*.누리.kr``, ``누리.kr:8080``) in canonical form."""
    url = target if "://" in target else f"https://{target}"
    rest = url.partition("://")[2].partition("/")[2]
    if rest.strip("/*"):
        raise ValueError(f"a host has no path: {target!r}; withdraw a URL instead")
    host = plain_host(url.partition("://")[2].partition("/")[0])
    if not _HOST.fullmatch(host):
        raise ValueError(f"not a host: {target!r}")
    return host


def _hosts(frame: pl.DataFrame) -> pl.Series:
    """Hosts, where there is none that of the URL."""
    given = frame.get_column("host").to_list() if "host" in frame.columns else [None] * frame.height
    urls = frame.get_column("url").to_list()
    hosts = [host or (host_of(canonical_url(url)) if url else None) for host, url in zip(given, urls, strict=True)]
    return pl.Series("host", hosts, pl.String)
