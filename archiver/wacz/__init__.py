"""WACZ packages: a ZIP file that holds WARC files, their index, a list of pages and the digests of all of it.

The format, and nothing of articles or posts: WACZ 1.1.1 (specs.webrecorder.net/wacz/1.1.1/).
"""
