-- Conversations with people: who holds what, the lists that sellers look at,
-- labels, followers of the log, and the search. Numbers stand for the enums of
-- core/ and store/ (holder, author, notice, view); they are never renumbered.

-- The newest answer to the customer, and whether there is a row in `handoff`.
-- Until now only the bot has answered, and nobody else has held one.
ALTER TABLE conversation ADD COLUMN answer_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversation ADD COLUMN handed INTEGER NOT NULL DEFAULT 0;

UPDATE conversation SET answer_seq = e.seq FROM
	(SELECT conversation, max(seq) AS seq FROM event
	WHERE kind = 1 AND author = 2 GROUP BY conversation) AS e
	WHERE e.conversation = conversation.id;

-- The rest of the fold, where any of it is not 0. Most conversations have only
-- ever been the bot's: their row stays as small as it was, and a message to
-- them costs no more. spoken_seq 0: what was spoken follows from
-- last_customer_seq and answer_seq.
CREATE TABLE handoff (
	conversation INTEGER PRIMARY KEY,
	team INTEGER NOT NULL,
	offered INTEGER NOT NULL,
	wanted INTEGER NOT NULL,
	last_agent INTEGER NOT NULL,
	priority INTEGER NOT NULL,
	breached INTEGER NOT NULL,
	front INTEGER NOT NULL,
	gone INTEGER NOT NULL,
	holder_seq INTEGER NOT NULL,
	route_seq INTEGER NOT NULL,
	offer_seq INTEGER NOT NULL,
	mailed_seq INTEGER NOT NULL,
	agent_seq INTEGER NOT NULL,
	notice_seq INTEGER NOT NULL,
	notice INTEGER NOT NULL,
	notice_at INTEGER NOT NULL,
	queued_at INTEGER NOT NULL,
	waiting_at INTEGER NOT NULL,
	snoozed_until INTEGER NOT NULL,
	offered_at INTEGER NOT NULL,
	spoken_by INTEGER NOT NULL,
	spoken_id INTEGER NOT NULL,
	spoken_seq INTEGER NOT NULL,
	spoken_before INTEGER NOT NULL
) STRICT;

-- In which lists a conversation stands, and where: it follows from the fold
-- and the labels. who: whose it is (the agent's in "mine", else the team's), or
-- 0: everybody's; label '': whatever its labels. at: by what the list is
-- ordered; 0 where that is the conversation. Beyond the views: 100 has all that
-- are in a queue or with an agent, 101 those that wait for a mail to the
-- support desk, both of all companies (0).
CREATE TABLE listing (
	company INTEGER NOT NULL,
	view INTEGER NOT NULL,
	who INTEGER NOT NULL,
	label TEXT NOT NULL,
	at INTEGER NOT NULL,
	conversation INTEGER NOT NULL,
	PRIMARY KEY (company, view, who, label, at, conversation)
) STRICT, WITHOUT ROWID;

INSERT INTO listing SELECT company, 5, 0, '', last_at, id FROM conversation
	WHERE status = 3;
INSERT INTO listing SELECT company, 6, 0, '', 0, id FROM conversation
	WHERE status <> 3 AND holder = 0;

CREATE TABLE label (
	conversation INTEGER NOT NULL,
	label TEXT NOT NULL,
	PRIMARY KEY (conversation, label)
) STRICT, WITHOUT ROWID;

-- How far each has come along the log, by the rowid of events: they are never
-- removed, so it rises in the order of commits.
CREATE TABLE follower (
	name TEXT PRIMARY KEY,
	place INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Words of events; their rowid is the event's, where the text itself stands.
CREATE VIRTUAL TABLE search USING fts5 (
	company, text,
	content = '', columnsize = 0, prefix = '3',
	tokenize = 'unicode61 remove_diacritics 2'
);
