"""Invented posts, rendered in every form in which articles are known to show them, and what must be read in each.

`invent` makes posts, `days` prints dates, `text_forms` and `html_forms` render posts as embeds and what is left of
them, `cases` puts them into invented articles and judges what was found. Nothing here knows how detection works: no
table of it is imported, so that a mistake there cannot hide here.
"""
