"""Which pages are in a WARC file, damage or not?

warcfile     the records of a file or of a part of it, and the pages in them; damage is reported and passed over
packed       gzip members and zstd frames as the bytes in them
window       the bytes of a stream, kept as long as a record may need them
recordhead   what is needed of a record's header
beginnings   where the next record begins, behind damage or in the middle of a file
"""
