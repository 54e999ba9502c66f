"""Releases: documents handed to a recipient, and everything that lets others check that it was right.

settings      what can be set and asked
source        one state of the tables, read batch by batch
judge         gate, contracts, withdrawals and facts, for a batch
fingerprint   held out, left out, order: choices by keyed hash
spill         rows laid aside by shard
rows          the columns of a release
canary        a synthetic row in each file
encryption    Parquet Modular Encryption and the release key
merkle        one digest for all evidence
shards        the files
documents     attribution, provenance and Croissant beside them
manifest      what was released to whom and what was not, signed
pack          all of it, once
record        tables and ledger
audit, verify what is packed, checked again by whoever has the public key
reader        opening a release with a private key
identify      whose copy a leaked file is
"""
