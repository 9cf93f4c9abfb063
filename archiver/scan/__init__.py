"""Which posts do whole crawls cite? Detection over WARC files, on one machine or a cluster.

inputs     what is to be read, as units of work, and a unit as a stream of bytes
reading    the pages in a WARC file; damage is reported and passed over
prefilter  one pass over a page's bytes: can it hold a post?
pages      a page's mentions, as rows (freed: the memory that a large page took)
work       one unit from end to end: the piece that a process or an executor runs (unit, rows: its nouns)
running    many units: processes, progress, going on after a crash (pool, ledger)
table      the rows of all units as a partitioned table (rowfile, onefile)
posts      from that table to the posts that a crawl cites, their index, and what they come to
spark      the same work on a cluster, and detection for data frames of others
"""
