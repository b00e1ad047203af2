/*
 * The checks of conversations with people. Who holds a conversation at any of
 * its events follows from the events alone; nothing here asks the columns that
 * the program keeps of it, but to hold them against that.
 */
#include "tests/crash/check.h"

const char people_prepare_sql[] =
    "CREATE TABLE told (conversation, seq, agent, seen, text);"
    "CREATE TABLE never (agent, text);"
    "CREATE TABLE state (conversation, seq, holder, agent);"
    "CREATE TABLE saw (conversation, seq, kind, author, agent, text);"
    "CREATE TABLE desk (conversation, text);"
    "CREATE TABLE mail (row, id, at, told);"
    "CREATE TABLE kill (part, at);"
    "CREATE TABLE staff (agent PRIMARY KEY, name, role);"
    "CREATE TABLE holder_words (number PRIMARY KEY, word);"
    "INSERT INTO holder_words VALUES (0,'bot'),(1,'queue'),(2,'agent'),"
    "(3,'email'),(4,'nobody');"
    "CREATE TABLE whole (number PRIMARY KEY, word);"
    "INSERT INTO whole VALUES (0,'opened'),(1,'message'),(2,'identified'),"
    "(3,'holder'),(4,'handled'),(5,'timer'),(6,'resolved'),(7,'edited'),"
    "(8,'deleted'),(9,'file'),(10,'delivery'),(11,'route'),(12,'offer'),"
    "(13,'offer_end'),(14,'note'),(15,'pack'),(16,'mailed'),"
    "(17,'snoozed'),(18,'reopened'),(19,'labels'),(20,'priority'),"
    "(21,'gone');";

const struct line_kind people_lines[] = {
    {"told", "INSERT INTO told VALUES (?1 + 0, ?2 + 0, ?3 + 0, ?4 + 0, "
	     "json_extract(?5, '$'))"},
    {"never", "INSERT INTO never VALUES (?1 + 0, json_extract(?2, '$'))"},
    {"state", "INSERT INTO state VALUES (?1 + 0, ?2 + 0, ?3, ?4 + 0)"},
    {"saw", "INSERT INTO saw VALUES (?1 + 0, ?2 + 0, ?3, ?4, ?5 + 0, "
	    "json_extract(?6, '$'))"},
    {"desk", "INSERT INTO desk VALUES (?1 + 0, json_extract(?2, '$'))"},
    {"mail", "INSERT INTO mail VALUES (?1 + 0, ?2, ?3 + 0, ?4 + 0)"},
    {"kill", "INSERT INTO kill VALUES (?1, ?2 + 0)"},
    {NULL, NULL},
};

/*
 * held: from which event on until before which one who holds. begun and over:
 * the same of offers.
 */
const char people_derive_sql[] =
    "INSERT INTO staff SELECT id, name, role FROM data.agent;"
    "CREATE TEMP TABLE held AS SELECT conversation, seq, ref AS holder, "
    "author_id AS agent, coalesce(lead(seq) OVER (PARTITION BY conversation "
    "ORDER BY seq), 1 << 60) AS until FROM data.event WHERE kind = 3;"
    "INSERT INTO held SELECT id, 0, 0, 0, coalesce((SELECT min(seq) FROM "
    "data.event e WHERE e.conversation = c.id AND kind = 3), 1 << 60) "
    "FROM data.conversation c;"
    "CREATE INDEX held_seq ON held (conversation, seq);"
    "CREATE TEMP TABLE offered AS SELECT conversation, seq, "
    "author_id AS agent, (SELECT min(seq) FROM data.event e WHERE "
    "e.conversation = o.conversation AND e.seq > o.seq "
    "AND kind IN (3, 12, 13)) AS over FROM data.event o WHERE kind = 12;"
    "CREATE TEMP VIEW mails AS SELECT o.* FROM data.outbox o "
    "JOIN data.lane l ON l.id = o.lane WHERE l.channel = 'email';"
    "CREATE TEMP TABLE bounds AS SELECT (60 + 5 + 10 + 5) * 1000 AS line, "
    "(SELECT max(at) FROM data.event) AS now;";

#define WHO_HOLDS \
	"JOIN held h ON h.conversation = e.conversation " \
	"AND h.seq < e.seq AND e.seq <= h.until "

const struct check people_checks[] = {
    {"what a seller said is in the log, under its number",
	"SELECT t.conversation, t.seq, t.agent, t.text FROM told t LEFT JOIN "
	"data.event e USING (conversation, seq) WHERE e.kind IS NOT 1 "
	"OR e.author IS NOT 3 OR e.author_id IS NOT t.agent OR "
	"json_extract(e.body, '$.text') IS NOT t.text"},
    {"nobody else had spoken since what a seller had seen",
	"SELECT t.conversation, t.seq, t.seen, e.seq AS later FROM told t JOIN "
	"data.event e ON e.conversation = t.conversation AND e.seq > t.seen "
	"AND e.seq < t.seq AND e.kind = 1 AND e.author <> 0 AND "
	"NOT (e.author = 3 AND e.author_id = t.agent)"},
    {"what a person said is in the log once",
	"SELECT text, count(*) FROM log WHERE kind = 1 AND author = 3 "
	"GROUP BY text HAVING count(*) > 1"},
    {"what was refused was never said",
	"SELECT n.agent, n.text FROM never n JOIN log ON log.text = n.text"},
    {"what was answered by mail is in the log once: said, or noted",
	"SELECT d.conversation, d.text, count(log.seq) AS times FROM desk d "
	"LEFT JOIN log ON log.text = d.text AND log.conversation = "
	"d.conversation AND ((log.kind = 1 AND log.author = 3) "
	"OR log.kind = 14) GROUP BY d.conversation, d.text HAVING times <> 1"},
    {"it was as an acknowledgement said",
	"SELECT s.conversation, s.seq, s.holder, s.agent, w.word AS is_held, "
	"h.agent AS is_agent FROM state s JOIN held h ON h.conversation = "
	"s.conversation AND h.seq <= s.seq AND s.seq < h.until "
	"JOIN holder_words w ON w.number = h.holder WHERE s.holder <> w.word "
	"OR (h.holder = 2 AND h.agent <> s.agent)"},
    {"sellers saw what is in the log",
	"SELECT s.* FROM saw s LEFT JOIN log e USING (conversation, seq) "
	"LEFT JOIN whole ON whole.number = e.kind LEFT JOIN authors ON "
	"authors.number = e.author WHERE whole.word IS NOT s.kind "
	"OR authors.word IS NOT s.author OR e.text IS NOT s.text"},
    {"the bot speaks only while it holds",
	"SELECT e.conversation, e.seq, h.holder FROM data.event e " WHO_HOLDS
	"WHERE e.kind = 1 AND e.author = 2 AND h.holder <> 0"},
    {"of sellers only who holds speaks, or a supervisor",
	"SELECT e.conversation, e.seq, e.author_id, h.holder, h.agent FROM "
	"data.event e " WHO_HOLDS "JOIN staff ON staff.agent = e.author_id "
	"WHERE e.kind = 1 AND e.author = 3 AND staff.role = 'seller' "
	"AND (h.holder <> 2 OR h.agent <> e.author_id)"},
    {"the desk speaks only while it holds",
	"SELECT e.conversation, e.seq, h.holder FROM data.event e " WHO_HOLDS
	"WHERE e.kind = 1 AND e.author = 3 AND e.author_id = 0 "
	"AND h.holder <> 3"},
    {"nobody is given what they hold already",
	"SELECT a.conversation, b.seq, b.agent FROM held a JOIN held b ON "
	"b.conversation = a.conversation AND b.seq = a.until "
	"WHERE a.holder = 2 AND b.holder = 2 AND a.agent = b.agent"},
    {"an offer is made in a queue",
	"SELECT e.conversation, e.seq, h.holder FROM data.event e " WHO_HOLDS
	"WHERE e.kind = 12 AND h.holder <> 1"},
    {"to one at a time",
	"SELECT o.conversation, o.seq, o.over FROM offered o JOIN data.event e "
	"ON e.conversation = o.conversation AND e.seq = o.over "
	"WHERE e.kind = 12"},
    {"a seller's chats are as many as they have",
	"SELECT a.id, a.chats, (SELECT count(*) FROM held WHERE holder = 2 "
	"AND agent = a.id AND until = 1 << 60) + (SELECT count(*) FROM offered "
	"WHERE agent = a.id AND over IS NULL) AS has FROM data.agent a "
	"WHERE a.chats <> has"},
    {"who waits in line has a timer",
	"SELECT conversation FROM held WHERE holder = 1 AND until = 1 << 60 "
	"AND conversation NOT IN (SELECT conversation FROM data.timer "
	"WHERE kind = 2)"},
    {"what is offered has a timer",
	"SELECT conversation FROM offered WHERE over IS NULL AND conversation "
	"NOT IN (SELECT conversation FROM data.timer WHERE kind = 1)"},
    {"what is put off has a timer",
	"SELECT id FROM data.conversation WHERE status = 2 AND id NOT IN "
	"(SELECT conversation FROM data.timer WHERE kind = 5)"},
    {"nobody waits in line for longer than they should",
	"SELECT h.conversation, now - e.at AS waited FROM bounds, held h JOIN "
	"data.event e USING (conversation, seq) WHERE h.holder = 1 AND "
	"h.until = 1 << 60 AND now - e.at > line"},
    {"what was mailed has a mail",
	"SELECT conversation, seq FROM data.event WHERE kind = 16 AND "
	"author_id = 0 AND NOT EXISTS (SELECT 1 FROM data.outbox o WHERE "
	"o.conversation = event.conversation AND o.seq = event.seq) "
	"AND NOT EXISTS (SELECT 1 FROM data.event s WHERE s.conversation = "
	"event.conversation AND s.seq = event.seq - 1 AND s.author = 3)"},
    {"a mail is of what was mailed",
	"SELECT o.id, o.conversation, o.seq FROM data.outbox o LEFT JOIN "
	"data.event e USING (conversation, seq) WHERE e.kind IS NOT 16"},
    {"a mail that was sent has arrived",
	"SELECT id, conversation FROM mails WHERE state = 3 "
	"AND id NOT IN (SELECT row FROM mail)"},
    {"every mail is sent", "SELECT id, conversation, state, attempts, code, "
			   "reason FROM mails WHERE state <> 3"},
    {"what arrived was meant to",
	"SELECT * FROM mail WHERE row NOT IN (SELECT id FROM mails)"},
    {"a mail that comes again has its old id, and no other has it",
	"SELECT row, id FROM mail GROUP BY row "
	"HAVING count(DISTINCT id) > 1 UNION ALL SELECT row, id FROM mail "
	"GROUP BY id HAVING count(DISTINCT row) > 1"},
    /* It does not when the sender was told, and lived to write it down. What
     * speaks SMTP for it may be told for a moment after it was killed. */
    {"a mail comes again only if nobody knew of the first",
	"SELECT row, id, at, again FROM (SELECT *, lead(at) OVER "
	"(PARTITION BY row ORDER BY at) AS again FROM mail) AS m "
	"WHERE again IS NOT NULL AND told AND NOT EXISTS (SELECT 1 FROM kill "
	"WHERE part <> 'gateway' AND kill.at BETWEEN m.at - 1000 AND "
	"min(m.again, m.at + 2000))"},
    {"the support desk knows all",
	"SELECT h.conversation, max(e.seq) AS asked FROM held h JOIN "
	"data.event "
	"e ON e.conversation = h.conversation AND e.kind = 1 AND e.author = 1 "
	"WHERE h.holder = 3 AND h.until = 1 << 60 GROUP BY h.conversation "
	"HAVING asked > (SELECT max(ref) FROM data.event m WHERE "
	"m.conversation = h.conversation AND m.kind = 16)"},
    /* Or nothing of all this was tried. */
    {"sellers spoke, and the support desk did",
	"SELECT (SELECT count(*) FROM told) AS told, (SELECT count(*) FROM "
	"desk) AS desk WHERE told = 0 OR desk = 0"},
    {NULL, NULL},
};

const struct check people_figures[] = {
    {"words of sellers", "SELECT count(*) FROM told"},
    {"mails", "SELECT count(*) FROM mail"},
    {"mails again", "SELECT count(*) - count(DISTINCT row) FROM mail"},
    {"answers by mail", "SELECT count(*) FROM desk"},
    {NULL, NULL},
};
