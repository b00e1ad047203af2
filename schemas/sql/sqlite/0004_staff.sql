-- The company's people: sellers, what they show to be let in, small things of
-- theirs, and who did what. Numbers stand for the enums of the store (agent
-- state, pass kind, item kind); they are never renumbered.

-- Nobody is ever removed: the log names them. chats: conversations held by or
-- offered to them; moved with the log, in the same transaction.
CREATE TABLE agent (
	id INTEGER PRIMARY KEY,
	company INTEGER NOT NULL,
	version INTEGER NOT NULL DEFAULT 1,
	email TEXT NOT NULL,
	name TEXT NOT NULL,
	role TEXT NOT NULL,
	state INTEGER NOT NULL,
	password TEXT NOT NULL DEFAULT '',
	totp TEXT NOT NULL DEFAULT '',
	backup TEXT NOT NULL DEFAULT '[]',
	totp_step INTEGER NOT NULL DEFAULT 0,
	capacity INTEGER NOT NULL,
	skills TEXT NOT NULL DEFAULT '[]',
	languages TEXT NOT NULL DEFAULT '[]',
	teams TEXT NOT NULL DEFAULT '[]',
	created_at INTEGER NOT NULL,
	online INTEGER NOT NULL DEFAULT 0,
	away INTEGER NOT NULL DEFAULT 0,
	presence_at INTEGER NOT NULL DEFAULT 0,
	chats INTEGER NOT NULL DEFAULT 0,
	UNIQUE (company, email)
) STRICT;

-- hash: SHA-256 of the token, in hex; whoever reads this file cannot log in
-- with it. expires_at 0: never. An id is never given again: lists are paged
-- by it, and who ended one must not end another.
CREATE TABLE pass (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	kind INTEGER NOT NULL,
	company INTEGER NOT NULL,
	agent INTEGER NOT NULL,
	hash TEXT NOT NULL UNIQUE,
	name TEXT NOT NULL,
	data TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	seen_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX pass_list ON pass (company, kind, agent);
CREATE INDEX pass_agent ON pass (agent, kind);
CREATE INDEX pass_expires ON pass (expires_at) WHERE expires_at > 0;

CREATE TABLE item (
	company INTEGER NOT NULL,
	kind INTEGER NOT NULL,
	owner INTEGER NOT NULL,
	key TEXT NOT NULL,
	value TEXT NOT NULL,
	at INTEGER NOT NULL,
	version INTEGER NOT NULL,
	PRIMARY KEY (company, kind, owner, key)
) STRICT, WITHOUT ROWID;

-- agent 0: nobody who was let in; conversation 0: about none.
CREATE TABLE audit (
	id INTEGER PRIMARY KEY,
	at INTEGER NOT NULL,
	company INTEGER NOT NULL,
	agent INTEGER NOT NULL,
	conversation INTEGER NOT NULL,
	what TEXT NOT NULL,
	outcome TEXT NOT NULL,
	detail TEXT NOT NULL
) STRICT;

CREATE INDEX audit_company ON audit (company);
CREATE INDEX audit_agent ON audit (company, agent) WHERE agent <> 0;
CREATE INDEX audit_conversation ON audit (company, conversation)
	WHERE conversation <> 0;
