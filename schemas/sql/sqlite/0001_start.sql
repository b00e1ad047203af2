-- The first shape: companies, who writes to them, and the log.
-- Numbers stand for the enums of core/ (kind, author, holder, status, timer
-- kind); they are never renumbered. Times are wall milliseconds since 1970.

CREATE TABLE company (
	id INTEGER PRIMARY KEY,
	key TEXT NOT NULL UNIQUE,
	version INTEGER NOT NULL,
	document TEXT NOT NULL
) STRICT;

-- An id that was given out is never given again: it stands in tokens.
CREATE TABLE contact (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	company INTEGER NOT NULL,
	external_id TEXT,
	name TEXT,
	email TEXT
) STRICT;

CREATE UNIQUE INDEX contact_external ON contact (company, external_id)
	WHERE external_id IS NOT NULL;

-- One person, many addresses; an address has one conversation.
CREATE TABLE contact_address (
	company INTEGER NOT NULL,
	channel TEXT NOT NULL,
	account TEXT NOT NULL,
	address TEXT NOT NULL,
	contact INTEGER NOT NULL,
	conversation INTEGER NOT NULL,
	PRIMARY KEY (company, channel, account, address)
) STRICT, WITHOUT ROWID;

CREATE INDEX contact_address_contact ON contact_address (contact);

-- The fold of the log, and what is known beside it (claim, read marks).
-- claim_worker 0: free; claim_beat only rises.
CREATE TABLE conversation (
	id INTEGER PRIMARY KEY,
	company INTEGER NOT NULL,
	contact INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	epoch INTEGER NOT NULL,
	last_customer_seq INTEGER NOT NULL,
	handled_seq INTEGER NOT NULL,
	resolved_seq INTEGER NOT NULL,
	holder INTEGER NOT NULL,
	agent INTEGER NOT NULL,
	status INTEGER NOT NULL,
	opened_at INTEGER NOT NULL,
	last_at INTEGER NOT NULL,
	claim_worker INTEGER NOT NULL DEFAULT 0,
	claim_beat INTEGER NOT NULL DEFAULT 0,
	seen_customer INTEGER NOT NULL DEFAULT 0,
	seen_company INTEGER NOT NULL DEFAULT 0
) STRICT;

-- conversation_pending(): the bot holds it (0) and has not dealt with all.
CREATE INDEX conversation_pending ON conversation (id)
	WHERE holder = 0 AND handled_seq < last_customer_seq;

-- The log, in the order things happened: new events of all conversations
-- share pages, which halves the cost of a commit against rows clustered by
-- conversation.
CREATE TABLE event (
	conversation INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	kind INTEGER NOT NULL,
	author INTEGER NOT NULL,
	author_id INTEGER NOT NULL,
	ref INTEGER NOT NULL,
	at INTEGER NOT NULL,
	company INTEGER NOT NULL,
	source TEXT,
	body TEXT NOT NULL,
	UNIQUE (conversation, seq)
) STRICT;

-- What makes an inbound event idempotent.
CREATE UNIQUE INDEX event_source ON event (company, source)
	WHERE source IS NOT NULL;

-- state 0: ready. An id is never given again: the far side may know it.
CREATE TABLE outbox (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	conversation INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	channel TEXT NOT NULL,
	account TEXT NOT NULL,
	recipient TEXT NOT NULL,
	payload TEXT NOT NULL,
	state INTEGER NOT NULL DEFAULT 0,
	attempts INTEGER NOT NULL DEFAULT 0,
	due INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE timer (
	conversation INTEGER NOT NULL,
	kind INTEGER NOT NULL,
	due INTEGER NOT NULL,
	PRIMARY KEY (conversation, kind)
) STRICT, WITHOUT ROWID;

CREATE INDEX timer_due ON timer (due);
