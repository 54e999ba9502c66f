"""Lines that the documents of a host have in common: what its templates and its editors add to every page.

Versions and copies of one page have all of their lines in common and say nothing of a template. So only those documents
count as witnesses of a line whose text is their own: half of eight values of their MinHash signature, each of which is
the hash of one shingle of the text, must not be values of many other documents of the host. Of texts that share four
fifths of their shingles one in eighteen gets through, and a fifth of all documents must witness a line.

What is never taken out, however common: headings of statutes, plain sentences in the style of news and books (한다,
이다), code, tables, and lines without Hangul.
"""

from collections.abc import Collection
from typing import Literal

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

VALUES = tuple(f"value_{number}" for number in range(8))
"""Columns with values of a document's signature."""

_VALUE_BYTES = 4
_MOST_SHARED = len(VALUES) // 2
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
    documents: int = Field(default=8, ge=2, description="Documents that share the line, at least.")
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
    edge_chars: int = Field(default=200, ge=0, description="Length of those other lines together.")


DEFAULTS = BoilerplateSettings()


def lines_of(
    texts: pl.Series, groups: pl.Series, settings: BoilerplateSettings = DEFAULTS, *, judged: bool = False
) -> pl.DataFrame:
    """Lines that could be boilerplate.

    Columns ``row`` of the text, ``line`` in it, ``later`` (in the second half of its bytes), ``long`` (enough to go
    anywhere) and ``key`` of the line in its group; keys are equal within one process only.

    Args:
        texts: Strings.
        groups: Number of the group of documents (UInt64, spread over all values) of each.
        settings: What may go.
        judged: The keys of lines that go are known: what kind of line it is, is not asked again.
    """
    lines = pl.DataFrame({"text": texts.str.split("\n"), "group": groups}).with_row_index("row")
    form = pl.col("text").str.replace_all(r"\s+", "").str.to_lowercase()
    return (
        lines.with_columns(pl.int_ranges(0, pl.col("text").list.len()).alias("line"))
        .explode("text", "line", empty_as_null=False)
        .with_columns(pl.col("text").str.len_bytes().cum_sum().over("row").alias("end"))
        .with_columns((pl.col("end") * 2 > pl.col("end").max().over("row")).alias("later"))
        .filter((pl.col("text").str.len_bytes() >= settings.line_chars) & pl.col("text").str.contains("[가-힣]"))
        .with_columns(form.alias("form"))
        .filter(pl.col("form").str.len_chars() >= settings.line_chars)
        .filter(pl.lit(judged) | _may_go(pl.col("form")))
        .select(
            pl.col("row").cast(pl.Int64),
            "line",
            "later",
            (pl.col("form").str.len_chars() >= settings.line_chars_anywhere).alias("long"),
            (pl.col("form").hash() ^ pl.col("group")).alias("key"),
        )
    )


def values_of(signatures: pl.Series, digests: pl.Series) -> pl.DataFrame:
    """Columns ``VALUES`` of documents: the first values of the signature (bytes); and ``digest``, a number of the text.

    Texts without a signature, which are very short, share all values.
    """
    bits = pl.col("signature").fill_null(b"\0" * _VALUE_BYTES * len(VALUES))
    values = [
        bits.bin.slice(number * _VALUE_BYTES, _VALUE_BYTES).bin.reinterpret(dtype=pl.UInt32).alias(name)
        for number, name in enumerate(VALUES)
    ]
    return pl.DataFrame({"signature": signatures, "digest": digests}).select(pl.col("digest").hash(), *values)


def witnesses(documents: pl.DataFrame, settings: BoilerplateSettings = DEFAULTS) -> pl.Series:
    """Which documents tell of a template, in order (Boolean).

    Args:
        documents: ``group`` and ``VALUES``, a row for each document, all documents of a group.
        settings: What goes.
    """
    many = pl.max_horizontal(pl.lit(settings.documents), pl.len().over("group") * (settings.share / 2))
    shared = [(pl.len().over("group", name) >= many).cast(pl.UInt8) for name in VALUES]
    return documents.select((pl.sum_horizontal(shared) <= _MOST_SHARED).alias("witness"))["witness"]


def shared_lines(votes: pl.DataFrame, totals: pl.DataFrame, settings: BoilerplateSettings = DEFAULTS) -> pl.DataFrame:
    """Keys of lines that go: ``key``, ``later``, ``near`` (the edge of that half), ``anywhere`` (in that half).

    The halves of a text are counted by themselves: a headline in the lists at the end of many pages is the title of
    one.

    Args:
        votes: ``key``, ``group``, ``later``, ``long`` and ``digest``, a row for each line of each witness.
        totals: ``group`` and ``documents``, the number of different texts in it.
        settings: What goes.
    """
    enough = votes.filter(pl.len().over("key", "later") >= settings.documents)
    counted = enough.group_by("key", "later").agg(
        pl.col("digest").n_unique().alias("witnesses"), pl.col("group", "long").first()
    )
    share = pl.col("witnesses") / pl.col("documents")
    return (
        counted.filter(pl.col("witnesses") >= settings.documents)
        .join(totals, on="group")
        .select(
            "key",
            "later",
            (share >= settings.share).alias("near"),
            (pl.col("long") & (share.sum().over("key") >= settings.share_anywhere)).alias("anywhere"),
        )
        .filter(pl.col("near") | pl.col("anywhere"))
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
    gone = {number for number in filled if number in anywhere}
    for order, near in ((filled, first), (filled[::-1], last)):
        passed = chars = 0
        for number in order:
            if number in near:
                gone.add(number)
            elif number not in gone:
                passed += 1
                chars += len("".join(lines[number].split()))
                if passed > settings.edge_lines or chars > settings.edge_chars:
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
