"""Who vouches for a package, and since when it existed: signatures, time stamps, and whether they hold.

WACZ signing and verification (specs.webrecorder.net/wacz-auth/), RFC 3161 time stamps, OpenTimestamps.
"""
