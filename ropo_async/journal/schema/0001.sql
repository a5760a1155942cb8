-- The journal of the feed. One file for both databases: {serial} and {bytes} are the types whose names differ.
-- Times are Unix seconds; days are text, YYYY-MM-DD.

CREATE TABLE account (
    id {serial},
    server TEXT NOT NULL,
    cid TEXT NOT NULL,
    epoch BIGINT NOT NULL DEFAULT 0,            -- how often the poller's lock was taken
    began DOUBLE PRECISION,                     -- the first poll
    watermark DOUBLE PRECISION,                 -- the start of the last drain that ended with "no more"
    drained DOUBLE PRECISION,                   -- ... and its end
    swept TEXT NOT NULL DEFAULT '{}',           -- JSON: sweep -> day of its last run
    pages BIGINT NOT NULL DEFAULT 0,            -- pages of the feed, and the records on them
    handed_out BIGINT NOT NULL DEFAULT 0,
    records BIGINT NOT NULL DEFAULT 0,
    duplicates BIGINT NOT NULL DEFAULT 0,
    UNIQUE (server, cid)
);

-- Every request for updates, written down before it is sent.
CREATE TABLE poll (
    id {serial},
    account BIGINT NOT NULL REFERENCES account (id),
    epoch BIGINT NOT NULL,
    source TEXT NOT NULL,
    param TEXT NOT NULL,                        -- the date or invoice number that is read again; empty for the feed
    state TEXT NOT NULL,
    intended DOUBLE PRECISION NOT NULL,
    ended DOUBLE PRECISION,
    status BIGINT,
    headers TEXT,
    complete BIGINT,
    sha256 {bytes},
    raw {bytes}                                 -- the answer as it came, until all of it is in `record` or `quarantine`
);
CREATE INDEX poll_unfinished ON poll (account) WHERE state IN ('intent', 'received');
CREATE INDEX poll_ended ON poll (ended);

CREATE TABLE record (
    seq {serial},
    account BIGINT NOT NULL REFERENCES account (id),
    key TEXT NOT NULL,
    ordinal BIGINT NOT NULL,                    -- counts equal records without an id
    revision BIGINT NOT NULL,                   -- counts the contents of one id
    hash {bytes} NOT NULL,
    source TEXT NOT NULL,
    consumed BIGINT NOT NULL,                   -- 1: the feed has handed it out; 0: only seen in a re-read
    arrived DOUBLE PRECISION NOT NULL,
    day TEXT,
    billnum TEXT,
    is_open BIGINT NOT NULL,
    body {bytes},                               -- NULL once purged or erased
    state TEXT NOT NULL,
    due DOUBLE PRECISION,                       -- when a consumer may have it; NULL: never again
    lease BIGINT NOT NULL DEFAULT 0,            -- the fencing token
    attempts BIGINT NOT NULL DEFAULT 0,
    settled DOUBLE PRECISION,                   -- when it was acknowledged, or put off
    error TEXT,
    UNIQUE (account, key, ordinal, revision)
);
CREATE INDEX record_day ON record (account, day) WHERE consumed = 1;
CREATE INDEX record_leased ON record (account, billnum) WHERE state = 'leased';
CREATE INDEX record_waiting ON record (account, seq) WHERE due IS NOT NULL;
CREATE INDEX record_next ON record (seq) WHERE due IS NOT NULL;
CREATE INDEX record_dead ON record (account, seq) WHERE state = 'dead';
CREATE INDEX record_swept ON record (account) WHERE source = 'sweep' AND consumed = 0;

CREATE TABLE quarantine (
    id {serial},
    account BIGINT NOT NULL REFERENCES account (id),
    key TEXT NOT NULL,
    source TEXT NOT NULL,
    arrived DOUBLE PRECISION NOT NULL,
    reason TEXT NOT NULL,
    hash {bytes} NOT NULL,
    body {bytes}                                -- NULL once erased
);
CREATE INDEX quarantine_key ON quarantine (account, key);

CREATE TABLE gap (
    id {serial},
    account BIGINT NOT NULL REFERENCES account (id),
    state TEXT NOT NULL,
    causes TEXT NOT NULL,                       -- JSON
    since DOUBLE PRECISION NOT NULL,
    until DOUBLE PRECISION NOT NULL,
    days TEXT NOT NULL,                         -- JSON
    opened DOUBLE PRECISION NOT NULL,
    bounded BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX gap_unclosed ON gap (account) WHERE state IN ('open', 'backfilled');
