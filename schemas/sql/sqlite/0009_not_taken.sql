-- Who was offered a chat and declined it, or let it pass: read again with each
-- look at who waits, however long the chat is. 13: the kind of such events;
-- ref 2: it was withdrawn.
CREATE INDEX event_not_taken ON event (conversation, seq)
	WHERE kind = 13 AND ref <> 2;
