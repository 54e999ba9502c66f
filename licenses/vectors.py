"""Single inputs judged by kind, as the vectors of the consent specification give them (section 10).

A kind names the form of the input and the families that are asked about: ``judge(kind, input)`` runs the same functions
as the pipeline and answers with every key that a vector may compare.
"""

import hashlib
import html
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from licenses.axes import GRANTS, TRAIN, Axis
from licenses.catalogue import ALL_RIGHTS_RESERVED, DEFAULT_LICENCE
from licenses.cawg import cawg_signals
from licenses.evidence import Evidence, Source
from licenses.notices import terms_signals
from licenses.origins import origin_signals
from licenses.page_signals import page_signals
from licenses.preferences import on_user_content_host
from licenses.resolve import Rights, resolve
from licenses.rsl import RslRules
from licenses.site_files import SiteFile, site_signals
from licenses.tdmrep import policy_signals
from licenses.vector_inputs import ORIGIN, Given, resolve_signals, settings_of, status_of, text_of, url_of
from licenses.vectors_gate import gate_vector

Judge: TypeAlias = Callable[[Given], dict[str, Any]]
"""From the ``input`` of a vector to its result. Raises KeyError, TypeError or ValueError on an input that is none."""

_FILES = {
    "robots_txt": ("robots", "/robots.txt"),
    "tdmrep_json": ("tdmrep", "/.well-known/tdmrep.json"),
    "ai_txt": ("ai_txt", "/ai.txt"),
    "trust_txt": ("trust_txt", "/trust.txt"),
}
_LICENCE_FAMILIES = frozenset({"html_licence", "ccl_text", "kogl"})
_MEDIA_WORD = re.compile(r"\.?(?:image|picture|photo|audio|video|jpe?g|png|gif|webp|avif|heic|mp[34]|wav|mov)")
_TERMS = ("이용허락범위", "이용허락조건", "이용조건", "terms")
_NO_BODY = hashlib.sha256(b"").hexdigest()
_FLAGS = {
    "truncated": "robots.truncated",
    "soft404": "robots.soft404",
    "paywalled": "paywall",
    "art24_2_candidate": "kogl.art24_2_candidate",
}
"""Result keys that are true where a rule, or one of a family, has fired."""
_TELLING_AXES = (*TRAIN, Axis.REDIST, Axis.COMMERCIAL, Axis.DERIVATIVES, Axis.CRAWL, Axis.INDEX, Axis.AI_INPUT)


def judge(kind: str, given: Given) -> dict[str, Any]:
    """Result of one input: axes, licence, conditions, confidence, scope and flags; of ``gate`` a decision.

    Raises:
        KeyError: The kind is unknown, or a field that it needs is missing.
        TypeError: A field is of another type than it must be.
        ValueError: A field holds what is not of its closed list, or no URL.
    """
    return JUDGES[kind](given)


def _page(given: Given, families: frozenset[str] = frozenset()) -> dict[str, Any]:
    return _result([*_of_files(given), *_of_page(given)], families)


def _licence(given: Given) -> dict[str, Any]:
    return _page(given, _LICENCE_FAMILIES)


def _notice(given: Given) -> dict[str, Any]:
    return _page(given, frozenset({"notice"}))


def _tdmrep(given: Given) -> dict[str, Any]:
    evidence = [*_of_files(given), *_of_page(given)]
    policy = given.get("policy")
    if policy is not None:
        body = policy if isinstance(policy, str) else json.dumps(policy)
        source = replace(_source(given), url=f"{url_of(given)}#policy")
        user_content = on_user_content_host(url_of(given), settings_of(given))
        octets = body.encode("utf-8", "surrogatepass")
        evidence += policy_signals(evidence, octets, source, user_content=user_content)
    return _result(evidence)


def _rsl(given: Given) -> dict[str, Any]:
    rules, url = RslRules(_source(given), text_of(given, "xml").encode("utf-8", "surrogatepass")), url_of(given)
    evidence = [*_of_files(given), *_of_page(given), *rules.signals(url)]
    if url.startswith(f"{ORIGIN}/"):
        # Of which site the path is was not told: what the document denies on those that it names is heard.
        others = (origin + url.removeprefix(ORIGIN) for origin in rules.origins)
        evidence += [one for other in others for one in rules.signals(other, denials_only=True)]
    return _result(evidence)


def _cawg(given: Given) -> dict[str, Any]:
    media = text_of(given, "media").strip().lower()
    # A kind of media, or the ending of a file, instead of a media type.
    picture = _MEDIA_WORD.fullmatch(media)
    return _result(cawg_signals("image/any" if picture else media, given["assertion"], _source(given)))


def _text_file(kind: str) -> Judge:
    def judged(given: Given) -> dict[str, Any]:
        return _result(_of_file(kind, text_of(given, "text"), given))

    return judged


def _terms(given: Given) -> dict[str, Any]:
    return _result(terms_signals(text_of(given, "text"), _source(given)))


def _dataset(given: Given) -> dict[str, Any]:
    origin = text_of(given, "origin")
    terms = next((given[name] for name in _TERMS if isinstance(given.get(name), str)), None)
    source = Source(origin, None, None, _NO_BODY)
    return _result(
        origin_signals(origin, terms, given.get("mirror"), source), frozenset({*_LICENCE_FAMILIES, "origin"})
    )


def _resolve(given: Given) -> dict[str, Any]:
    evidence, said = resolve_signals(given)
    return {**_result(evidence), **({} if said else {"licence": DEFAULT_LICENCE})}


JUDGES: Mapping[str, Judge] = {
    "robots_crawl": _page,
    "robots_ai": _page,
    "content_signal": _page,
    "aipref": _page,
    "rsl": _rsl,
    "tdmrep": _tdmrep,
    "cawg": _cawg,
    "robots_meta": _page,
    "ai_txt": _text_file("ai_txt"),
    "trust_txt": _text_file("trust_txt"),
    "html_licence": _licence,
    "ccl_text": _licence,
    "kogl": _licence,
    "notice": _notice,
    "terms": _terms,
    "dataset": _dataset,
    "resolve": _resolve,
    "gate": gate_vector,
}
"""What can be judged, by kind."""


def _source(given: Given) -> Source:
    return Source(url_of(given), None, status_of(given), _NO_BODY)


def _of_files(given: Given) -> list[Evidence]:
    found: list[Evidence] = []
    for name in ("robots_txt", "tdmrep_json"):
        # A failed fetch has no text, but says what its status says.
        if name in given or (name == "robots_txt" and "status" in given):
            found += _of_file(name, given.get(name), given)
    return found


def _of_file(name: str, content: object, given: Given) -> list[Evidence]:
    kind, path = _FILES[name]
    if not isinstance(content, str):
        if name == "robots_txt" and content is not None:
            raise TypeError(f"{name} is no string")
        content = "" if content is None else json.dumps(content)
    body = content.encode("utf-8", "surrogatepass")
    url = url_of(given)
    origin = "/".join(url.split("/", 3)[:3])
    status = status_of(given)
    body = b"" if status is None else body
    file = SiteFile(kind, origin + path, origin, None, status, body, hashlib.sha256(body).hexdigest())
    return site_signals(file, url, settings_of(given))


def _of_page(given: Given) -> list[Evidence]:
    markup = text_of(given, "html") if given.get("html") is not None else None
    if markup is None:
        text = text_of(given, "text") if given.get("text") is not None else ""
        markup = f"<pre>{html.escape(text)}</pre>" if text else ""
    headers = _headers(given.get("headers"))
    if not markup and not headers:
        return []
    return page_signals(
        url_of(given),
        headers,
        markup,
        fetched_at=None,
        body_sha256=_NO_BODY,
        http_status=None,
        settings=settings_of(given),
    )


def _headers(given: object) -> list[tuple[str, str]]:
    """Headers as an object of strings or lists of strings, or as a list of pairs; a line end begins another field."""
    if given is None:
        return []
    pairs = list(given.items()) if isinstance(given, Mapping) else given
    if not isinstance(pairs, list):
        raise TypeError("headers is no object")
    found: list[tuple[str, str]] = []
    for pair in pairs:
        name, values = pair
        for value in values if isinstance(values, list) else [values]:
            if not (isinstance(name, str) and isinstance(value, str | int)):
                raise TypeError("a header is no string")
            found += [(name.strip(), line.strip()) for line in str(value).splitlines()]
    return found


def _result(evidence: Sequence[Evidence], families: frozenset[str] = frozenset()) -> dict[str, Any]:
    return result_of(resolve(evidence), evidence, families)


def result_of(rights: Rights, evidence: Sequence[Evidence], families: frozenset[str] = frozenset()) -> dict[str, Any]:
    """What a vector may compare.

    Args:
        rights: What the evidence resolves to.
        evidence: All that was found.
        families: Signals that the question is about: their scope is told, and an owner who reserves all rights is no
            licence to them. Empty for all.
    """
    asked = [one for one in evidence if one.signal in families] or ([] if families else list(evidence))
    rules = {name for one in evidence for name in (one.rule_id, one.signal)}
    named = {one.licence for one in evidence if one.licence and one.scope != "element"}
    if families & _LICENCE_FAMILIES:
        named -= {ALL_RIGHTS_RESERVED}
    known = [axis for axis in _TELLING_AXES if rights.confidence[axis]]
    return {
        **{axis.value: rights.axes[axis].value for axis in Axis},
        "licence": rights.licence if named else None,
        "scope": _scope(asked),
        "conditions": _conditions(rights, Axis),
        "train_conditions": _conditions(rights, TRAIN),
        "train_dom_conditions": _conditions(rights, (Axis.TRAIN_DOM,)),
        "train_for_conditions": _conditions(rights, (Axis.TRAIN_FOR,)),
        "redist_conditions": _conditions(rights, (Axis.REDIST,)),
        "conflict": rights.conflict,
        "review": rights.review,
        "confidence": rights.confidence[known[0]] if known else 0.0,
        "confidences": {axis.value: rights.confidence[axis] for axis in known},
        **{name: rule in rules for name, rule in _FLAGS.items()},
        "flags": sorted(name for name, rule in _FLAGS.items() if rule in rules),
        "reason": "not_acquired" if rights.axes[Axis.CRAWL] in ("deny", "deny_temp") else None,
        "evidence": [
            {"rule": one.rule_id, "scope": one.scope, "locator": one.locator, "literal": one.literal}
            for one in evidence
        ],
    }


def _conditions(rights: Rights, axes: Sequence[Axis] | type[Axis]) -> list[str]:
    """Of the axes together; whom to ask about a denied axis is told where nothing is granted."""
    granted = [axis for axis in axes if rights.axes[axis] in GRANTS]
    return sorted({one for axis in granted or axes for one in rights.conditions[axis]})


def _scope(evidence: Sequence[Evidence]) -> str | None:
    """The narrowest scope that reaches the document; ``element`` where nothing does."""
    scopes = {one.scope for one in evidence}
    return next((scope for scope in ("document", "path", "site", "dataset", "element") if scope in scopes), None)
