"""Which posts do whole crawls cite? Detection over WARC files, on one machine or a cluster.

units      what is to be read: files, parts of files, byte ranges of an index
           (locations, lists, indexes, grouping: where files lie, and which a list or an index means)
opening    a unit as a stream of bytes: a local file, an object in a store, a member of a package
           (stores: what fsspec knows; files on the web are read by archiver.web.files)
reading    the records of a WARC file, natively; damage is reported and passed over
prefilter  one pass over a page's bytes: can it hold a post?
           (marks: what is searched for; native, piecewise: the search, by hyperscan or RE2; hidden, letters, standing,
           inwords: what stands around it)
pages      a page's mentions, as rows
work       one unit from end to end: the piece that a process or an executor runs
running    many units: processes, progress, going on after a crash
table      the rows of all units as a partitioned table
posts      from that table to the posts that a crawl cites, and their index (flattened, saying, posttable)
stats      what these posts come to
spark      the same work on a cluster, and detection for data frames of others
"""
