"""Lines that the documents of a host have in common: what its templates and its editors add to every page.

A line counts by the documents that differ: copies and versions of one page share all of their lines and say nothing
of a template. For each of four values of a MinHash signature the distinct values among the documents with a line are
counted; two documents of Jaccard index J add 2 - J to the mean. What is never taken out, however common: headings of
statutes, plain sentences in the style of news and books (한다, 이다), code, tables, and lines without Hangul.
"""

from collections.abc import Collection, Sequence
from typing import Literal

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

WITNESSES = ("witness_0", "witness_1", "witness_2", "witness_3")
"""Columns with values of a document's signature, by which documents are told apart."""

_WITNESS_BYTES = 4
_PLAIN_SENTENCE = "[^니]다[.?!…]*[\"'”’)\\]]*$"
_CODE = r"[{};=]$|^(?://|[#*<>|])|\|"
_STATUTE = "^제[0-9]+(?:편|장|절|관|조|항|호)"
_LEAST_HANGUL = 0.4  # of the letters and digits


class BoilerplateSettings(BaseModel):
    """Which lines of a host's pages are taken out. Lengths are in characters that are no whitespace."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = Field(default=True, description="Take out lines that many documents of a host share.")
    window: Literal["day", "run"] = Field(
        default="day",
        description="Documents compared with each other: of one host and day of capture (so that daily runs and one "
        "large run agree), or all of one host.",
    )
    documents: int = Field(default=5, ge=2, description="Documents that differ and share the line, at least.")
    share: float = Field(
        default=0.2, gt=0, le=1, description="Their share of the host's documents from which a line goes near an edge."
    )
    share_anywhere: float = Field(
        default=0.5, gt=0, le=1, description="Their share of the host's documents from which a line goes anywhere."
    )
    line_chars: int = Field(default=10, ge=1, description="Length from which a line may go near an edge.")
    line_chars_anywhere: int = Field(default=15, ge=1, description="Length from which a line may go anywhere.")
    edge_lines: int = Field(
        default=4, ge=0, description="Other lines that may lie between a line and the beginning or end of its text."
    )


DEFAULTS = BoilerplateSettings()


def lines_of(texts: pl.Series, groups: pl.Series, settings: BoilerplateSettings = DEFAULTS) -> pl.DataFrame:
    """Lines that could be boilerplate.

    Columns ``row`` of the text, ``line`` in it, ``later`` (in the second half of the text), ``long`` (enough to go
    anywhere) and ``key`` of the line in its group; keys are equal within one process only.

    Args:
        texts: Strings.
        groups: Number of the group of documents (UInt64, spread over all values) of each.
        settings: What may go.
    """
    lines = pl.DataFrame({"text": texts.str.split("\n"), "group": groups}).with_row_index("row")
    form = pl.col("text").str.replace_all(r"\s+", "").str.to_lowercase()
    return (
        lines.with_columns(
            pl.int_ranges(0, pl.col("text").list.len()).alias("line"), pl.col("text").list.len().alias("lines")
        )
        .explode("text", "line", empty_as_null=False)
        .filter(pl.col("text").str.len_bytes() >= settings.line_chars)
        .with_columns(form.alias("form"))
        .filter(pl.col("form").str.len_chars() >= settings.line_chars)
        .filter(_may_go(pl.col("form")))
        .select(
            pl.col("row").cast(pl.Int64),
            "line",
            (pl.col("line") * 2 >= pl.col("lines")).alias("later"),
            (pl.col("form").str.len_chars() >= settings.line_chars_anywhere).alias("long"),
            (pl.col("form").hash() ^ pl.col("group")).alias("key"),
        )
    )


def witnesses(signatures: pl.Series, digests: pl.Series) -> pl.DataFrame:
    """Columns ``WITNESSES`` of documents: the first values of the signature (bytes).

    Of a text without one the digest (hex), which tells it from all others.
    """
    bits = pl.coalesce(pl.col("signature"), pl.col("digest").str.decode("hex"), pl.lit(b"\0" * 16))
    starts = range(0, _WITNESS_BYTES * len(WITNESSES), _WITNESS_BYTES)
    values = [
        bits.bin.slice(start, _WITNESS_BYTES).bin.reinterpret(dtype=pl.UInt32).alias(name)
        for start, name in zip(starts, WITNESSES, strict=True)
    ]
    return pl.DataFrame({"signature": signatures, "digest": digests}).select(values)


def differing(votes: pl.DataFrame, by: Sequence[str], least: int = 1) -> pl.DataFrame:
    """How many documents that differ there are for all values of some columns: those, and ``documents`` (Float64).

    Args:
        votes: The columns and ``WITNESSES``, a row for each document.
        by: Names of the columns.
        least: Values with fewer documents are left out.
    """
    many = votes.filter(pl.len().over(by) >= least)
    distinct = many.group_by(by).agg(pl.col(name).n_unique() for name in WITNESSES)
    return distinct.select(*by, pl.mean_horizontal(*WITNESSES).alias("documents"))


def shared_lines(votes: pl.DataFrame, totals: pl.DataFrame, settings: BoilerplateSettings = DEFAULTS) -> pl.DataFrame:
    """Keys of lines that go: ``key``, and whether ``first``, ``last`` (near that edge) or ``anywhere``.

    The halves of a text are counted by themselves: headlines in a list at the end of many pages are the title of one.

    Args:
        votes: ``key``, ``group``, ``later``, ``long`` and ``WITNESSES``, a row for each line of each document.
        totals: ``group`` and ``documents``, as `differing` counts all documents of the group.
        settings: What goes.
    """
    sides = differing(votes, ["key", "later"], settings.documents).filter(pl.col("documents") >= settings.documents)
    share = pl.col("documents") / pl.col("documents_right")
    return (
        sides.join(votes.select("key", "group", "long").unique("key"), on="key")
        .join(totals, on="group")
        .with_columns(share.alias("share"))
        .group_by("key")
        .agg(
            (~pl.col("later") & (pl.col("share") >= settings.share)).any().alias("first"),
            (pl.col("later") & (pl.col("share") >= settings.share)).any().alias("last"),
            (pl.col("long").all() & (pl.col("share").sum() >= settings.share_anywhere)).alias("anywhere"),
        )
        .filter(pl.col("first") | pl.col("last") | pl.col("anywhere"))
    )


def without_lines(
    text: str,
    first: Collection[int],
    last: Collection[int],
    anywhere: Collection[int],
    settings: BoilerplateSettings = DEFAULTS,
) -> tuple[str, int]:
    """A text without shared lines, and how many went.

    Args:
        text: The text.
        first: Numbers of lines that go near its beginning.
        last: Numbers of lines that go near its end.
        anywhere: Numbers of lines that go wherever they are.
        settings: How far from an edge is near.
    """
    lines = text.split("\n")
    filled = [number for number, line in enumerate(lines) if line.strip()]
    gone = set(anywhere)
    for order, near in ((filled, first), (filled[::-1], last)):
        passed = 0
        for number in order:
            if number in near:
                gone.add(number)
            elif number not in gone:
                passed += 1
                if passed > settings.edge_lines:
                    break
    if not gone:
        return text, 0
    kept: list[str] = []
    closed = True  # an empty line here would be the first one, or a second one where a line went
    for number, line in enumerate(lines):
        if number in gone:
            closed = not kept or not kept[-1].strip()
        elif line.strip() or not closed:
            kept.append(line)
            closed = False
    return "\n".join(kept).rstrip(), len(gone)


def _may_go(form: pl.Expr) -> pl.Expr:
    letters = form.str.count_matches(r"\w")
    return (form.str.count_matches("[가-힣]") >= _LEAST_HANGUL * letters) & ~form.str.contains(
        f"{_PLAIN_SENTENCE}|{_CODE}|{_STATUTE}"
    )
