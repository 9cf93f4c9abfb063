"""The tables of the catalogue."""

VERSION = 4
"""Of the tables below; a catalogue of another version is built anew."""

SCHEMA = """
CREATE TABLE segments (            -- one row a WARC file
  name TEXT PRIMARY KEY,
  bytes INTEGER NOT NULL           -- so much of it is in this catalogue
) WITHOUT ROWID;
CREATE TABLE captures (            -- one row a WARC record
  segment TEXT NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL,
  record_id TEXT NOT NULL, type TEXT NOT NULL,
  target_uri TEXT NOT NULL, urlkey TEXT NOT NULL, time TEXT NOT NULL,
  status INTEGER, content_type TEXT,
  payload_digest TEXT, block_digest TEXT,
  refers_to TEXT, concurrent_to TEXT, refers_to_uri TEXT, refers_to_date TEXT,
  truncated TEXT,
  listed TEXT,                     -- where the index says otherwise than these columns: JSON of it; '': not listed
  PRIMARY KEY (segment, offset)
) WITHOUT ROWID;
CREATE INDEX captures_record_id ON captures (record_id);
CREATE INDEX captures_target ON captures (target_uri, time);
CREATE INDEX captures_urlkey      -- what can be replayed, by address and time
  ON captures (urlkey, time, segment, offset, status, type)
  WHERE type IN ('response','revisit','resource');
CREATE TABLE articles (            -- one row a version of an article (other bytes: another version)
  id TEXT PRIMARY KEY, uri TEXT NOT NULL, digest TEXT NOT NULL, source TEXT NOT NULL,
  title TEXT, language TEXT, published TEXT,
  capture_id TEXT NOT NULL,        -- the record that holds the article's bytes
  record_id TEXT NOT NULL          -- the metadata record that this row was read from
) WITHOUT ROWID;
CREATE INDEX articles_record ON articles (record_id);
CREATE TABLE mentions (            -- one row a cited post as the article shows it
  id TEXT PRIMARY KEY, article_id TEXT NOT NULL, position INTEGER NOT NULL,
  platform TEXT NOT NULL, handle TEXT, display_name TEXT, date TEXT, text TEXT, post_id TEXT, url TEXT,
  rule TEXT NOT NULL, confidence REAL NOT NULL,
  json TEXT NOT NULL, record_id TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX mentions_article ON mentions (article_id, position);
CREATE TABLE resolutions (         -- every conclusion about a mention; the last one counts
  record_id TEXT PRIMARY KEY, mention_id TEXT NOT NULL, time TEXT NOT NULL,
  outcome TEXT NOT NULL, post_key TEXT, json TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX resolutions_mention ON resolutions (mention_id, time);
CREATE INDEX resolutions_post ON resolutions (post_key);
CREATE TABLE posts (               -- one row a post: the best record of it that was seen
  key TEXT PRIMARY KEY, platform TEXT NOT NULL, id TEXT NOT NULL, url TEXT NOT NULL,
  handle TEXT, handle_folded TEXT, display_name TEXT, account_id TEXT, created_at TEXT, day TEXT, text TEXT,
  json TEXT NOT NULL, evidence TEXT NOT NULL, record_id TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX posts_handle_day ON posts (platform, handle_folded, day);
CREATE INDEX posts_account_day ON posts (platform, account_id, day);
CREATE TABLE handles (             -- which accounts were seen under a handle, and when
  platform TEXT NOT NULL, handle_folded TEXT NOT NULL, account_id TEXT NOT NULL,
  first_seen TEXT NOT NULL, last_seen TEXT NOT NULL,
  PRIMARY KEY (platform, handle_folded, account_id)
) WITHOUT ROWID;
CREATE TABLE observations (        -- every look at a post; never overwritten
  record_id TEXT PRIMARY KEY, post_key TEXT NOT NULL, state TEXT NOT NULL, seen_at TEXT NOT NULL, json TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX observations_post ON observations (post_key, seen_at);
CREATE TABLE refusals (            -- what the guard did not connect to
  record_id TEXT PRIMARY KEY, url TEXT NOT NULL, address TEXT NOT NULL, reason TEXT NOT NULL, time TEXT NOT NULL
) WITHOUT ROWID;
"""

TABLES = (
    "segments", "captures", "articles", "mentions", "resolutions", "posts", "handles", "observations", "refusals",
)  # fmt: skip
