"""What is a scan to read, and how is it opened?

units      what is to be read, as units of work: files, parts of files, byte ranges of an index
           (locations, lists, indexes, grouping: where files lie, and which a list or an index means)
opening    a unit as a stream of bytes: a local file, one on the web, an object in a store, a member of a package
           (stores: what fsspec knows; files on the web are read by archiver.web.files)
"""
