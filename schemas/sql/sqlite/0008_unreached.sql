-- Mails to the support desk that do not arrive: which was the newest one of a
-- conversation (16: the kind of such events), and whether it is known that none
-- gets through. For each lane, since when none has, and why; 0: they do.

ALTER TABLE handoff ADD COLUMN mail_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE handoff ADD COLUMN unreached INTEGER NOT NULL DEFAULT 0;

UPDATE handoff SET mail_seq = coalesce((SELECT max(seq) FROM event
	WHERE conversation = handoff.conversation AND kind = 16), 0)
	WHERE mailed_seq > 0;

ALTER TABLE lane ADD COLUMN unreached_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE lane ADD COLUMN unreached TEXT NOT NULL DEFAULT '';
