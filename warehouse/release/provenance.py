"""``provenance.json``: a release in the fields of the Data Provenance Standards 1.0 (Data & Trust Alliance, 2024)."""

from collections.abc import Sequence
from typing import Any

from licenses.conditions import Mode, Request

FILE = "provenance.json"
_EVERYWHERE = "*"


def provenance(
    *,
    release_id: str,
    request: Request,
    issuer: str,
    released_at: str,
    licences: Sequence[str],
    dates: Sequence[str | None],
    restricted: bool,
    encrypted: bool,
    documents: int,
) -> dict[str, Any]:
    """All fields of the standards for one release.

    Args:
        release_id: The release.
        request: Who gets it, what for, how.
        issuer: Who releases it.
        released_at: When, ISO 8601.
        licences: Licences of its documents, sorted.
        dates: First and last day on which its documents were fetched.
        restricted: Whether a document is in it that not everybody may have.
        encrypted: Whether it is encrypted.
        documents: How many it holds.
    """
    recipient = request.recipient
    geography = {
        "include": sorted(recipient.processed_in) if restricted else [_EVERYWHERE],
        "exclude": [f"{_EVERYWHERE} (every country that is not included)"] if restricted else [],
    }
    tools = [
        "masking of personal data before release",
        *(["Parquet Modular Encryption (AES-GCM-256), key wrapped for the recipient"] if encrypted else []),
        "sealed hold-out of each source",
    ]
    return {
        "source": {
            "standardsVersionUsed": "1.0.0",
            "datasetTitle": f"Malmoi release {release_id}",
            "uniqueMetadataIdentifier": f"urn:malmoi:release:{release_id}",
            "metadataLocation": FILE,
            "datasetIssuer": issuer,
            "descriptionOfTheDataset": (
                f"Korean web text: {documents} documents for {recipient.name} ({recipient.recipient_id})"
            ),
        },
        "provenance": {
            "sourceMetadataForDataset": "manifest.json",
            "source": "pages of the public web and data sets of declared origin; column url of every document",
            "dataOriginGeography": ["KR"],
            "datasetIssueDate": released_at[:10],
            "dateOfPreviouslyIssuedVersion": None,
            "rangeOfDatesForDataGeneration": {"from": dates[0], "to": dates[1]},
            "method": "web crawl; extraction, cleaning, quality filtering, deduplication and masking by Malmoi",
            "dataFormat": "Apache Parquet",
        },
        "use": {
            "confidentialityClassification": "restricted" if restricted else "public",
            "consentDocumentationLocation": (
                "columns evidence_ids and contract_ids of the shards, classes.parquet, and the tables evidence and "
                "contracts of the issuer; digest of all of it: evidence_merkle_root of manifest.json"
            ),
            "privacyEnhancingTechnologies": tools,
            "dataProcessingGeography": geography,
            "dataStorageGeography": geography if request.mode is Mode.COPY else {**geography, "include": ["KR"]},
            "licenseToUse": list(licences),
            "intendedDataUse": f"{request.purpose.value}, {request.mode.value}",
            "proprietaryData": {
                "copyright": "yes: each document under the licence of its row",
                "patent": "no",
                "trademark": "no",
            },
        },
    }
