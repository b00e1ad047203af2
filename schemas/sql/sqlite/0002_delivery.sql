-- Delivery through vendors: where a customer is, who wrote, and rows of the
-- outbox with a life of their own. Numbers stand for the enums of the store
-- (outbox state and kind, lane state, receipt rank); they are never
-- renumbered.

ALTER TABLE conversation ADD COLUMN customer_at INTEGER NOT NULL DEFAULT 0;

UPDATE conversation SET customer_at = e.at FROM
	(SELECT conversation, max(at) AS at FROM event
	WHERE kind = 1 AND author = 1 GROUP BY conversation) AS e
	WHERE e.conversation = conversation.id;

-- Where its customer is: the address that messages came to last, and how to
-- answer there. Beside the conversation, whose row is written with every
-- event and should be small.
CREATE TABLE reach (
	conversation INTEGER PRIMARY KEY,
	channel TEXT NOT NULL,
	account TEXT NOT NULL,
	address TEXT NOT NULL,
	reply TEXT NOT NULL DEFAULT ''
) STRICT;

INSERT INTO reach (conversation, channel, account, address)
	SELECT conversation, channel, account, address FROM contact_address;

-- The first of the rows in the outbox that it caused; the others follow. It
-- saves the outbox an index.
ALTER TABLE event ADD COLUMN outbox INTEGER;

-- Who wrote, the same in every conversation of a channel.
CREATE TABLE person (
	company INTEGER NOT NULL,
	channel TEXT NOT NULL,
	person TEXT NOT NULL,
	contact INTEGER NOT NULL,
	PRIMARY KEY (company, channel, person)
) STRICT, WITHOUT ROWID;

CREATE INDEX person_contact ON person (contact, channel);

-- An account of a company at a vendor, as far as delivery is concerned.
CREATE TABLE lane (
	id INTEGER PRIMARY KEY,
	company INTEGER NOT NULL,
	channel TEXT NOT NULL,
	account TEXT NOT NULL,
	state INTEGER NOT NULL DEFAULT 0,
	detail TEXT NOT NULL DEFAULT '',
	since INTEGER NOT NULL,
	heard_at INTEGER NOT NULL DEFAULT 0,
	UNIQUE (company, channel, account)
) STRICT;

-- place 0: to go out, 1: for people to see, 2: done. It follows from state and
-- stands apart so that a row that goes from one state to the next within its
-- place touches no index. An id is never given again: the far side may know
-- it. spent: what the vendor called it before it
-- was replayed; empty: nobody knows, or more than one name.
ALTER TABLE outbox RENAME TO outbox_1;

CREATE TABLE outbox (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	lane INTEGER NOT NULL,
	conversation INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	kind INTEGER NOT NULL,
	at INTEGER NOT NULL,
	place INTEGER NOT NULL DEFAULT 0,
	state INTEGER NOT NULL DEFAULT 0,
	attempts INTEGER NOT NULL DEFAULT 0,
	due INTEGER NOT NULL DEFAULT 0,
	receipt INTEGER NOT NULL DEFAULT 0,
	recipient TEXT NOT NULL,
	payload TEXT NOT NULL,
	vendor_id TEXT,
	code TEXT,
	reason TEXT,
	spent TEXT
) STRICT;

INSERT INTO lane (company, channel, account, since)
	SELECT c.company, o.channel, o.account, min(c.last_at)
	FROM outbox_1 AS o JOIN conversation AS c ON c.id = o.conversation
	GROUP BY 1, 2, 3 ORDER BY min(o.id);

INSERT INTO outbox (id, lane, conversation, seq, kind, at, state, attempts,
	due, recipient, payload)
	SELECT o.id, l.id, o.conversation, o.seq, 0, c.last_at, o.state,
	o.attempts, o.due, o.recipient, o.payload
	FROM outbox_1 AS o JOIN conversation AS c ON c.id = o.conversation
	JOIN lane AS l ON l.company = c.company AND l.channel = o.channel
	AND l.account = o.account ORDER BY o.id;

UPDATE event SET outbox = o.first FROM
	(SELECT conversation, seq, min(id) AS first FROM outbox GROUP BY 1, 2)
	AS o WHERE event.conversation = o.conversation AND event.seq = o.seq;

DROP TABLE outbox_1;

-- With their place, so that counting need not look at the rows.
CREATE INDEX outbox_open ON outbox (lane, place) WHERE place = 0;
CREATE INDEX outbox_given_up ON outbox (lane, place, id, state)
	WHERE place = 1;
CREATE INDEX outbox_vendor ON outbox (lane, vendor_id)
	WHERE vendor_id IS NOT NULL;
