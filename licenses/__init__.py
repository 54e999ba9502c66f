"""Rights: what a page and its site say about use, as evidence, and what follows from it. Pure functions, no I/O.

    axes             the closed vocabulary: axes, values, conditions
    settings         what can be set
    evidence         one signal with all that is needed to check it; its table
    agents           known AI crawlers: operator, country, function (data/ai_agents.csv)

    urls             one spelling for URLs
    xml_safe         XML and JSON of strangers (json_safe)
    withdrawals      who asked that what leave (withdrawal_match: how targets compare)

    site files       what a site says
      paths            URL paths and the patterns that match them
      robots_file      the grammar of robots.txt
      robots           crawling, AI crawlers by name and in prose
      preferences      AIPREF Content-Usage, Cloudflare Content-Signal (structured: their grammar)
      tdmrep           TDMRep by file, header and meta (odrl: its policies)
      rsl              RSL documents and feeds (rsl_document: their grammar; rsl_discovery: who refers to them)
      references       what documents say that something refers to (offers: for whom, on which conditions)
      text_files       ai.txt, trust.txt
      site_files       which URL is which file; prepare one, ask it about URLs

    pages            what a page says of itself
      page             gates, one lazy parse, lines of text with what encloses them (place: of an element)
      robots_meta      X-Robots-Tag, robots meta
      html_licence     licences in markup, with their scope (licence_url, json_ld, catalogue)
      ccl_text         open licences in words
      kogl             공공누리
      notices          notices of press and owners, domestic-only prose (notice_patterns)
      cawg             CAWG and C2PA training-mining assertions of assets
      page_signals     all of them for one page

    resolve          evidence -> rights on eight axes
    policy           rights -> interned policy class

    gate             who may get what
      recipients       who asks; domestic or foreign (countries)
      conditions       purposes, modes, what a release does about conditions
      gate_rules       the table of the gate
      gate             the table asked for one document, for classes, for millions of documents
      contracts        signed permissions, and whose denials they lift (scopes, holders)
      organisation     what the releasing organisation refuses besides, or loosens at home
      missing          the permissions that a document lacks
      cedar            the same table as Cedar policies

The order of calls: ``page_signals`` for each page, ``prepare`` for each site file and ``signals`` for each URL,
``follow`` for what both refer to, then ``resolve`` all of it and intern the result with ``policy_class``. What the gate
needs is imported from its modules and not from here: workers that tag pages would load it in vain.
"""

from licenses.axes import Axis, Value
from licenses.evidence import EVIDENCE_SCHEMA, Evidence, Source, evidence_from_table, evidence_table
from licenses.notices import terms_signals
from licenses.own_grant import own_grants
from licenses.page_signals import page_signals
from licenses.policy import POLICY_CLASS_SCHEMA, PolicyClass, policy_class, policy_class_table
from licenses.references import Lookup, Referred, follow
from licenses.resolve import Rights, resolve
from licenses.settings import RightsSettings
from licenses.site_files import SiteFile, SiteRules, prepare, referred_kind, site_file_kind, site_signals
from licenses.urls import canonical_url, host_of
from licenses.withdrawals import Withdrawal, WithdrawalKind, WithdrawalList

__all__ = [
    "EVIDENCE_SCHEMA",
    "POLICY_CLASS_SCHEMA",
    "Axis",
    "Evidence",
    "Lookup",
    "PolicyClass",
    "Referred",
    "Rights",
    "RightsSettings",
    "SiteFile",
    "SiteRules",
    "Source",
    "Value",
    "Withdrawal",
    "WithdrawalKind",
    "WithdrawalList",
    "canonical_url",
    "evidence_from_table",
    "evidence_table",
    "follow",
    "host_of",
    "own_grants",
    "page_signals",
    "policy_class",
    "policy_class_table",
    "prepare",
    "referred_kind",
    "resolve",
    "site_file_kind",
    "site_signals",
    "terms_signals",
]
