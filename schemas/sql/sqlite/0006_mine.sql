-- An agent's chats are few: they are put in order when they are read, and no
-- message moves them any more.
UPDATE listing SET at = 0 WHERE view = 0;
