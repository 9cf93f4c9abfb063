"""From the table of mentions to the posts that a crawl cites, and what they come to.

building   the whole of it: sorted mentions to one row a post
           (gathering: many at a time; saying: what mentions say of one; flattened: those without an id)
posttable  the posts as one Parquet file
claims     what the post index takes of them (beside: written by a process beside this one)
stats      how many, on which platforms, by whom, cited where and when
duck       DuckDB within bounds
"""
