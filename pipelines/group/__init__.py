"""What needs more than one page at a time: the group phase, from committed parts to one commit.

Contents:
    rows        documents of all parts, addressed by one row number
    site_files  robots.txt and the like, by origin and time
    referred    RSL documents and TDM policies, by what refers to them
    rights      every page's rights, with what its site says
    withdrawn   what was withdrawn before
    standing    what a page refuses and what its owner grants: copies that would launder
    keys        the few columns of every document that choices are made by
    duplicates  withdrawn and refused pages, recaptures, known documents, copies
    search      pairs of copies, and who of each group stays
    tables      final rows as files
    commit      all of it, in order, up to the commit
"""
