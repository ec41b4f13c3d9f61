-- Charts for the threads of messages. Each is sent at most once: it is `tried` before it is, and never again after that
-- unless it surely did not arrive.
CREATE TABLE chart (
  message TEXT PRIMARY KEY,
  due INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  tried INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX chart_due ON chart (due) WHERE NOT tried;
