"""Can a page hold a post? One pass over its bytes, and a look at what stands around what was found.

passing    the answer, page by page
marks      what is searched for
native     the search by hyperscan (compiled: its patterns, made once and kept)
piecewise  the search by RE2, where hyperscan is missing (reaching: which patterns cannot be searched for in pieces)
seen       what a search tells, whichever made it
asking     what has to stand around marks (hidden: scripts and style sheets; letters: coded ones;
           standing: where a mark is; scripts: what a script keeps)
inwords    posts that are flattened into the text
"""
