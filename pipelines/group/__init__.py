"""What needs more than one page at a time: the group phase, from committed parts to one commit.

Contents:
    rows        documents of all parts, addressed by one row number
    site_files  robots.txt and the like, by origin and time
    referred    RSL documents and TDM policies, by what refers to them
    rights      every page's rights, with what its site says
    keys        the few columns of every document that choices are made by
    duplicates  recaptures, known documents, exact and near duplicates
    tables      final rows as files
    commit      all of it, in order, up to the commit
"""
