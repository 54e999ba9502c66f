"""Section 8 of the consent specification, rules 1 to 7 and 9, as slowly and as literally as it can be said.

A signal is a plain mapping: ``scope``, ``axes`` (axis to value), ``conditions``, ``confidence``, ``licence``,
``family`` and, of TDMRep, ``source`` (file, header or meta).
"""

AXES = ("crawl", "train_dom", "train_for", "redist", "commercial", "derivatives", "index", "ai_input")
RESERVED = "all-rights-reserved"


def rights(signals):  # noqa: C901, PLR0912 - in one piece, to be read beside the text
    # 4. Element-scoped signals never reach the document.
    signals = [one for one in signals if one["scope"] != "element"]
    # 3. TDMRep: file < header < meta; a later source replaces.
    for source, later in (("file", ("header", "meta")), ("header", ("meta",))):
        if any(one["family"] == "tdmrep" and one["source"] in later for one in signals):
            signals = [one for one in signals if not (one["family"] == "tdmrep" and one["source"] == source)]
    answers, conflict, review = {}, False, False
    for axis in AXES:
        value, conditions, confidence = "unknown", set(), 0.0
        denials, conds, allows, unknowns = [], [], [], []
        for one in signals:
            said = one["axes"].get(axis)
            if said in ("deny", "deny_temp"):
                denials.append(one)
            # 4. For grants a document-scoped licence replaces a site-scoped licence.
            elif said in ("cond", "allow"):
                if not (is_licence(one) and of_the_site(one) and document_has_licence(signals)):
                    (conds if said == "cond" else allows).append(one)
            elif said == "unknown":
                unknowns.append(one)
        # 5. deny > cond > allow > unknown, conditions united.
        if denials:
            confidence = max(one["confidence"] for one in denials)
            sure = [one for one in denials if one["confidence"] >= 0.5]
            value = "deny" if any(one["axes"][axis] == "deny" for one in sure) else "deny_temp"
            conditions = {name for one in denials for name in one["conditions"] if name == "policy_contact"}
        elif conds:
            value, confidence = "cond", max(one["confidence"] for one in conds)
            conditions = {name for one in conds for name in one["conditions"]}
        elif allows:
            value, confidence = "allow", max(one["confidence"] for one in allows)
        # 6. Below 0.5 nothing is known; a denial is for a person to see.
        if confidence < 0.5:
            review = review or bool(denials)
            value, conditions, confidence = "unknown", set(), 0.0
        # 7. A permission and a denial met.
        if denials and (conds or allows):
            conflict = True
        review = review or bool(unknowns)
        answers[axis] = [value, sorted(conditions), confidence]
    for axis in AXES:
        if conflict and answers[axis][0] in ("allow", "cond"):
            answers[axis][2] = round(max(answers[axis][2] - 0.2, 0.0), 4)
    # 1. crawl=deny|deny_temp: stop, all axes deny.
    crawl = answers["crawl"]
    if crawl[0] in ("deny", "deny_temp"):
        for axis in AXES[1:]:
            answers[axis] = ["deny", [], crawl[2]]
    return {
        "axes": {axis: answers[axis][0] for axis in AXES},
        "conditions": {axis: answers[axis][1] for axis in AXES},
        "confidence": {axis: round(answers[axis][2], 4) for axis in AXES},
        "conflict": conflict,
        "review": "needed" if review else "none",
        # 9. Nothing said at all.
        "nothing": not any(one["licence"] for one in signals),
    }


def is_licence(one):
    return one["licence"] not in (None, RESERVED) or one["axes"].get("redist") in ("allow", "cond")


def of_the_site(one):
    return one["scope"] in ("site", "path")


def document_has_licence(signals):
    return any(one["scope"] == "document" and is_licence(one) for one in signals)
