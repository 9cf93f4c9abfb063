"""The figures of an audit: what a researcher counts in its findings."""
