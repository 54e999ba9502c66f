"""References followed: what RSL documents and TDM policies that pages and sites refer to say, once they are at hand.

A document that is not in the archive is recorded by its reference, and its axes are for a person to read; the
reservation of a policy that is not there stands.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from licenses.axes import TRAIN, Axis, Value, on
from licenses.evidence import Evidence, Source
from licenses.preferences import on_user_content_host
from licenses.rsl import SIGNAL as RSL_SIGNAL
from licenses.rsl import RslRules
from licenses.rsl_discovery import FOREIGN_REFERENCE, REFERENCE, WEAK_REFERENCE
from licenses.settings import RightsSettings
from licenses.tdmrep import POLICY_SIGNAL, REFERENCES, policy_signals, reservation_in_force

RSL, POLICY = "rsl", "tdm_policy"
"""Kinds of files that are known only by what refers to them."""

_REFERENCES = (REFERENCE, WEAK_REFERENCE, FOREIGN_REFERENCE)


@dataclass(frozen=True)
class Referred:
    """A document that something refers to, as it was served."""

    source: Source
    body: bytes
    rules: RslRules | None
    """Of an RSL document; None for a policy."""

    @classmethod
    def of(cls, kind: str, source: Source, body: bytes) -> "Referred":
        """A document of a kind, prepared to be asked about many URLs."""
        return cls(source, body, RslRules(source, body) if kind == RSL else None)


Lookup = Callable[[str, str], Referred | None]
"""From a kind and an absolute URL to the document, if it is at hand."""


def follow(evidence: Sequence[Evidence], url: str, lookup: Lookup, settings: RightsSettings) -> list[Evidence]:
    """Evidence that the references in ``evidence`` lead to.

    Args:
        evidence: All that a page and its site say.
        url: URL of the page.
        lookup: Where documents are.
        settings: How to read.
    """
    referring = [one for one in evidence if one.signal in (RSL_SIGNAL, POLICY_SIGNAL) and one.scope != "element"]
    if not referring:
        return []
    return [*_licensed(referring, url, lookup), *_policies(evidence, referring, url, lookup, settings)]


def _licensed(referring: Sequence[Evidence], url: str, lookup: Lookup) -> Iterator[Evidence]:
    seen: set[tuple[str, str, str]] = set()
    for one in referring:
        key = (one.rule_id, one.literal, one.scope)
        if one.rule_id not in _REFERENCES or key in seen:
            continue
        seen.add(key)
        found = lookup(RSL, one.literal)
        sure = one.rule_id == REFERENCE
        if found is not None and found.rules is not None:
            scope = "document" if one.scope == "document" else "path"
            said = found.rules.signals(url, scope=scope, denials_only=not sure)
            yield from _abroad(said) if one.rule_id == FOREIGN_REFERENCE else said
        elif sure:
            yield _missing(one, "rsl.not_captured")


def _abroad(denials: Sequence[Evidence]) -> Iterator[Evidence]:
    """What is denied to foreign recipients, as said to them alone."""
    for one in denials:
        if dict(one.axes).get(Axis.TRAIN_FOR) is Value.DENY:
            yield replace(one, axes=on(Value.DENY, Axis.TRAIN_FOR))


def _policies(
    evidence: Sequence[Evidence], referring: Sequence[Evidence], url: str, lookup: Lookup, settings: RightsSettings
) -> Iterator[Evidence]:
    """What the policy of highest rank says; of several beside each other none is followed."""
    reserving = reservation_in_force(evidence)
    stated = [one for one in referring if one.rule_id in REFERENCES]
    if reserving is None or not stated:
        return
    highest = max(REFERENCES.index(one.rule_id) for one in stated)
    those = {one.literal: one for one in stated if one.rule_id == REFERENCES[highest]}
    reference = next(iter(those.values()))
    found = lookup(POLICY, reference.literal) if len(those) == 1 else None
    if found is None:
        yield _missing(reference, "tdm_policy.not_captured")
        return
    user_content = on_user_content_host(url, settings)
    yield from policy_signals(evidence, found.body, found.source, user_content=user_content)


def _missing(reference: Evidence, rule_id: str) -> Evidence:
    return replace(reference, rule_id=rule_id, axes=on(Value.UNKNOWN, *TRAIN))
