"""Sections 0.2, 8 (gate and rule 8) of the consent specification once more: slow, plain, of strings and dicts alone.

Nothing of ``licenses`` is imported. A document is ``{"axes", "conditions", "confidence", "licence", "review",
"withdrawn", "acquired", "evidence", "expired", "pii_clean"}``, a recipient has the three fields of section 0.2.
"""

EU = "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE".split()


def domestic(recipient):
    if recipient["established_in"] != "KR" or recipient["controlled_from"] != "KR":
        return False
    return len(recipient["processed_in"]) > 0 and all(code == "KR" for code in recipient["processed_in"])


def met(condition, recipient, purpose, plan):  # noqa: PLR0911
    if condition == "verbatim":
        return False
    if condition == "no_resale":
        return not plan["sold"]
    if condition == "attribution":
        return plan["attribution"]
    if condition == "non_commercial":
        return purpose == "noncommercial_training"
    if condition.startswith("geo:"):
        places = condition[4:].split(",")
        if "EU" in places:
            places = places + EU
        where = [recipient["established_in"], recipient["controlled_from"], *recipient["processed_in"]]
        return len(recipient["processed_in"]) > 0 and all(code in places for code in where)
    if condition.startswith("user:"):
        said = [one[5:].split(",") for one in plan["agreements"] if one.startswith("user:")]
        return said != [] and all(user in condition[5:].split(",") for users in said for user in users)
    return condition in plan["agreements"]


def answer(doc, axis):
    if doc["axes"][axis] == "cond" and not doc["conditions"].get(axis):
        return "unknown"
    return doc["axes"][axis]


def is_kogl_ai(doc, train, mode):
    if mode != "in_place" or doc["axes"][train] != "cond":
        return False
    marked = any(part.startswith("LicenseRef-KOGL") and part[-2:] == "AI" for part in doc["licence"].split(" AND "))
    return marked and {"anti_memorization", "no_resale"} <= set(doc["conditions"][train])


def gate(doc, recipient, purpose, mode, plan):  # noqa: C901, PLR0911, PLR0912
    train = "train_dom" if domestic(recipient) else "train_for"
    if doc["withdrawn"]:
        return "BLOCK_WITHDRAWN"
    if doc["acquired"] is False:
        return "BLOCK_NOT_ACQUIRED"
    if doc["acquired"] is None and doc["axes"]["crawl"] in ("deny", "deny_temp"):
        return "BLOCK_NOT_ACQUIRED"
    if not doc["evidence"]:
        return "BLOCK_EVIDENCE_MISSING"
    if doc["expired"]:
        return "BLOCK_EXPIRED"
    if not doc["pii_clean"]:
        return "BLOCK_PII"
    t = answer(doc, train)
    if t == "deny":
        if not domestic(recipient) and answer(doc, "train_dom") != "deny":
            return "BLOCK_FOREIGN_DENY"
        return "BLOCK_TRAIN_DENY"
    if t == "unknown":
        return "BLOCK_UNKNOWN"
    asked = [train]
    if mode == "copy":
        asked.append("redist")
        if answer(doc, "redist") == "deny":
            return "BLOCK_REDIST_DENY"
        if answer(doc, "redist") == "unknown":
            return "BLOCK_UNKNOWN"
    if purpose == "commercial_training":
        kogl = is_kogl_ai(doc, train, mode)
        if answer(doc, "commercial") == "deny" and not kogl:
            return "BLOCK_CONDITION:non_commercial"
        if answer(doc, "commercial") == "unknown":
            return "BLOCK_UNKNOWN"
        if not kogl:
            asked.append("commercial")
    bound = sorted({one for axis in asked for one in doc["conditions"].get(axis, ()) if doc["axes"][axis] != "deny"})
    for condition in bound:
        if not met(condition, recipient, purpose, plan):
            return "BLOCK_CONDITION:" + condition
    for axis in asked:
        if doc["confidence"][axis] < 0.7:
            return "BLOCK_LOW_CONFIDENCE"
    return "RELEASE"


def under_contracts(doc, contracts, recipient, purpose, mode, at, denied_by_others):  # noqa: PLR0917
    """Rule 8; ``denied_by_others`` are the axes on which a denial is not the owner's."""
    doc = {
        **doc,
        "axes": dict(doc["axes"]),
        "conditions": dict(doc["conditions"]),
        "confidence": dict(doc["confidence"]),
    }
    found = {}
    for contract in contracts:
        if contract["recipients"] and recipient["recipient_id"] not in contract["recipients"]:
            continue
        where = [recipient["established_in"], recipient["controlled_from"], *recipient["processed_in"]]
        known = len(recipient["processed_in"]) > 0 and None not in where
        if contract["jurisdictions"] and not (known and all(code in contract["jurisdictions"] for code in where)):
            continue
        if purpose not in contract["purposes"] or mode not in contract["modes"]:
            continue
        if at < contract["valid_from"] or at >= contract["expires_at"]:
            continue
        for axis, value in contract["axes"].items():
            if doc["axes"][axis] in ("deny", "deny_temp") and axis in denied_by_others:
                continue
            found.setdefault(axis, []).append((value, contract["conditions"]))
    for axis, said in found.items():
        values = [value for value, _ in said]
        strictest = "deny" if "deny" in values else "cond" if "cond" in values else "allow"
        doc["axes"][axis] = strictest
        united = {one for value, conditions in said if value == "cond" for one in conditions}
        doc["conditions"][axis] = sorted(united) if strictest == "cond" else []
        doc["confidence"][axis] = 1.0
    return doc


def under_policy(policy, doc, recipient, purpose, mode, plan):  # noqa: C901, PLR0917
    """The organisation's policy over the gate: looser for domestic recipients by name, stricter for all."""
    code = gate(doc, recipient, purpose, mode, plan)
    at_home = domestic(recipient)
    if at_home and code in ("BLOCK_UNKNOWN", "BLOCK_LOW_CONFIDENCE") and doc["review"] != "needed":
        for one in policy["domestic"]["loosened"]:
            if purpose not in one["purposes"] or mode not in one["modes"]:
                continue
            axes, confidence = dict(doc["axes"]), dict(doc["confidence"])
            for axis, value in doc["axes"].items():
                if axis in one["unknown"] and value == "unknown":
                    axes[axis], confidence[axis] = "allow", 0.7
                elif one["least_confidence"] is not None and one["least_confidence"] <= confidence[axis] < 0.7:
                    confidence[axis] = 0.7
            wider = {**doc, "axes": axes, "confidence": confidence}
            if gate(wider, recipient, purpose, mode, plan) == "RELEASE":
                doc, code = wider, "RELEASE_LOOSENED:" + one["name"]
                break
    if code.startswith("BLOCK"):
        return code
    for part in (policy["every"], policy["domestic"] if at_home else policy["foreign"]):
        refused = refusal(part, doc, recipient, purpose, mode)
        if refused:
            return "BLOCK_ORGANISATION:" + refused
    return code


def refusal(part, doc, recipient, purpose, mode):  # noqa: PLR0911
    where = [recipient["established_in"], recipient["controlled_from"], *recipient["processed_in"]]
    train = "train_dom" if domestic(recipient) else "train_for"
    kogl = is_kogl_ai(doc, train, mode)
    asked = [train]
    asked += ["redist"] if mode == "copy" else []
    asked += ["commercial"] if purpose == "commercial_training" and not kogl else []
    if purpose not in part["purposes"]:
        return "purposes"
    if mode not in part["modes"]:
        return "modes"
    if part["countries"] is not None and not (
        recipient["processed_in"] and all(code in part["countries"] for code in where)
    ):
        return "countries"
    if part["crawl_must_be_known"] and doc["axes"]["crawl"] == "unknown":
        return "crawl_must_be_known"
    if part["no_conflict"] and doc["conflict"]:
        return "no_conflict"
    if any(one in part["never_met"] for axis in asked for one in doc["conditions"].get(axis, ())):
        return "never_met"
    if any(doc["confidence"][axis] < part["least_confidence"] for axis in asked):
        return "least_confidence"
    return None
