"""Bring publishers' files in: find links, fetch politely, judge content, keep bytes by sha256.

Belongs here: everything between a publisher (or a folder) and the archive. Does not: what a file's cells mean.
"""
