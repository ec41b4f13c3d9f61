-- Alerts, what was said about them, and what is still to be delivered. Times are microseconds; values are
-- exact figures as text. `past.py` says what goes when.

CREATE TABLE judged (
    rule TEXT PRIMARY KEY,
    meaning TEXT NOT NULL,
    terms TEXT NOT NULL,
    since INTEGER NOT NULL,
    at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE alert (
    id TEXT PRIMARY KEY,
    rule TEXT NOT NULL,
    condition TEXT NOT NULL,
    meaning TEXT NOT NULL,
    group_by TEXT NOT NULL,
    labels TEXT NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    by_period INTEGER NOT NULL,
    state TEXT NOT NULL,
    severity INTEGER,
    peak INTEGER NOT NULL,
    value TEXT NOT NULL,
    worst TEXT NOT NULL,
    "limit" TEXT NOT NULL,
    peak_limit TEXT NOT NULL,
    since INTEGER NOT NULL,
    fired INTEGER,
    clearing INTEGER,
    starved INTEGER,
    ended INTEGER,
    corrected INTEGER NOT NULL,
    note TEXT NOT NULL,
    spoken INTEGER,
    repeats INTEGER NOT NULL,
    acked INTEGER,
    due INTEGER
) WITHOUT ROWID;
CREATE INDEX alert_live ON alert (rule, labels, "end") WHERE state IN ('pending', 'firing', 'corrected', 'closed');
CREATE INDEX alert_open ON alert (state) WHERE state IN ('pending', 'firing');
CREATE INDEX alert_due ON alert (due) WHERE due IS NOT NULL;
CREATE INDEX alert_closed ON alert ("end") WHERE state = 'closed';
CREATE INDEX alert_ended ON alert (ended) WHERE ended IS NOT NULL;

-- Each decision that differed from the one before it; never changed. Those of an alert that never fired outlive it.
CREATE TABLE decision (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    alert TEXT NOT NULL,
    rule TEXT NOT NULL,
    labels TEXT NOT NULL,
    state TEXT NOT NULL,
    severity INTEGER,
    reason TEXT,
    value TEXT NOT NULL,
    "limit" TEXT NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL
);
CREATE INDEX decision_alert ON decision (alert, id);
CREATE INDEX decision_at ON decision (at);

-- A message that was posted, or will be: one for an alert or a table of alerts at one destination.
-- `version` counts what it should say, `shown` what it does say: an edit is due where they differ. `edit_error` is why
-- it can never be edited to what it should say now.
CREATE TABLE message (
    id TEXT PRIMARY KEY,
    destination TEXT NOT NULL,
    body TEXT NOT NULL,
    channel TEXT NOT NULL DEFAULT '',
    ts TEXT NOT NULL DEFAULT '',
    version INTEGER NOT NULL DEFAULT 0,
    shown INTEGER NOT NULL DEFAULT 0,
    created INTEGER NOT NULL,
    edit_due INTEGER NOT NULL DEFAULT 0,
    edit_tries INTEGER NOT NULL DEFAULT 0,
    edit_error TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE INDEX message_edit ON message (destination) WHERE version > shown AND ts <> '';
CREATE INDEX message_unedited ON message (id) WHERE edit_error <> '';
CREATE INDEX message_created ON message (created);

-- What each destination was last told of an alert, and which message there is about it. `gathered` is the one about what
-- became of many in which it was told since, if it was: it stays as it is there. `since` is when the alert began
-- of which that was, `over` whether it was told that it has ended.
CREATE TABLE told (
    alert TEXT NOT NULL,
    destination TEXT NOT NULL,
    message TEXT NOT NULL,
    peak INTEGER NOT NULL,
    value TEXT NOT NULL,
    since INTEGER NOT NULL,
    over INTEGER NOT NULL,
    gathered TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (alert, destination)
) WITHOUT ROWID;
CREATE INDEX told_message ON told (message);
CREATE INDEX told_gathered ON told (gathered) WHERE gathered <> '';

-- Notifications. `body` is NULL for a post, which says what its message says when it is sent. `alone` is a reply that no
-- later one makes needless; `rerouted` a post whose place the fallback took. `run` is the id in the log of what brought it about.
CREATE TABLE outbox (
    id TEXT PRIMARY KEY,
    dedupe TEXT NOT NULL UNIQUE,
    destination TEXT NOT NULL,
    message TEXT NOT NULL,
    reason TEXT NOT NULL,
    body TEXT,
    broadcast INTEGER NOT NULL DEFAULT 0,
    alone INTEGER NOT NULL DEFAULT 0,
    rerouted INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'merged', 'failed')),
    created INTEGER NOT NULL,
    due INTEGER NOT NULL,
    attempted INTEGER,
    tries INTEGER NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT '',
    ended INTEGER,
    run TEXT NOT NULL DEFAULT ''
);
CREATE INDEX outbox_waiting ON outbox (destination, created) WHERE state = 'waiting';
CREATE INDEX outbox_message ON outbox (message, state);
CREATE INDEX outbox_failed ON outbox (message) WHERE state = 'failed';
CREATE INDEX outbox_ended ON outbox (destination, ended, state) WHERE ended IS NOT NULL;

CREATE TABLE digest_sent (
    name TEXT NOT NULL,
    period INTEGER NOT NULL,
    at INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    PRIMARY KEY (name, period)
) WITHOUT ROWID;

CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX audit_at ON audit (at);

CREATE TABLE remembered (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
