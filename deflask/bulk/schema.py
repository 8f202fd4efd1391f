"""The tables of the journal, version by version."""

from __future__ import annotations

# One script for each version; an older journal runs those that it has not run. Never change one that was released.
MIGRATIONS = (
    """
    CREATE TABLE options (key TEXT PRIMARY KEY, value TEXT NOT NULL);
    CREATE TABLE repositories (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        key TEXT NOT NULL,
        url TEXT NOT NULL,
        listed_branch TEXT,
        state TEXT NOT NULL,
        reason TEXT,
        detail TEXT,
        base TEXT,
        head TEXT,
        "commit" TEXT,
        pushed TEXT,
        shape TEXT,
        findings INTEGER NOT NULL DEFAULT 0,
        document TEXT,
        pull_request TEXT
    );
    CREATE INDEX repositories_by_key ON repositories (key);
    CREATE TABLE changes (
        repository INTEGER NOT NULL REFERENCES repositories (id),
        path BLOB NOT NULL,
        before TEXT NOT NULL,
        after TEXT NOT NULL,
        PRIMARY KEY (repository, path)
    ) WITHOUT ROWID;
    """,
    "ALTER TABLE repositories ADD COLUMN pushed_to TEXT",
    "ALTER TABLE repositories ADD COLUMN suppressed INTEGER NOT NULL DEFAULT 0",
)
