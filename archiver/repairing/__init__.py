"""An article's repaired version: static quotations with links to stored captures where embeds no longer work."""
