"""The rendered view: what a reader sees of an article or a post, as pictures and PDF, through the recording door."""
