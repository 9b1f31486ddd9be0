"""The static site of a release: pages that show the published marts and nothing else.

Belongs here: turning marts into pages, tables and pictures. Does not: computing a rate, a gap or an interval.
"""
