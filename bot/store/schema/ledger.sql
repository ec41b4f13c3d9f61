-- Times are whole microseconds since the epoch, UTC; money is whole nano-dollars.
-- Every text that comes again and again is a term, and everything else holds its id.
-- A canonical UUID is kept as its 16 bytes.

CREATE TABLE term (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  text BLOB NOT NULL,
  UNIQUE (kind, text)
);

-- One row for each record. `digest` is of what Neo said: where it is the same, nothing was corrected.
-- `tools` are `term,calls,ms;…` and `agents` `term,triggers;…`: numbers alone, since this is a third of the row.
-- `seen` is when this version came as news; what backfill read has none: it counts as known since `at`.
-- A record that Neo no longer has is `gone` since that time, and in no sum.
CREATE TABLE ledger (
  id INTEGER PRIMARY KEY,
  source INTEGER NOT NULL,
  key BLOB NOT NULL,
  digest BLOB NOT NULL,
  task INTEGER NOT NULL,
  user INTEGER NOT NULL,
  model INTEGER NOT NULL,
  status INTEGER NOT NULL,
  byok INTEGER NOT NULL,
  at INTEGER NOT NULL,
  credits INTEGER NOT NULL,
  neo_cost INTEGER NOT NULL,
  llm_cost INTEGER NOT NULL,
  priced INTEGER NOT NULL,
  steps INTEGER NOT NULL,
  tool_calls INTEGER NOT NULL,
  agent_triggers INTEGER NOT NULL,
  execution_ms INTEGER NOT NULL,
  llm_ms INTEGER NOT NULL,
  tool_ms INTEGER NOT NULL,
  tools TEXT,
  agents TEXT,
  error INTEGER,
  seen INTEGER,
  gone INTEGER,
  UNIQUE (source, key)
);
CREATE INDEX ledger_at ON ledger (at);
CREATE INDEX ledger_user ON ledger (user, at);
CREATE INDEX ledger_task ON ledger (task);

-- What a correction or a removal replaced, as it was until then; `record` is the id in the ledger.
CREATE TABLE replaced (
  id INTEGER PRIMARY KEY,
  record INTEGER NOT NULL,
  until INTEGER NOT NULL,
  task INTEGER NOT NULL,
  user INTEGER NOT NULL,
  model INTEGER NOT NULL,
  status INTEGER NOT NULL,
  byok INTEGER NOT NULL,
  at INTEGER NOT NULL,
  credits INTEGER NOT NULL,
  neo_cost INTEGER NOT NULL,
  llm_cost INTEGER NOT NULL,
  priced INTEGER NOT NULL,
  steps INTEGER NOT NULL,
  tool_calls INTEGER NOT NULL,
  agent_triggers INTEGER NOT NULL,
  execution_ms INTEGER NOT NULL,
  llm_ms INTEGER NOT NULL,
  tool_ms INTEGER NOT NULL,
  tools TEXT,
  agents TEXT,
  error INTEGER,
  seen INTEGER,
  gone INTEGER
);
CREATE INDEX replaced_record ON replaced (record);

-- Sums of the ledger, always equal to what it says. A row without streams is not kept.
CREATE TABLE rollup_hour (
  hour INTEGER NOT NULL,
  source INTEGER NOT NULL,
  model INTEGER NOT NULL,
  byok INTEGER NOT NULL,
  status INTEGER NOT NULL,
  streams INTEGER NOT NULL,
  errors INTEGER NOT NULL,
  judged INTEGER NOT NULL,
  unpriced INTEGER NOT NULL,
  credits INTEGER NOT NULL,
  neo_cost INTEGER NOT NULL,
  llm_cost INTEGER NOT NULL,
  steps INTEGER NOT NULL,
  tool_calls INTEGER NOT NULL,
  agent_triggers INTEGER NOT NULL,
  execution_ms INTEGER NOT NULL,
  llm_ms INTEGER NOT NULL,
  tool_ms INTEGER NOT NULL,
  PRIMARY KEY (hour, source, model, byok, status)
) WITHOUT ROWID;

CREATE TABLE rollup_day (
  day INTEGER NOT NULL,
  source INTEGER NOT NULL,
  model INTEGER NOT NULL,
  byok INTEGER NOT NULL,
  status INTEGER NOT NULL,
  streams INTEGER NOT NULL,
  errors INTEGER NOT NULL,
  judged INTEGER NOT NULL,
  unpriced INTEGER NOT NULL,
  credits INTEGER NOT NULL,
  neo_cost INTEGER NOT NULL,
  llm_cost INTEGER NOT NULL,
  steps INTEGER NOT NULL,
  tool_calls INTEGER NOT NULL,
  agent_triggers INTEGER NOT NULL,
  execution_ms INTEGER NOT NULL,
  llm_ms INTEGER NOT NULL,
  tool_ms INTEGER NOT NULL,
  PRIMARY KEY (day, source, model, byok, status)
) WITHOUT ROWID;
CREATE INDEX rollup_day_model ON rollup_day (model, day);
CREATE INDEX rollup_day_status ON rollup_day (status, day);

-- All of a day: what is asked most, in so few rows that any month is read at once.
CREATE TABLE rollup_source (
  day INTEGER NOT NULL,
  source INTEGER NOT NULL,
  streams INTEGER NOT NULL,
  errors INTEGER NOT NULL,
  judged INTEGER NOT NULL,
  unpriced INTEGER NOT NULL,
  credits INTEGER NOT NULL,
  neo_cost INTEGER NOT NULL,
  llm_cost INTEGER NOT NULL,
  steps INTEGER NOT NULL,
  tool_calls INTEGER NOT NULL,
  agent_triggers INTEGER NOT NULL,
  execution_ms INTEGER NOT NULL,
  llm_ms INTEGER NOT NULL,
  tool_ms INTEGER NOT NULL,
  PRIMARY KEY (day, source)
) WITHOUT ROWID;

-- By user first: what is asked is a long time of a few users. More labels would make nearly as many rows as the ledger has.
CREATE TABLE rollup_user (
  user INTEGER NOT NULL,
  day INTEGER NOT NULL,
  source INTEGER NOT NULL,
  streams INTEGER NOT NULL,
  errors INTEGER NOT NULL,
  judged INTEGER NOT NULL,
  unpriced INTEGER NOT NULL,
  credits INTEGER NOT NULL,
  neo_cost INTEGER NOT NULL,
  llm_cost INTEGER NOT NULL,
  steps INTEGER NOT NULL,
  tool_calls INTEGER NOT NULL,
  agent_triggers INTEGER NOT NULL,
  execution_ms INTEGER NOT NULL,
  llm_ms INTEGER NOT NULL,
  tool_ms INTEGER NOT NULL,
  PRIMARY KEY (user, day, source)
) WITHOUT ROWID;

-- For counting tasks, which cannot be added up.
CREATE TABLE task_day (
  day INTEGER NOT NULL,
  task INTEGER NOT NULL,
  source INTEGER NOT NULL,
  user INTEGER NOT NULL,
  streams INTEGER NOT NULL,
  PRIMARY KEY (day, task, source, user)
) WITHOUT ROWID;

-- Tasks as Neo lists them; `id` is a term.
CREATE TABLE task (
  source INTEGER NOT NULL,
  id INTEGER NOT NULL,
  title TEXT NOT NULL,
  user INTEGER NOT NULL,
  model INTEGER NOT NULL,
  status INTEGER NOT NULL,
  byok INTEGER NOT NULL,
  at INTEGER NOT NULL,
  blocked INTEGER NOT NULL,
  spend INTEGER NOT NULL,
  streams INTEGER NOT NULL,
  PRIMARY KEY (source, id)
) WITHOUT ROWID;
CREATE INDEX task_blocked ON task (at) WHERE blocked;

-- What changed since rules were last judged: ids of the ledger from `first` to `last`,
-- or the labels and the time that a record or a blocked task had before.
CREATE TABLE dirty (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  first INTEGER,
  last INTEGER,
  source INTEGER,
  user INTEGER,
  model INTEGER,
  byok INTEGER,
  status INTEGER,
  task INTEGER,
  at INTEGER
);

-- Rows of Neo that could not be read; `digest` keeps one that is read again from counting twice.
CREATE TABLE rejected (
  id INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  digest BLOB NOT NULL,
  seen INTEGER NOT NULL,
  reason TEXT NOT NULL,
  row TEXT NOT NULL,
  key TEXT NOT NULL DEFAULT '',
  UNIQUE (source, endpoint, digest)
);

-- How far the reading of each source has come, and how it fares.
CREATE TABLE source_state (
  source TEXT PRIMARY KEY,
  cursor INTEGER,
  last_complete INTEGER,
  last_error TEXT,
  error_since INTEGER,
  role TEXT,
  account TEXT,
  backfill_from INTEGER,
  backfill_at INTEGER,
  backfill_done INTEGER NOT NULL DEFAULT 0,
  fallback INTEGER NOT NULL DEFAULT 0,
  by_arrival INTEGER,
  credits_available INTEGER,
  credits_issued INTEGER,
  credits_expire INTEGER,
  credits_reset INTEGER,
  credits_checked INTEGER
) WITHOUT ROWID;
