PRAGMA application_id = 1315270466;
BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'bot','tables','2026-11-22 16:41:41.414332+00:00');
CREATE TABLE ack (
  id INTEGER PRIMARY KEY,
  alert TEXT NOT NULL,
  at INTEGER NOT NULL,
  author TEXT NOT NULL,
  peak INTEGER NOT NULL,
  undone INTEGER
);
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
INSERT INTO "alert" VALUES('2vfht32du5','daily','thresholds','["spend", [], ["user"], ["day", "UTC"]]','["user"]','["ana@acme.test"]',1795132800000000,1795219200000000,1,'firing',3,3,'usd:121000000000','usd:121000000000','[3, "usd:100000000000", "100 USD"]','[3, "usd:100000000000", "100 USD"]',1795165200000000,1795165200000000,NULL,NULL,NULL,0,'',1795176060000000,0,NULL,1795219200000000);
INSERT INTO "alert" VALUES('cdfsx356z6','daily','thresholds','["spend", [], ["user"], ["day", "UTC"]]','["user"]','["bob@acme.test"]',1795132800000000,1795219200000000,1,'firing',2,2,'usd:60000000000','usd:60000000000','[2, "usd:50000000000", "50 USD"]','[2, "usd:50000000000", "50 USD"]',1795165200000000,1795165200000000,NULL,NULL,NULL,0,'',1795165200000000,0,NULL,1795219200000000);
CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    detail TEXT NOT NULL
);
INSERT INTO "audit" VALUES(1,1795176060000000,'U0ADA','silence','S1 user=bob@acme.test until 2026-11-20T14:01:00+00:00 (too loud)');
CREATE TABLE chart (
  message TEXT PRIMARY KEY,
  due INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  tried INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
INSERT INTO "chart" VALUES('117bdb7962d8991f292c61ab',1795176063000000,1,1);
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
INSERT INTO "decision" VALUES(1,1795165200000000,'2vfht32du5','daily','["ana@acme.test"]','firing',2,'first','usd:60000000000','[2, "usd:50000000000", "50 USD"]',1795132800000000,1795219200000000);
INSERT INTO "decision" VALUES(2,1795165200000000,'cdfsx356z6','daily','["bob@acme.test"]','firing',2,'first','usd:60000000000','[2, "usd:50000000000", "50 USD"]',1795132800000000,1795219200000000);
INSERT INTO "decision" VALUES(3,1795176060000000,'2vfht32du5','daily','["ana@acme.test"]','firing',3,'escalated','usd:120000000000','[3, "usd:100000000000", "100 USD"]',1795132800000000,1795219200000000);
CREATE TABLE digest_sent (
    name TEXT NOT NULL,
    period INTEGER NOT NULL,
    at INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    PRIMARY KEY (name, period)
) WITHOUT ROWID;
INSERT INTO "digest_sent" VALUES('noon',1794960000000000,1795161600000000,'begun');
INSERT INTO "digest_sent" VALUES('noon',1795046400000000,1795176063000000,'sent');
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
CREATE TABLE held (
  alert TEXT PRIMARY KEY,
  since INTEGER NOT NULL,
  least INTEGER NOT NULL,
  quietly INTEGER NOT NULL,
  late INTEGER NOT NULL,
  under TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE judged (
    rule TEXT PRIMARY KEY,
    meaning TEXT NOT NULL,
    terms TEXT NOT NULL,
    since INTEGER NOT NULL,
    at INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO "judged" VALUES('daily','["spend", [], ["user"], ["day", "UTC"]]','9ead2475f1eaea95',1795161600000000,1795176123000000);
INSERT INTO "judged" VALUES('data-age','["data_age", [], ["source"], null]','da484fdd8e299d7a',1795161600000000,1795176123000000);
INSERT INTO "judged" VALUES('drift','["drift", [], ["source"], null]','4e73a0190315694c',1795161600000000,1795176123000000);
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
INSERT INTO "ledger" VALUES(1,1,X'00000000000040008000000000000000',X'E248080869A34BB7',5,4,3,2,0,1795075200000000,5000000000,0,0,1,1,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "ledger" VALUES(2,1,X'00000000000040008000000000000002',X'74BCBC7BC862219F',8,6,3,2,0,1795161600000000,60000000000,0,0,1,1,0,0,0,0,0,NULL,NULL,NULL,1795165200000000,NULL);
INSERT INTO "ledger" VALUES(3,1,X'00000000000040008000000000000001',X'94E0AF0A34782146',7,4,3,2,0,1795161600000000,60000000000,0,0,1,1,0,0,0,0,0,NULL,NULL,NULL,1795165200000000,NULL);
INSERT INTO "ledger" VALUES(4,1,X'00000000000040008000000000000003',X'155C31AB321CD433',9,4,3,2,0,1795176060000000,61000000000,0,0,1,1,0,0,0,0,0,NULL,NULL,NULL,1795176123000000,NULL);
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
INSERT INTO "message" VALUES('117bdb7962d8991f292c61ab','finops>slack:#neo-spend','{"digest":{"name":"noon","every":"day","period":{"name":"19 Nov 2026","start":"2026-11-19T00:00:00Z","end":"2026-11-20T00:00:00Z","zone":"UTC"},"spend":{"nano":5000000000},"before":{"nano":0},"mean":{"nano":0},"to_date":{"name":"November 2026","start":"2026-11-01T00:00:00Z","end":"2026-11-20T12:01:03Z","zone":"UTC"},"to_date_spend":{"nano":185000000000},"budgets":[],"credits_left":{"nano":2575000000000},"credits_expire":"2026-12-01T00:00:00Z","split":{"credits":{"nano":5000000000},"neo_cost":{"nano":0},"llm_cost":{"nano":0}},"users":[{"user":"ana@acme.test","cost":{"nano":5000000000},"before":{"nano":0},"share":"100"}],"more_users":0,"models":[{"name":"claude-sonnet-4-5","cost":{"nano":5000000000}}],"tasks":[{"id":"task-0","title":"","user":"ana@acme.test","model":"claude-sonnet-4-5","cost":{"nano":5000000000},"streams":1}],"streams":1,"errors":0,"error_rate":"0","alerts":[{"id":"2vfht32du5","rule":"daily","labels":{"user":"ana@acme.test"},"severity":3,"value":"usd:120000000000","limit_text":"100 USD","since":"2026-11-20T09:00:00Z","acted":{"ack":null,"silence":null},"title":"","metric":"spend"},{"id":"cdfsx356z6","rule":"daily","labels":{"user":"bob@acme.test"},"severity":2,"value":"usd:60000000000","limit_text":"50 USD","since":"2026-11-20T09:00:00Z","acted":{"ack":null,"silence":{"name":"S1","author":"ada@acme.test","until":"2026-11-20T14:01:00Z","reason":"too loud"}},"title":"","metric":"spend"}],"more_alerts":0,"records":1,"as_of":"2026-11-20T12:01:00Z","late":{"nano":0},"stale":[],"reconciled":null,"skipped":"","final":true,"note":"","to_date_before":null,"silenced":1,"acked":0,"chart":{"days":[{"day":"2026-10-21","split":{"credits":{"nano":0},"neo_cost":{"nano":0},"llm_cost":{"nano":0}}},{"day":"2026-10-22","split":{"credits":{"nano":0},"neo_cost":{"nano":0},"llm_cost":{"nano":0}}},{"day":"2026-10-23","split":{"credits":{"nano":0},"neo_cost":{"nano":0},"llm_cost":{"nano":0}}},{"day":"2026-10-24","split":{"credits":{"nano":0},"neo_cost":{"nano":0},"llm_cost":{"nano":0}}},{"day":"2026-10-25","split":{"credits":{"nano":0},"neo_cost":{"nano":0},"llm_cost":{"nano":0}}},{"day":"2026-10-26","split":{"credits":{"nano":0},"neo_cost":{"nano":0},"llm_cost":{"nano":0}}},{"day":"2026-10-27","split":{"credits":{"nano":0},"neo_cost":{"nano":0},"llm_cost":{"nano":0}}},{"day":"2026-10-28","split":{"credits":{"nano":0},"neo_cost":{"nano":0},"llm_cost":{"nano":0}}},{"day":"2026-10-29","split":{"credits":{"nano":0},"neo_cost":{"nano":0},"llm_cost":{"nano":0}}},{"day":"2026-10-30","split":{"credits":{"nano":0},"neo_cost":{"nano":0},"llm_cost":{"nano":0}}},{"day":"2026-10-31","split":{"credits":{"nano":0},"neo_cost":{"nano":0},"llm_cost":{"nano":0}}},{"day":"2026-11-01","split":{"credits":{"nano":0},"neo_cost":{"nano":0},"llm_cost":{"nano":0}}},{"day":"2026-11-02","split":{"credits":{"nano":0},"neo_cost":{"nano":0},"llm_cost":{"nano":0}}},{"day":"2026-11-03","split":{"credits":{"nano":0},"neo_cost":{"nano":0},"llm_cost":{"nano":0}}},{"day":"2026-11-04","split":{"credits":{"nano":0},"neo_cost":{"nano":0},"llm_cost":{"nano":0}}},{"day":"2026-11-05","split":{"credits":{"nano":0},"neo_cost":{"nano":0},"llm_cost":{"nano":0}}},{"day":"2026-11-06","split":{"credits":{"nano":0},"neo_cost":{"nano":0},"llm_cost":{"nano":0}}},{"day":"2026-11-07","split":{"credits":{"nano":0},"neo_cost":{"nano":0},"llm_cost":{"nano":0}}},{"day":"2026-11-08","split":{"credits":{"nano":0},"neo_cost":{"nano":0},"llm_cost":{"nano":0}}},{"day":"2026-11-09","split":{"credits":{"nano":0},"neo_cost":{"nano":0},"llm_cost":{"nano":0}}},{"day":"2026-11-10","split":{"credits":{"nano":0},"neo_cost":{"nano":0},"llm_cost":{"nano":0}}},{"day":"2026-11-11","split":{"credits":{"nano":0},"neo_cost":{"nano":0},"llm_cost":{"nano":0}}},{"day":"2026-11-12","split":{"credits":{"nano":0},"neo_cost":{"nano":0},"llm_cost":{"nano":0}}},{"day":"2026-11-13","split":{"credits":{"nano":0},"neo_cost":{"nano":0},"llm_cost":{"nano":0}}},{"day":"2026-11-14","split":{"credits":{"nano":0},"neo_cost":{"nano":0},"llm_cost":{"nano":0}}},{"day":"2026-11-15","split":{"credits":{"nano":0},"neo_cost":{"nano":0},"llm_cost":{"nano":0}}},{"day":"2026-11-16","split":{"credits":{"nano":0},"neo_cost":{"nano":0},"llm_cost":{"nano":0}}},{"day":"2026-11-17","split":{"credits":{"nano":0},"neo_cost":{"nano":0},"llm_cost":{"nano":0}}},{"day":"2026-11-18","split":{"credits":{"nano":0},"neo_cost":{"nano":0},"llm_cost":{"nano":0}}},{"day":"2026-11-19","split":{"credits":{"nano":5000000000},"neo_cost":{"nano":0},"llm_cost":{"nano":0}}}],"zone":"UTC","budget":null},"more_models":0,"more_tasks":0,"more_budgets":0,"reached":[],"healed":{"nano":0}},"kind":"digest"}','C0SPEND','1795176123.000000',0,0,1795176063000000,0,0,'');
INSERT INTO "message" VALUES('3522a743736b80ce35c0f588','finops>slack:#neo-spend','{"alert":{"id":"2vfht32du5","rule":"daily","summary":"","condition":"thresholds","metric":"spend","labels":{"user":"ana@acme.test"},"state":"firing","severity":3,"peak":3,"reason":"escalated","value":"usd:120000000000","worst":"usd:120000000000","limit":"usd:100000000000","limit_text":"100 USD","limit_severity":3,"told":"usd:60000000000","period":{"name":"day","start":"2026-11-20T00:00:00Z","end":"2026-11-21T00:00:00Z","zone":"UTC"},"by_period":true,"since":"2026-11-20T09:00:00Z","ended":null,"note":"","records":2,"tasks":[{"id":"task-1","title":"","user":"ana@acme.test","model":"claude-sonnet-4-5","cost":{"nano":60000000000},"streams":1},{"id":"task-3","title":"","user":"ana@acme.test","model":"claude-sonnet-4-5","cost":{"nano":60000000000},"streams":1}],"more_tasks":0,"split":null,"pace":null,"data_at":"2026-11-20T12:01:00Z","runbook":"","receiver":"finops","final":false,"acted":{"ack":null,"silence":null},"first":null,"over_at":null},"kind":"alert"}','C0SPEND','1795165200.000000',1,1,1795165200000000,0,0,'');
INSERT INTO "message" VALUES('e21347385b50f2a7b3849049','finops>slack:#neo-spend','{"alert":{"id":"cdfsx356z6","rule":"daily","summary":"","condition":"thresholds","metric":"spend","labels":{"user":"bob@acme.test"},"state":"firing","severity":2,"peak":2,"reason":"first","value":"usd:60000000000","worst":"usd:60000000000","limit":"usd:50000000000","limit_text":"50 USD","limit_severity":2,"told":null,"period":{"name":"day","start":"2026-11-20T00:00:00Z","end":"2026-11-21T00:00:00Z","zone":"UTC"},"by_period":true,"since":"2026-11-20T09:00:00Z","ended":null,"note":"","records":1,"tasks":[{"id":"task-2","title":"","user":"bob@acme.test","model":"claude-sonnet-4-5","cost":{"nano":60000000000},"streams":1}],"more_tasks":0,"split":null,"pace":null,"data_at":"2026-11-20T09:00:00Z","runbook":"","receiver":"finops","final":false,"acted":{"ack":null,"silence":{"name":"S1","author":"ada@acme.test","until":"2026-11-20T14:01:00Z","reason":"too loud"}},"first":null,"over_at":null},"kind":"alert"}','C0SPEND','1795165201.000000',1,1,1795165200000000,0,0,'');
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
INSERT INTO "outbox" VALUES('2372dc9c10969e88c52ddd40','finops>slack:#neo-spend|2vfht32du5|2026-11-20T09:00:00+00:00|first|warning|50 USD|2026-11-20T09:00:00+00:00','finops>slack:#neo-spend','3522a743736b80ce35c0f588','first',NULL,0,0,0,'sent',1795165200000000,1795165200000000,1795165200000000,1,'',1795165200000000,'9e26eaae');
INSERT INTO "outbox" VALUES('bdf02d513124601345880cc2','finops>slack:#neo-spend|cdfsx356z6|2026-11-20T09:00:00+00:00|first|warning|50 USD|2026-11-20T09:00:00+00:00','finops>slack:#neo-spend','e21347385b50f2a7b3849049','first',NULL,0,0,0,'sent',1795165200000000,1795165200000000,1795165201000000,1,'',1795165201000000,'9e26eaae');
INSERT INTO "outbox" VALUES('0d79892f3eaf956303bfc74a','finops>slack:#neo-spend|2vfht32du5|2026-11-20T09:00:00+00:00|escalated|critical|100 USD|2026-11-20T12:01:00+00:00','finops>slack:#neo-spend','3522a743736b80ce35c0f588','escalated','{"alert":{"id":"2vfht32du5","rule":"daily","summary":"","condition":"thresholds","metric":"spend","labels":{"user":"ana@acme.test"},"state":"firing","severity":3,"peak":3,"reason":"escalated","value":"usd:120000000000","worst":"usd:120000000000","limit":"usd:100000000000","limit_text":"100 USD","limit_severity":3,"told":"usd:60000000000","period":{"name":"day","start":"2026-11-20T00:00:00Z","end":"2026-11-21T00:00:00Z","zone":"UTC"},"by_period":true,"since":"2026-11-20T09:00:00Z","ended":null,"note":"","records":2,"tasks":[{"id":"task-1","title":"","user":"ana@acme.test","model":"claude-sonnet-4-5","cost":{"nano":60000000000},"streams":1},{"id":"task-3","title":"","user":"ana@acme.test","model":"claude-sonnet-4-5","cost":{"nano":60000000000},"streams":1}],"more_tasks":0,"split":null,"pace":null,"data_at":"2026-11-20T12:01:00Z","runbook":"","receiver":"finops","final":false,"acted":{"ack":null,"silence":null},"first":null,"over_at":null},"kind":"alert"}',1,0,0,'sent',1795176060000000,1795176060000000,1795176061000000,1,'',1795176061000000,'3ebef947');
INSERT INTO "outbox" VALUES('ecec5e913c46ea751a06c740','117bdb7962d8991f292c61ab','finops>slack:#neo-spend','117bdb7962d8991f292c61ab','digest',NULL,0,0,0,'sent',1795176063000000,1795176063000000,1795176123000000,1,'',1795176123000000,'b6f90636');
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
CREATE TABLE remembered (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO "remembered" VALUES('digest timings','{"noon": "Timing(every=<Every.DAY: ''day''>, weekday=0, day=1, at=datetime.time(12, 0), zone=zoneinfo.ZoneInfo(key=''UTC''), settle=datetime.timedelta(seconds=7200))"}');
INSERT INTO "remembered" VALUES('figures are final up to','2026-11-20T06:00:00+00:00');
INSERT INTO "remembered" VALUES('source acme: account balance','2026-11-20T12:00:02+00:00');
INSERT INTO "remembered" VALUES('source acme: account user','2026-11-20T12:00:02+00:00');
INSERT INTO "remembered" VALUES('source acme: look day','2026-11-20T12:00:02+00:00');
INSERT INTO "remembered" VALUES('source acme: look month','2026-11-20T08:00:00+00:00');
INSERT INTO "remembered" VALUES('source acme: refused billing/credits','');
INSERT INTO "remembered" VALUES('source acme: refused billing/subscription','');
INSERT INTO "remembered" VALUES('source acme: refused user','');
INSERT INTO "remembered" VALUES('stale sources','[]');
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
INSERT INTO "replaced" VALUES(1,4,1795176123000000,9,4,3,2,0,1795176060000000,60000000000,0,0,1,1,0,0,0,0,0,NULL,NULL,NULL,1795176060000000,NULL);
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
INSERT INTO "rollup_day" VALUES(20776,1,3,0,2,1,0,1,0,5000000000,0,0,1,0,0,0,0,0);
INSERT INTO "rollup_day" VALUES(20777,1,3,0,2,3,0,3,0,181000000000,0,0,3,0,0,0,0,0);
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
INSERT INTO "rollup_hour" VALUES(498632,1,3,0,2,1,0,1,0,5000000000,0,0,1,0,0,0,0,0);
INSERT INTO "rollup_hour" VALUES(498656,1,3,0,2,2,0,2,0,120000000000,0,0,2,0,0,0,0,0);
INSERT INTO "rollup_hour" VALUES(498660,1,3,0,2,1,0,1,0,61000000000,0,0,1,0,0,0,0,0);
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
INSERT INTO "rollup_source" VALUES(20776,1,1,0,1,0,5000000000,0,0,1,0,0,0,0,0);
INSERT INTO "rollup_source" VALUES(20777,1,3,0,3,0,181000000000,0,0,3,0,0,0,0,0);
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
INSERT INTO "rollup_user" VALUES(4,20776,1,1,0,1,0,5000000000,0,0,1,0,0,0,0,0);
INSERT INTO "rollup_user" VALUES(4,20777,1,2,0,2,0,121000000000,0,0,2,0,0,0,0,0);
INSERT INTO "rollup_user" VALUES(6,20777,1,1,0,1,0,60000000000,0,0,1,0,0,0,0,0);
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
INSERT INTO "silence" VALUES(1,1795176060000000,1795183260000000,'ada@acme.test','too loud','*','{"user": ["bob@acme.test"]}','');
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
INSERT INTO "source_state" VALUES('acme',1795176123000000,1795176123000000,NULL,NULL,'admin','ada@acme.test',1791705600000000,1791705600000000,1,0,NULL,2575000000000,2700000000000,1796083200000000,1796083200000000,1795176002000000);
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
INSERT INTO "task" VALUES(1,5,'',4,3,2,0,1795075200000000,0,5000000000,1);
INSERT INTO "task" VALUES(1,7,'',4,3,2,0,1795161600000000,0,60000000000,1);
INSERT INTO "task" VALUES(1,8,'',6,3,2,0,1795161600000000,0,60000000000,1);
INSERT INTO "task" VALUES(1,9,'',4,3,2,0,1795176060000000,0,61000000000,1);
CREATE TABLE task_day (
  day INTEGER NOT NULL,
  task INTEGER NOT NULL,
  source INTEGER NOT NULL,
  user INTEGER NOT NULL,
  streams INTEGER NOT NULL,
  PRIMARY KEY (day, task, source, user)
) WITHOUT ROWID;
INSERT INTO "task_day" VALUES(20776,5,1,4,1);
INSERT INTO "task_day" VALUES(20777,7,1,4,1);
INSERT INTO "task_day" VALUES(20777,8,1,6,1);
INSERT INTO "task_day" VALUES(20777,9,1,4,1);
CREATE TABLE term (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  text BLOB NOT NULL,
  UNIQUE (kind, text)
);
INSERT INTO "term" VALUES(1,'source','acme');
INSERT INTO "term" VALUES(2,'status','completed');
INSERT INTO "term" VALUES(3,'model','claude-sonnet-4-5');
INSERT INTO "term" VALUES(4,'user','ana@acme.test');
INSERT INTO "term" VALUES(5,'task','task-0');
INSERT INTO "term" VALUES(6,'user','bob@acme.test');
INSERT INTO "term" VALUES(7,'task','task-1');
INSERT INTO "term" VALUES(8,'task','task-2');
INSERT INTO "term" VALUES(9,'task','task-3');
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
INSERT INTO "told" VALUES('2vfht32du5','finops>slack:#neo-spend','3522a743736b80ce35c0f588',3,'usd:120000000000',1795165200000000,0,'');
INSERT INTO "told" VALUES('cdfsx356z6','finops>slack:#neo-spend','e21347385b50f2a7b3849049',2,'usd:60000000000',1795165200000000,0,'');
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX alert_live ON alert (rule, labels, "end") WHERE state IN ('pending', 'firing', 'corrected', 'closed');
CREATE INDEX alert_open ON alert (state) WHERE state IN ('pending', 'firing');
CREATE INDEX alert_due ON alert (due) WHERE due IS NOT NULL;
CREATE INDEX alert_closed ON alert ("end") WHERE state = 'closed';
CREATE INDEX alert_ended ON alert (ended) WHERE ended IS NOT NULL;
CREATE INDEX decision_alert ON decision (alert, id);
CREATE INDEX decision_at ON decision (at);
CREATE INDEX message_edit ON message (destination) WHERE version > shown AND ts <> '';
CREATE INDEX message_unedited ON message (id) WHERE edit_error <> '';
CREATE INDEX message_created ON message (created);
CREATE INDEX told_message ON told (message);
CREATE INDEX told_gathered ON told (gathered) WHERE gathered <> '';
CREATE INDEX outbox_waiting ON outbox (destination, created) WHERE state = 'waiting';
CREATE INDEX outbox_message ON outbox (message, state);
CREATE INDEX outbox_failed ON outbox (message) WHERE state = 'failed';
CREATE INDEX outbox_ended ON outbox (destination, ended, state) WHERE ended IS NOT NULL;
CREATE INDEX audit_at ON audit (at);
CREATE INDEX chart_due ON chart (due) WHERE NOT tried;
CREATE INDEX ledger_at ON ledger (at);
CREATE INDEX ledger_user ON ledger (user, at);
CREATE INDEX ledger_task ON ledger (task);
CREATE INDEX replaced_record ON replaced (record);
CREATE INDEX rollup_day_model ON rollup_day (model, day);
CREATE INDEX rollup_day_status ON rollup_day (status, day);
CREATE INDEX task_blocked ON task (at) WHERE blocked;
CREATE INDEX silence_ends ON silence (ends);
CREATE INDEX ack_alert ON ack (alert);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('dirty',5);
COMMIT;
