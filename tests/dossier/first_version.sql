-- The tables of the first version as it made them, before there were versions; the triggers are those of SQLite.
CREATE TABLE motcua_dossiers (
	dossier TEXT NOT NULL,
	version INTEGER NOT NULL,
	state TEXT,
	procedure TEXT,
	received_at TEXT,
	promised TEXT,
	legal_due TEXT,
	due_without_pauses TEXT,
	PRIMARY KEY (dossier)
);;
CREATE INDEX ix_motcua_dossiers_state ON motcua_dossiers (state);;
CREATE TABLE motcua_events (
	dossier TEXT NOT NULL,
	version INTEGER NOT NULL,
	parent TEXT,
	event TEXT NOT NULL,
	at TEXT NOT NULL,
	recorded_at TEXT,
	actor TEXT,
	office TEXT,
	applicant TEXT,
	procedure TEXT,
	sector TEXT,
	channel TEXT,
	"limit" TEXT,
	promised TEXT,
	reason TEXT,
	ground TEXT,
	document TEXT,
	document_at TEXT,
	notice TEXT,
	slip TEXT,
	signed TEXT,
	digitised TEXT,
	source TEXT NOT NULL CHECK (source IN ('desk', 'import')),
	override_reason TEXT,
	override_approver TEXT,
	override_lifted TEXT,
	PRIMARY KEY (dossier, version)
);;
CREATE TRIGGER motcua_events_no_update BEFORE UPDATE ON motcua_events  BEGIN SELECT RAISE(ABORT, 'motcua_events is append-only: this UPDATE is refused'); END;;
CREATE TRIGGER motcua_events_no_delete BEFORE DELETE ON motcua_events  BEGIN SELECT RAISE(ABORT, 'motcua_events is append-only: this DELETE is refused'); END;;
CREATE TRIGGER motcua_events_no_insert BEFORE INSERT ON motcua_events WHEN EXISTS (SELECT 1 FROM motcua_events WHERE dossier = NEW.dossier AND version = NEW.version) BEGIN SELECT RAISE(ABORT, 'motcua_events is append-only: this INSERT is refused'); END
