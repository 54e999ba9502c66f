"""What the tables hold: their columns, order on disk and the keys they are looked up by.

Names, types and documentation of the columns are declared here and nowhere else; Iceberg gives each field its id when a
table is made. Columns of rights evidence and of signatures are those of ``licenses`` and ``dedup``.
"""

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from dedup import SKETCH_SCHEMA
from licenses import EVIDENCE_SCHEMA, POLICY_CLASS_SCHEMA

NAMESPACE = "corpus"

_TIME = pa.timestamp("us", tz="UTC")
_STRINGS = pa.list_(pa.string())


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One table of the namespace ``corpus``."""

    name: str
    meaning: str
    """What a row is."""
    schema: pa.Schema
    sort_by: tuple[str, ...]
    """Order of rows within a file and of the files of a run. Together with the payload it is total."""
    blooms: tuple[str, ...] = ()
    """High-cardinality keys that get a Bloom filter in each row group."""
    bounds: tuple[str, ...] = ()
    """Columns whose least and greatest value are kept in files and manifests.

    Never those with text of a page: bounds would outlive the withdrawal of the page.
    """
    group_bytes: int | None = None
    """Uncompressed bytes of a row group where single rows are read; no more than the setting says."""
    plain: tuple[str, ...] = ()
    """Columns of fixed width whose single values are read: a row group holds each as one page, neither encoded nor
    compressed, so that it is known at which byte a value lies."""


def _column(name: str, kind: pa.DataType, doc: str, *, required: bool = False) -> "pa.Field[Any]":
    return pa.field(name, kind, nullable=not required, metadata={"doc": doc})


RUN_ID = _column("run_id", pa.string(), "Run that wrote the row.", required=True)

_ORIGIN = [
    _column("doc_id", pa.string(), "128-bit digest (hex) of canonical URL and payload digest.", required=True),
    _column("url", pa.string(), "URL as captured."),
    _column("host", pa.string(), "Host of the URL, lower case, punycode."),
    _column("site", pa.string(), "Registrable domain of the host."),
    _column("source", pa.string(), "File that the capture was read from."),
    _column("offset", pa.int64(), "Byte in the source at which the record starts."),
    _column("length", pa.int64(), "Bytes of the record in the source."),
    _column("fetched_at", _TIME, "When the page was fetched (WARC-Date)."),
]

DOCUMENTS = TableSpec(
    "documents",
    "a kept document",
    pa.schema(
        [
            *_ORIGIN,
            _column("payload_digest", pa.string(), "SHA-256 (hex) of the body as captured."),
            _column("http_status", pa.int32(), "Status of the HTTP response."),
            _column("title", pa.string(), "Title of the page."),
            _column("author", pa.string(), "Author as the page names it."),
            _column("published_at", pa.string(), "Day of publication as the page states it (ISO 8601)."),
            _column("text", pa.large_string(), "Main text.", required=True),
            _column("text_digest", pa.string(), "128-bit digest (hex) of the canonical text; null for an empty one."),
            _column("n_chars", pa.int64(), "Code points of the text."),
            _column("cleaned_lines", pa.int32(), "Lines of boilerplate taken out of the text."),
            _column("foreign_chars", pa.int32(), "Code points of foreign paragraphs taken out of the text."),
            _column("repeated_chars", pa.int32(), "Code points of passages taken out that the text has twice."),
            _column("boilerplate_lines", pa.int32(), "Lines taken out that many documents of the site share."),
            _column("encoding", pa.string(), "Encoding that the page was decoded from."),
            _column("charset_source", pa.string(), "What told the encoding: HTTP header, meta, detection."),
            _column("broken_bytes", pa.int32(), "Bytes that the encoding cannot hold."),
            _column("language", pa.string(), "Language of the visible text: ko, or ko-mixed for a Korean part."),
            _column("language_score", pa.float64(), "Share of the letters in a script of the language, 0 to 1."),
            _column("language_runner_up", pa.string(), "The next language or script of the visible text."),
            _column("language_runner_up_score", pa.float64(), "Its share, or its probability where a model told it."),
            _column("hangul_share", pa.float64(), "Share of Hangul in the letters of the visible text, 0 to 1."),
            _column("extractor", pa.string(), "What took the main text out of the page."),
            _column("quality", pa.map_(pa.string(), pa.float64()), "Quality signals by name."),
            _column("genre", pa.string(), "Kind of text: short, statute, technical, talk, news, narrative, essay."),
            _column("quality_score", pa.float64(), "Probability that the document is good, 0 to 1."),
            _column("benchmarks", _STRINGS, "Benchmarks whose items the text holds; null where none was looked for."),
            _column("pii", pa.map_(pa.string(), pa.int32()), "Personal data found, by entity."),
            _column("policy_class_id", pa.string(), "Rights of the document: a row of policy_classes."),
            _column("evidence_ids", _STRINGS, "What the rights rest on: rows of evidence."),
            _column("cluster_id", pa.string(), "Near-duplicates it stands for: doc_id of the kept one."),
            _column("cluster_size", pa.int32(), "Documents in the cluster, itself included."),
            RUN_ID,
        ]
    ),
    sort_by=("site", "doc_id", "source", "offset"),
    blooms=("doc_id", "url"),
    bounds=("site", "host", "doc_id", "source", "fetched_at", "n_chars", "language", "policy_class_id", "run_id"),
    group_bytes=1 << 20,
)

DROPS = TableSpec(
    "drops",
    "a record that was not kept; never its text",
    pa.schema(
        [
            *_ORIGIN,
            _column("outcome", pa.string(), "dropped (judged) or quarantined (could not be judged).", required=True),
            _column("stage", pa.string(), "Stage at which the record stopped.", required=True),
            _column("reason", pa.string(), "Why it stopped there.", required=True),
            _column("score", pa.float64(), "What the stage measured, where the reason has a measure."),
            _column("error", pa.string(), "What went wrong with a quarantined record."),
            _column("partner_doc_id", pa.string(), "The document that a copy copies: kept, refused or withdrawn."),
            _column("jaccard", pa.float64(), "Jaccard index of the shingles of both, 0 to 1."),
            _column("evidence_ids", _STRINGS, "Evidence that the decision rests on: rows of evidence."),
            _column("withdrawal_id", pa.string(), "Withdrawal that took the record out or kept it out."),
            RUN_ID,
        ]
    ),
    sort_by=("site", "doc_id", "source", "offset"),
    blooms=("doc_id", "url", "partner_doc_id"),
    bounds=("site", "host", "doc_id", "source", "fetched_at", "outcome", "stage", "reason", "run_id"),
)

EVIDENCE = TableSpec(
    "evidence",
    "one signal of consent or licence, with its literal",
    pa.schema(
        [
            *EVIDENCE_SCHEMA,
            _column("doc_id", pa.string(), "Document that bears the signal; null where a site file does."),
            _column("site_file_digest", pa.string(), "Site file that bears the signal: a row of site_files."),
            RUN_ID,
        ]
    ),
    sort_by=("evidence_id", "doc_id"),
    blooms=("evidence_id", "doc_id"),
    bounds=("evidence_id", "site_file_digest", "run_id"),
)

POLICY_CLASSES = TableSpec(
    "policy_classes",
    "an interned rights record; once for each run that met it",
    pa.schema([*POLICY_CLASS_SCHEMA, RUN_ID]),
    sort_by=("policy_class_id",),
    bounds=("policy_class_id", "run_id"),
)

SITE_FILES = TableSpec(
    "site_files",
    "a site file (robots.txt, tdmrep.json, ai.txt …) as served at one time",
    pa.schema(
        [
            _column("digest", pa.string(), "SHA-256 (hex) of the body.", required=True),
            _column("kind", pa.string(), "robots, tdmrep, ai_txt or trust_txt.", required=True),
            _column("url", pa.string(), "URL it was fetched from.", required=True),
            _column("origin", pa.string(), "Scheme, host and port that it speaks for.", required=True),
            _column("fetched_at", _TIME, "When it was fetched."),
            _column("http_status", pa.int32(), "Status of the HTTP response."),
            _column("location", pa.string(), "Where a redirect points."),
            _column("body", pa.large_binary(), "The bytes as served.", required=True),
            RUN_ID,
        ]
    ),
    sort_by=("digest", "url", "fetched_at"),
    blooms=("origin",),
    bounds=("digest", "fetched_at", "run_id"),
)

_SKETCH_DOCS = {
    "text_digest": "128-bit digest (hex) of the canonical text; null for an empty one.",
    "signature": "One little-endian uint32 for each permutation; null for a text too short to compare.",
    "n_shingles": "Distinct shingles.",
}

SIGNATURES = TableSpec(
    "signatures",
    "the MinHash signature of a document that was ever kept, or refused",
    pa.schema(
        [
            _column("doc_id", pa.string(), "Document.", required=True),
            *(field.with_metadata({"doc": _SKETCH_DOCS[field.name]}) for field in SKETCH_SCHEMA),
            _column("scheme", pa.string(), "Digest of the settings: only equal schemes compare.", required=True),
            _column("bands", pa.int32(), "Bands that its run cut the signature into, to look for copies."),
            _column("band_rows", pa.int32(), "Values of the signature in a band."),
            _column("site", pa.string(), "Registrable domain of the document."),
            _column("url_key", pa.int64(), "One number for all variants of the URL (the bits of an unsigned one)."),
            _column("refuses", pa.int32(), "What the page refuses, as bits: 1 and 2 training, 4 being crawled."),
            _column("kept", pa.bool_(), "Whether it was kept when it came; a refused page has only this row."),
            _column("rights_rank", pa.int32(), "Place of its rights in the choice between copies; less is better."),
            _column("quality_score", pa.float64(), "As in documents."),
            _column("n_chars", pa.int64(), "As in documents."),
            _column("fetched_at", _TIME, "As in documents."),
            RUN_ID,
        ]
    ),
    sort_by=("doc_id", "scheme"),
    blooms=("doc_id",),
    bounds=("doc_id", "scheme", "run_id"),
    group_bytes=128 << 10,
)

FINGERPRINTS = TableSpec(
    "fingerprints",
    "a key by which a document of signatures is known again",
    pa.schema(
        [
            _column(
                "key",
                pa.int64(),
                "Key of the page, its text, its URL or a band of its signature (the bits of an unsigned number).",
                required=True,
            ),
            _column("doc_id", pa.binary(16), "Document, as bytes: a row of signatures of the same run.", required=True),
            RUN_ID,
        ]
    ),
    sort_by=("key", "doc_id"),
    blooms=("key",),
    bounds=("key", "run_id"),
    plain=("key", "doc_id"),
)

_INPUT = pa.struct(
    [
        _column("uri", pa.string(), "Where the input lay.", required=True),
        _column("size", pa.int64(), "Bytes.", required=True),
        _column("fingerprint", pa.string(), "Digest that tells a changed input."),
    ]
)

RUNS = TableSpec(
    "runs",
    "a finished run; rows of other tables are visible once their run is here",
    pa.schema(
        [
            _column("run_id", pa.string(), "Digest of inputs, recipe and code.", required=True),
            _column("recipe_digest", pa.string(), "SHA-256 (hex) of all that can change a row.", required=True),
            _column("recipe", pa.string(), "The recipe in full (TOML or JSON).", required=True),
            _column("code_version", pa.string(), "Version of Malmoi.", required=True),
            _column("models", pa.map_(pa.string(), pa.string()), "SHA-256 (hex) of each model by name."),
            _column("inputs", pa.list_(_INPUT), "What was read."),
            _column("started_at", _TIME, "When the run began."),
            _column("finished_at", _TIME, "When its last table was written."),
            _column("counts", pa.string(), "Records in, kept, dropped and quarantined, in all and by stage (JSON)."),
            _column("engine", pa.string(), "What ran it; changes no row."),
        ]
    ),
    sort_by=("run_id",),
    bounds=("run_id", "started_at", "finished_at"),
)

RELEASES = TableSpec(
    "releases",
    "a set of documents handed to a recipient",
    pa.schema(
        [
            _column("release_id", pa.string(), "Release.", required=True),
            _column("recipient_id", pa.string(), "Who got it: a row of recipients.", required=True),
            _column("purpose", pa.string(), "What it may be used for.", required=True),
            _column("mode", pa.string(), "copy or in_place.", required=True),
            _column("released_at", _TIME, "When it was packed."),
            _column("policy_version", pa.string(), "Version of the rules that let its documents through."),
            _column("withdrawal_version", pa.string(), "Version of the withdrawal list that was applied."),
            _column("snapshots", pa.map_(pa.string(), pa.int64()), "Iceberg snapshot read, by table."),
            _column("manifest_digest", pa.string(), "SHA-256 (hex) of manifest.json."),
            _column("documents", pa.int64(), "Documents released."),
            _column("shards", pa.int32(), "Files of documents."),
            _column("location", pa.string(), "Folder that it was packed into."),
            _column("encrypted", pa.bool_(), "Whether its files are encrypted."),
            _column("signing_key_id", pa.string(), "Key that signed its manifest."),
            _column("organisation_policy", pa.string(), "SHA-256 (hex) of the organisation's policy file."),
        ]
    ),
    sort_by=("release_id",),
)

RELEASE_DOCUMENTS = TableSpec(
    "release_documents",
    "a document in a release",
    pa.schema(
        [
            _column("release_id", pa.string(), "Release: a row of releases.", required=True),
            _column("doc_id", pa.string(), "Document.", required=True),
            _column("shard", pa.string(), "File of the release that holds it.", required=True),
            _column("position", pa.int64(), "Row of that file, from 0.", required=True),
        ]
    ),
    sort_by=("doc_id", "release_id"),
    blooms=("doc_id",),
    bounds=("release_id", "doc_id"),
)

RECIPIENTS = TableSpec(
    "recipients",
    "who may get releases",
    pa.schema(
        [
            _column("recipient_id", pa.string(), "Recipient.", required=True),
            _column("name", pa.string(), "Name of the organisation.", required=True),
            # Older warehouses have it required, and Iceberg keeps that: "" where it is not known.
            _column("jurisdiction", pa.string(), "ISO 3166-1 code of where it is established.", required=True),
            _column("domestic", pa.bool_(), "Domestic by the rules of consent section 0.2.", required=True),
            _column("registered_at", _TIME, "When it was registered."),
            _column("controlled_from", pa.string(), "ISO 3166-1 code of where it is controlled from."),
            _column("processed_in", _STRINGS, "ISO 3166-1 codes of where it stores and processes what it gets."),
            _column("public_key", pa.string(), "Key (PEM) that its data keys are wrapped for."),
            _column("contact", pa.string(), "Where notices go."),
        ]
    ),
    sort_by=("recipient_id",),
)

CONTRACTS = TableSpec(
    "contracts",
    "a signed permission of a rights holder",
    pa.schema(
        [
            _column("contract_id", pa.string(), "Contract.", required=True),
            _column("owner", pa.string(), "Rights holder.", required=True),
            _column("scope", _STRINGS, "Hosts or URL prefixes it covers."),
            _column("axes", pa.map_(pa.string(), pa.string()), "Axes it replaces, with their values."),
            _column("conditions", _STRINGS, "Conditions of use."),
            _column("recipients", _STRINGS, "Recipients it names; empty means any in its jurisdictions."),
            _column("jurisdictions", _STRINGS, "Jurisdictions of recipients (ISO 3166-1)."),
            _column("purposes", _STRINGS, "Purposes it permits."),
            _column("valid_from", _TIME, "From when it holds."),
            _column("expires_at", _TIME, "Until when it holds."),
            _column("document_digest", pa.string(), "SHA-256 (hex) of the signed document.", required=True),
            _column("owner_names", _STRINGS, "Other names under which the rights holder appears in notices."),
            _column("owner_proof", pa.string(), "How it was proven that the owner holds the rights."),
            _column("modes", _STRINGS, "Modes it permits: copy, in_place."),
            _column("registered_at", _TIME, "When it was registered."),
            _column("signature", pa.string(), "Ed25519 signature (hex) of the warehouse over the record."),
            _column("signing_key_id", pa.string(), "Key that signed."),
        ]
    ),
    sort_by=("contract_id",),
)

WITHDRAWALS = TableSpec(
    "withdrawals",
    "a demand that documents leave",
    pa.schema(
        [
            _column("withdrawal_id", pa.string(), "Withdrawal.", required=True),
            _column("kind", pa.string(), "url, host, doc or owner.", required=True),
            _column("target", pa.string(), "The URL, host, doc_id or owner.", required=True),
            _column("reason", pa.string(), "Why.", required=True),
            _column("requested_by", pa.string(), "Who asked."),
            _column("requested_at", _TIME, "When it was asked for."),
            _column("applied_at", _TIME, "When it had last been carried out; null while it has not."),
            _column("erased_at", _TIME, "When the last file that held it was gone; null where it was not erased."),
            _column("documents", pa.int64(), "Documents that it removed."),
        ]
    ),
    sort_by=("withdrawal_id",),
)

TABLES = {
    spec.name: spec
    for spec in (
        DOCUMENTS,
        DROPS,
        EVIDENCE,
        POLICY_CLASSES,
        SITE_FILES,
        SIGNATURES,
        FINGERPRINTS,
        RUNS,
        RELEASES,
        RELEASE_DOCUMENTS,
        RECIPIENTS,
        CONTRACTS,
        WITHDRAWALS,
    )
}
"""Every table by name."""
