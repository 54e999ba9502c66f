"""Malmoi's pipelines: they compose the libraries and run them.

Contents:
    recipe      one TOML file is one pipeline: typed settings, digest, schema
    ingest/     captures out of WARC, WET, JSONL and Parquet
    extract/    main text and metadata of a page, in a process that may die
    stages/     what happens to a batch of captures, one file per stage
    mapping     one split in, one committed part out
    group/      rights by site, duplicates, keep choice, commit
    engines/    where the map phase runs, one adapter per file
    accounting  records in = kept + dropped + quarantined, checked
    run         the whole road
    copies/     the search for copies in bounded memory
    deduplicate/      malmoi dedup: files of documents without their copies
    decontamination/  benchmark files in their published forms
    lean        what a process does without, to start sooner
    cli/        the ``malmoi`` command
"""
