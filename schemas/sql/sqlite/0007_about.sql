-- Who changed or took back what they said: the search leaves out what no longer
-- stands there. 7, 8: the kinds of such events; ref: which message.
CREATE INDEX event_about ON event (conversation, ref) WHERE kind IN (7, 8);
