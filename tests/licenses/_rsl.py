"""A slow reader of RSL, written rule by rule from section 1.5 over plain values, to hold the fast one against."""

import re

from licenses.countries import EUROPEAN_UNION, countries

USERS = ["commercial", "non-commercial", "education", "government", "personal"]
ALL = ["all", "ai-all", "ai-train", "ai-input", "ai-index", "search"]


def document(contents, namespace="https://rslstandard.org/rsl"):
    """XML of contents: (url, server, licences); a licence: dict of lists by (element, type), and payment."""
    out = []
    for url, server, licences in contents:
        out.append(f'<content url="{url}"' + (f' server="{server}"' if server else "") + ">")
        for licence in licences:
            out.append("<license>")
            for (element, kind), values in licence["lists"].items():
                out.append(f'<{element} type="{kind}">{" ".join(values)}</{element}>')
            if licence["payment"] is not None:
                out.append(f'<payment type="{licence["payment"]}"/>')
            out.append("</license>")
        out.append("</content>")
    return f'<rsl xmlns="{namespace}">{"".join(out)}</rsl>'


def path_matches(pattern, path):
    """RFC 9309 by a regular expression."""
    anchored = pattern.endswith("$")
    body = pattern[:-1] if anchored else pattern
    expression = "".join(".*" if character == "*" else re.escape(character) for character in body)
    return re.match(expression + ("$" if anchored else ""), path) is not None


def expand_usage(values):
    found = set(values)
    if "all" in found:
        found |= set(ALL)
    if "ai-all" in found:
        found |= {"ai-train", "ai-input", "ai-index"}
    return found


def members(codes):
    found = set()
    for code in codes:
        found |= set(EUROPEAN_UNION) if code == "EU" else {code}
    return found


def recipient(licence, server, foreign):
    """What one licence says to one kind of recipient: (answer, conditions, countries)."""
    lists = licence["lists"]
    if "ai-train" in expand_usage(lists.get(("prohibits", "usage"), [])):
        return "prohibited", set(), None
    if ("permits", "usage") not in lists:
        answer = "silent"
    elif "ai-train" in expand_usage(lists[("permits", "usage")]):
        answer = "granted"
    else:
        answer = "refused"
    conditions = set()
    if ("permits", "user") in lists or lists.get(("prohibits", "user")):
        left = [one for one in lists.get(("permits", "user"), USERS) if one not in lists.get(("prohibits", "user"), [])]
        if not left:
            return "refused", set(), None
        conditions.add("user:" + ",".join(sorted(set(left))))
    where = None
    if ("permits", "geo") in lists or lists.get(("prohibits", "geo")):
        listed = members(lists.get(("permits", "geo"), countries()))
        where = listed - members(lists.get(("prohibits", "geo"), []))
        if (not foreign and "KR" not in where) or (foreign and not where - {"KR"}):
            return "refused", set(), None
    if licence["payment"] not in (None, "free"):
        conditions.add("attribution" if licence["payment"] == "attribution" else f"payment:{licence['payment']}")
    if server:
        conditions.add("licence_token")
    return answer, conditions, (where - {"KR"} if where is not None and foreign else None)


def judge(contents, path, foreign):
    """(value, conditions without geo, countries or None) for a path: narrower scopes first."""
    matching = [content for content in contents if path_matches(content[0], path)]
    waiting, waiting_where = set(), None
    for width in sorted({len(content[0]) for content in matching}, reverse=True):
        said = [
            recipient(licence, server, foreign)
            for url, server, licences in matching
            if len(url) == width
            for licence in licences
        ]
        answers = [answer for answer, _, _ in said]
        if "prohibited" in answers:
            return "deny", set(), None
        granted = [one for one in said if one[0] == "granted"]
        if not granted:
            if "refused" in answers:
                return "deny", set(), None
            for _, conditions, where in said:
                waiting |= conditions
                waiting_where = (
                    where if waiting_where is None else waiting_where if where is None else waiting_where & where
                )
            continue

        def burden(one):
            names = one[1] | ({"geo"} if one[2] is not None else set())
            return len(names - {"attribution"}), len(names)

        fewest = min(map(burden, granted))
        return "grant", waiting, [(one[1], one[2]) for one in granted if burden(one) == fewest], waiting_where
    return "unknown", set(), None
