"""The rendered view: what a reader sees of an article or a post, as pictures and PDF, through the recording door.

Nothing is imported here: only runs that render pay for what `archiver.browser.views` needs.
"""
