-- What people asked for, and what was held back for it. Times are microseconds. Acts only add and end; `past.py` says what goes when.

-- `match` is {label: [glob, …]} in JSON. A silence that was ended early has the moment of that as its `ends`.
CREATE TABLE silence (
  id INTEGER PRIMARY KEY,
  starts INTEGER NOT NULL,
  ends INTEGER NOT NULL,
  author TEXT NOT NULL,
  reason TEXT NOT NULL,
  rule TEXT NOT NULL,
  match TEXT NOT NULL,
  alert TEXT NOT NULL
);
CREATE INDEX silence_ends ON silence (ends);

-- Who took on which alert: it is not repeated until its peak rises above `peak`, or the acknowledgement is undone.
CREATE TABLE ack (
  id INTEGER PRIMARY KEY,
  alert TEXT NOT NULL,
  at INTEGER NOT NULL,
  author TEXT NOT NULL,
  peak INTEGER NOT NULL,
  undone INTEGER
);
CREATE INDEX ack_alert ON ack (alert);

-- News of an alert that waits to be told, since when; `least` is the severity at which that began. `quietly`: no silence
-- held it back while it fired; `late`: it was found after its period. `under` is what it was last looked at under: a
-- digest of the silences and the quiet time that held then.
CREATE TABLE held (
  alert TEXT PRIMARY KEY,
  since INTEGER NOT NULL,
  least INTEGER NOT NULL,
  quietly INTEGER NOT NULL,
  late INTEGER NOT NULL,
  under TEXT NOT NULL
) WITHOUT ROWID;
