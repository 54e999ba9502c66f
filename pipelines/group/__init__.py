"""What needs more than one page at a time: the group phase, from committed parts to one commit.

Contents:
    boilerplate  lines that the pages of a host share leave the texts
    rows        documents of all parts, addressed by one row number
    site_files  robots.txt and the like, by origin and time
    referred    RSL documents and TDM policies, by what refers to them
    rights      every page's rights, with what its site says
    withdrawn   what was withdrawn before
    standing    what a page refuses and what its owner grants: copies that would launder
    keys        the few columns of every document that choices are made by
    remembered  what earlier runs left of documents that pages of this run are, or may copy
    gathered    the documents of the search, of this run and of earlier ones, read in passes
    duplicates  withdrawn and refused pages, recaptures, known documents, copies
    search      pairs of copies, and who of each group stays
    leaving     documents of earlier runs that go because of this one
    alarms      what a person should look at
    tables      final rows as files
    journal     what was decided, kept for a run that is killed; one run decides at a time
    commit      all of it, in order, up to the commit
"""
