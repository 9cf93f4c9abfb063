"""Reports of audits: figures for researchers, and one self-contained page."""
