-- Was a chat that waits given away by who had it last? And whose word is a
-- contact's address: that of an identity (0), or the customer's own (1)?

ALTER TABLE handoff ADD COLUMN given INTEGER NOT NULL DEFAULT 0;

ALTER TABLE contact ADD COLUMN email_said INTEGER NOT NULL DEFAULT 0;

UPDATE contact SET email_said = 1
	WHERE email IS NOT NULL AND external_id IS NULL;
