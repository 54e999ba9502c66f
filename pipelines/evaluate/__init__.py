"""Evaluation: how right each room is, on files of labelled data that anyone may bring.

Every evaluation is a function from rows to one plain report (`report.Report`); `malmoi eval` reads the files and shows
it. Rows that match nothing are counted in the report, never skipped in silence.

Contents:
    files       JSON lines, tables and web archives of labelled data, errors by file and line
    packed      gzip and zstd by their first bytes
    report      what an evaluation says, as JSON
    overlap     how much of one text is in another: words, runs of words, runs of characters
    extractors  the ways of finding main text that are compared, by name
    contest     extractors side by side, each in a process that may die
    decoding    pages read as their true encoding says
    extraction  main text against texts that people wrote
    dedup       found pairs against exact Jaccard indices
    language    is it Korean: pages and sentences
    quality     good and bad documents
    pii         personal data in labelled texts (pii_set, pii_values, pii_lookalikes: the built-in ones)
    rooms       labels joined to pages and documents, for language, quality and personal data
"""
