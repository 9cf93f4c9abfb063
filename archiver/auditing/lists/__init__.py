"""Lists of permalinks: how they are read, and how they come into an audit and the archive."""
