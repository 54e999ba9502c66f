"""``croissant.json``: the release as a Croissant 1.1 data set, with an ODRL offer that says what it may be used for.

Croissant 1.1, "Data Use Conditions": ``usageInfo`` holds an ``odrl:Offer``. ODRL 2.2, section 2.1: ``conflict`` is
``prohibit``, so that a prohibition stands against every permission, as in the gate.
"""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from licenses.conditions import Mode, Purpose, Request, kind_of
from warehouse.release.attribution import licence_url
from warehouse.release.rows import RELEASE_SCHEMA
from warehouse.release.shards import SHARDS, Shard

FILE = "croissant.json"
_CONTEXT: dict[str, Any] = {
    "@language": "ko",
    "@vocab": "https://schema.org/",
    "annotation": "cr:annotation",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "name": {"@container": "@language"},
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "prov": "http://www.w3.org/ns/prov#",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "tdm": "http://www.w3.org/ns/tdmrep#",
    "transform": "cr:transform",
}
_PURPOSES = {Purpose.NONCOMMERCIAL: "tdm:research", Purpose.COMMERCIAL: "tdm:non-research"}


_ALL = {
    "@type": "cr:FileSet",
    "@id": "all-shards",
    "name": "all-shards",
    "description": "Every file of documents.",
    "encodingFormat": "application/x-parquet",
    "includes": f"{SHARDS}/*.parquet",
}


def croissant(
    *,
    release_id: str,
    request: Request,
    issuer: str,
    released_at: str,
    shards: Sequence[Shard],
    licences: Sequence[str],
    conditions: Sequence[str],
    restricted: bool,
) -> dict[str, Any]:
    """The JSON-LD of a release.

    Args:
        release_id: The release.
        request: Who gets it, what for, how.
        issuer: Who releases it.
        released_at: When, ISO 8601.
        shards: Its files.
        licences: Licences of its documents, sorted.
        conditions: All conditions that its documents bring, sorted.
        restricted: Whether a document is in it that not everybody may have.
    """
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": f"malmoi-release-{release_id}",
        "description": (
            f"말모이가 묶은 한국어 웹 글. Korean web text packed by Malmoi for {request.recipient.name}: "
            f"{request.purpose.value}, {request.mode.value}."
        ),
        "creator": {"@type": "sc:Organization", "name": issuer},
        "publisher": {"@type": "sc:Organization", "name": issuer},
        "datePublished": released_at,
        "inLanguage": "ko",
        "isLiveDataset": False,
        "version": "1.0.0",
        "url": f"urn:malmoi:release:{release_id}",
        "citeAs": f"Malmoi release {release_id}, {released_at[:10]}",
        "license": [licence_url(one) or one for one in licences],
        "usageInfo": offer(release_id, request, issuer, conditions, restricted=restricted),
        "prov:wasGeneratedBy": {
            "@type": "prov:Activity",
            "prov:label": "Malmoi: crawl, rights, extraction, filtering, deduplication, masking, gate",
            "prov:endedAtTime": released_at,
        },
        "prov:wasAttributedTo": {"@type": "prov:Agent", "prov:label": issuer},
        "distribution": [*(_file(shard) for shard in shards), _ALL],
        "recordSet": [_records()],
    }


def offer(
    release_id: str, request: Request, issuer: str, conditions: Sequence[str], *, restricted: bool
) -> dict[str, Any]:
    """What the recipient may do, as an ODRL offer."""
    constraints = [_constraint("odrl:purpose", "odrl:eq", {"@id": _PURPOSES[request.purpose]})]
    if restricted:
        places = [f"urn:iso:3166:{code}" for code in sorted(request.recipient.processed_in)]
        constraints.append(_constraint("odrl:spatial", "odrl:isAnyOf", places))
    permission: dict[str, Any] = {
        "@type": "odrl:Permission",
        "odrl:action": {"@id": "tdm:mine"},
        "odrl:constraint": constraints,
    }
    if duties := [duty for one in conditions if (duty := _duty(one))]:
        permission["odrl:duty"] = duties
    forbidden = [
        *(["odrl:distribute"] if restricted or request.mode is Mode.IN_PLACE else []),
        *(["odrl:sell"] if "no_resale" in conditions else []),
        *(["odrl:commercialize"] if request.purpose is Purpose.NONCOMMERCIAL else []),
    ]
    return {
        "@type": ["sc:CreativeWork", "odrl:Offer"],
        "@id": f"urn:malmoi:release:{release_id}:offer",
        "odrl:uid": f"urn:malmoi:release:{release_id}:offer",
        "odrl:conflict": {"@id": "odrl:prohibit"},
        "odrl:assigner": issuer,
        "odrl:assignee": f"urn:malmoi:recipient:{request.recipient.recipient_id}",
        "odrl:target": {"@id": f"urn:malmoi:release:{release_id}"},
        "odrl:permission": permission,
        "odrl:prohibition": [{"@type": "odrl:Prohibition", "odrl:action": {"@id": action}} for action in forbidden],
        "malmoi:conditions": list(conditions),
    }


def _constraint(left: str, operator: str, right: Any) -> dict[str, Any]:
    return {
        "@type": "odrl:Constraint",
        "odrl:leftOperand": {"@id": left},
        "odrl:operator": {"@id": operator},
        "odrl:rightOperand": right,
    }


def _duty(condition: str) -> dict[str, Any] | None:
    action = {
        "attribution": "odrl:attribute",
        "share_alike": "odrl:shareAlike",
        "payment": "odrl:compensate",
        "agreement": "odrl:obtainConsent",
        "policy_contact": "odrl:obtainConsent",
    }.get(kind_of(condition))
    return {"@type": "odrl:Duty", "odrl:action": {"@id": action}} if action else None


def _file(shard: Shard) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": shard.path,
        "name": shard.path,
        "contentUrl": shard.path,
        "contentSize": f"{shard.bytes} B",
        "encodingFormat": "application/x-parquet",
        "sha256": shard.sha256,
    }


def _records() -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": "documents",
        "name": "documents",
        "description": "One document a row; every file of the distribution has these columns.",
        "key": {"@id": "documents/doc_id"},
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"documents/{field.name}",
                "name": field.name,
                "description": (field.metadata or {}).get(b"doc", b"").decode(),
                "dataType": _data_type(field.type),
                **({"isArray": True, "arrayShape": "-1"} if pa.types.is_list(field.type) else {}),
                "source": {"fileSet": {"@id": _ALL["@id"]}, "extract": {"column": field.name}},
            }
            for field in RELEASE_SCHEMA
        ],
    }


def _data_type(kind: pa.DataType) -> str:
    if pa.types.is_boolean(kind):
        return "sc:Boolean"
    if pa.types.is_integer(kind):
        return "sc:Integer"
    if pa.types.is_floating(kind):
        return "sc:Float"
    return "sc:DateTime" if pa.types.is_timestamp(kind) else "sc:Text"
