/*
 * sql: the statements. Hot ones touch as few B-trees as they can: an insert
 * finds out itself whether a source was there before.
 */
#include "store/sqlite/sql.h"

#define CONVERSATION_COLUMNS \
	"c.id, c.company, c.contact, c.seq, c.epoch, c.last_customer_seq," \
	" c.handled_seq, c.resolved_seq, c.holder, c.agent, c.status," \
	" c.opened_at, c.last_at, c.customer_at, c.answer_seq, c.handed"

#define CONVERSATION_MOVED \
	"UPDATE conversation SET seq = ?2, last_customer_seq = ?3," \
	" handled_seq = ?4, last_at = ?5, customer_at = ?6, answer_seq = ?7"

#define HANDED_COLUMNS \
	"h.team, h.offered, h.wanted, h.last_agent, h.priority, h.breached," \
	" h.front, h.gone, h.holder_seq, h.route_seq, h.offer_seq," \
	" h.mailed_seq, h.agent_seq, h.notice_seq, h.notice, h.notice_at," \
	" h.queued_at, h.waiting_at, h.snoozed_until, h.offered_at," \
	" h.spoken_by, h.spoken_id, h.spoken_seq, h.spoken_before, h.given," \
	" h.mail_seq, h.unreached"

/* Of all companies; the columns in front of the conversation. */
#define LISTING_OF(view) \
	"l.company = 0 AND l.view = " view " AND l.who = 0" \
	" AND l.label = '' AND l.at = 0"

#define LISTING_KEY \
	"company = ?1 AND view = ?2 AND who = ?3 AND label = ?4" \
	" AND at = ?5 AND conversation = ?6"

#define EVENT_COLUMNS \
	"e.seq, e.kind, e.author, e.author_id, e.ref, e.at, e.source, e.body"

/* A line of a list; see struct list_row. */
#define ROW_SELECT \
	"SELECT " CONVERSATION_COLUMNS ", " HANDED_COLUMNS ", " EVENT_COLUMNS \
	", c.seen_customer, c.seen_company, k.external_id, k.name, k.email," \
	" r.channel, r.account, r.address, r.reply," \
	" (SELECT json_group_array(label) FROM label WHERE conversation =" \
	" c.id)"
#define ROW_JOIN \
	" LEFT JOIN handoff AS h ON h.conversation = c.id" \
	" LEFT JOIN contact AS k ON k.id = c.contact" \
	" LEFT JOIN reach AS r ON r.conversation = c.id" \
	" LEFT JOIN event AS e ON e.conversation = c.id AND e.seq =" \
	" CASE WHEN h.spoken_seq > 0 THEN h.spoken_seq" \
	" ELSE max(c.last_customer_seq, c.answer_seq) END"

#define VIEW_SELECT \
	ROW_SELECT " FROM listing AS l CROSS JOIN conversation AS c" ROW_JOIN \
		   " WHERE l.company = ?1 AND l.view = ?2 AND l.who = ?3" \
		   " AND l.label = ?4 AND c.id = l.conversation" \
		   " AND (?8 = 0 OR h.team = ?8) AND (?9 = '' OR EXISTS" \
		   " (SELECT 1 FROM label WHERE conversation = c.id" \
		   " AND label = ?9))"

#define HANDED_SELECT \
	"SELECT " CONVERSATION_COLUMNS ", " HANDED_COLUMNS ", r.channel," \
	" e.body"
#define HANDED_JOIN \
	" LEFT JOIN handoff AS h ON h.conversation = c.id" \
	" LEFT JOIN reach AS r ON r.conversation = c.id" \
	" LEFT JOIN event AS e ON e.conversation = c.id" \
	" AND e.seq = h.route_seq"

#define OUTBOX_SELECT \
	"SELECT o.id, o.lane, o.conversation, o.seq, o.kind, o.at, o.state," \
	" o.attempts, o.due, o.receipt, o.recipient, o.payload, o.vendor_id," \
	" o.code, o.reason, l.channel, l.account" \
	" FROM outbox AS o JOIN lane AS l ON l.id = o.lane"

#define OUTBOX_FACTS \
	"SELECT id, lane, conversation, seq, state, receipt, vendor_id," \
	" spent, (SELECT unreached_at FROM lane AS l WHERE l.id =" \
	" outbox.lane) FROM outbox"

#define OUTBOX_READY \
	" SET place = 0, state = 0, attempts = 0, due = ?2, receipt = 0," \
	" spent = CASE WHEN spent IS NULL THEN coalesce(vendor_id, '')" \
	" ELSE '' END," \
	" vendor_id = NULL, code = NULL, reason = NULL"

/* Which of a lane are replayed or dropped at once: the oldest. */
#define OUTBOX_SOME \
	" WHERE id IN (SELECT id FROM outbox WHERE lane = ?1 AND place = 1" \
	" ORDER BY id LIMIT ?3)"

#define AGENT_SELECT \
	"SELECT id, company, version, state, totp_step, capacity," \
	" created_at, online, away, presence_at, chats, email, name, role," \
	" password, totp, backup, skills, languages, teams FROM agent"

#define PASS_SELECT \
	"SELECT id, kind, company, agent, created_at, seen_at, expires_at," \
	" hash, name, data FROM pass"

#define AUDIT_SELECT \
	"SELECT id, at, company, agent, conversation, what, outcome, detail" \
	" FROM audit"
#define AUDIT_ORDER " AND id < ?2 ORDER BY id DESC LIMIT ?3"

const char *const sql_text[SQLS] = {
    [SQL_BEGIN_WRITE] = "BEGIN IMMEDIATE",
    [SQL_BEGIN_READ] = "BEGIN",
    [SQL_COMMIT] = "COMMIT",
    [SQL_ROLLBACK] = "ROLLBACK",
    [SQL_PROBE] = "INSERT INTO meta (name, value) VALUES ('probe', 1)"
		  " ON CONFLICT (name) DO UPDATE SET value = value + 1",
    [SQL_USE_LOG] = "PRAGMA journal_mode = WAL",

    [SQL_COMPANY_BY_ID] = "SELECT id, version, key, document FROM company"
			  " WHERE id = ?1",
    [SQL_COMPANY_BY_KEY] = "SELECT id, version, key, document FROM company"
			   " WHERE key = ?1",
    [SQL_COMPANY_LIST] = "SELECT id, version, key, document FROM company"
			 " WHERE id > ?1 ORDER BY id LIMIT ?2",
    [SQL_COMPANY_INSERT] = "INSERT INTO company (key, version, document)"
			   " VALUES (?1, 1, ?2)",
    [SQL_COMPANY_UPDATE] = "UPDATE company SET version = ?2, document = ?3"
			   " WHERE id = ?1",
    /* 8: TIMER_MAIL; 3: VIEW_MAIL, everybody's. */
    [SQL_COMPANY_RINGS] =
	"INSERT INTO timer (conversation, kind, due)"
	" SELECT conversation, 8, ?2 FROM listing WHERE company = ?1"
	" AND view = 3 AND who = 0 AND label = '' ORDER BY at DESC LIMIT ?3"
	" ON CONFLICT DO UPDATE SET due = max(due, excluded.due)",
    [SQL_COMPANY_EXISTS] = "SELECT 1 FROM company WHERE id = ?1",

    [SQL_ADDRESS_FIND] = "SELECT conversation, contact FROM contact_address"
			 " WHERE company = ?1 AND channel = ?2"
			 " AND account = ?3 AND address = ?4",
    [SQL_ADDRESS_INSERT] =
	"INSERT INTO contact_address"
	" (company, channel, account, address, contact, conversation)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [SQL_ADDRESS_MOVE] = "UPDATE contact_address SET contact = ?3"
			 " WHERE contact = ?2 AND conversation = ?1",
    [SQL_PERSON_FIND] = "SELECT contact FROM person WHERE company = ?1"
			" AND channel = ?2 AND person = ?3",
    [SQL_PERSON_INSERT] =
	"INSERT INTO person (company, channel, person, contact)"
	" VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
    [SQL_PERSON_OF_CONTACT] =
	"SELECT 1 FROM person WHERE contact = ?1 AND channel = ?2",
    [SQL_PERSON_MOVE] = "UPDATE person SET contact = ?2 WHERE contact = ?1"
			" AND NOT EXISTS"
			" (SELECT 1 FROM contact_address WHERE contact = ?1)",
    [SQL_CONTACT_INSERT] = "INSERT INTO contact (company) VALUES (?1)",
    [SQL_CONTACT_EXTERNAL] = "SELECT external_id FROM contact WHERE id = ?1",
    [SQL_CONTACT_FIND] = "SELECT id FROM contact WHERE company = ?1"
			 " AND external_id = ?2",
    [SQL_CONTACT_UPDATE] = "UPDATE contact SET"
			   " external_id = coalesce(?2, external_id),"
			   " name = coalesce(?3, name),"
			   " email = coalesce(?4, email),"
			   " email_said = email_said AND ?4 IS NULL"
			   " WHERE id = ?1",
    [SQL_CONTACT_NAME] =
	"UPDATE contact SET name = ?2 WHERE id = ?1 AND name IS NULL",
    [SQL_CONTACT_NAME_OF] =
	"UPDATE contact SET name = ?2 WHERE name IS NULL"
	" AND id = (SELECT contact FROM conversation WHERE id = ?1)",
    [SQL_CONTACT_EMAIL] = "UPDATE contact SET email = ?2, email_said = 1"
			  " WHERE id = ?1 AND email IS NULL",
    [SQL_CONTACT_SAID] = "UPDATE contact SET email = ?2, email_said = 1"
			 " WHERE id = ?1 AND (email IS NULL OR email_said)",
    [SQL_CONTACT_OF] =
	"SELECT email, email_said FROM contact"
	" WHERE id = (SELECT contact FROM conversation WHERE id = ?1)",
    [SQL_CONTACT_SAID_OF] =
	"UPDATE contact SET email = ?2, email_said = 1"
	" WHERE id = (SELECT contact FROM conversation WHERE id = ?1)",
    [SQL_CONTACT_INHERIT] =
	"UPDATE contact SET email = f.email, email_said = 1"
	" FROM (SELECT email FROM contact WHERE id = ?1 AND email_said) AS f"
	" WHERE id = ?2 AND contact.email IS NULL",
    [SQL_CONTACT_DELETE_EMPTY] =
	"DELETE FROM contact WHERE id = ?1 AND external_id IS NULL"
	" AND NOT EXISTS"
	" (SELECT 1 FROM contact_address WHERE contact = ?1)",

    [SQL_CONVERSATION_READ] = "SELECT " CONVERSATION_COLUMNS
			      " FROM conversation AS c WHERE id = ?1",
    [SQL_CONVERSATION_INSERT] =
	"INSERT INTO conversation (id, company, contact, seq, epoch,"
	" last_customer_seq, handled_seq, resolved_seq, holder, agent,"
	" status, opened_at, last_at, customer_at) VALUES"
	" (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    [SQL_CONVERSATION_MOVED] = CONVERSATION_MOVED " WHERE id = ?1",
    [SQL_CONVERSATION_MOVED_FREE] = CONVERSATION_MOVED
    ", claim_worker = 0 WHERE id = ?1",
    [SQL_CONVERSATION_TURNED] = CONVERSATION_MOVED
    ", epoch = ?8, resolved_seq = ?9, holder = ?10, agent = ?11,"
    " status = ?12, handed = ?13,"
    " claim_worker = CASE ?14 WHEN 0 THEN claim_worker ELSE 0 END"
    " WHERE id = ?1",
    [SQL_CONVERSATION_MOVE] =
	"UPDATE conversation SET contact = ?2 WHERE id = ?1",
    [SQL_CONVERSATION_PENDING] =
	"SELECT id FROM conversation WHERE id > ?1 AND holder = 0"
	" AND handled_seq < last_customer_seq UNION ALL"
	" SELECT conversation FROM listing AS l WHERE " LISTING_OF(
	    "101") " AND conversation > ?1 AND NOT EXISTS (SELECT 1 FROM timer"
		   " AS t WHERE t.conversation = l.conversation AND t.kind = 8)"
		   " ORDER BY id LIMIT ?2",
    [SQL_HANDED_READ] = "SELECT " HANDED_COLUMNS
			" FROM handoff AS h WHERE conversation = ?1",
    [SQL_HANDED_PUT] =
	"REPLACE INTO handoff VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
	" ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22,"
	" ?23, ?24, ?25, ?26, ?27, ?28)",
    [SQL_HANDED_DELETE] = "DELETE FROM handoff WHERE conversation = ?1",
    [SQL_LISTING_INSERT] =
	"INSERT INTO listing (company, view, who, label, at, conversation)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [SQL_LISTING_DELETE] = "DELETE FROM listing WHERE " LISTING_KEY,
    [SQL_VIEW_NEWEST] = VIEW_SELECT
    " AND (l.at, l.conversation) < (?5, ?6)"
    " ORDER BY l.at DESC, l.conversation DESC LIMIT ?7",
    [SQL_VIEW_OWN] = VIEW_SELECT " AND (c.last_at, c.id) < (?5, ?6)"
				 " ORDER BY c.last_at DESC, c.id DESC LIMIT ?7",
    [SQL_VIEW_OLDEST] = VIEW_SELECT " AND (l.at, l.conversation) > (?5, ?6)"
				    " ORDER BY l.at, l.conversation LIMIT ?7",
    [SQL_VIEW_COUNT] =
	"SELECT count(*) FROM (SELECT 1 FROM listing WHERE company = ?1"
	" AND view = ?2 AND who = ?3 AND label = '' LIMIT ?4)",
    [SQL_VIEW_ROW] = ROW_SELECT " FROM conversation AS c" ROW_JOIN
				" WHERE c.id = ?2 AND c.company = ?1",
    [SQL_HANDED_LIST] = HANDED_SELECT
    " FROM listing AS l CROSS JOIN conversation AS c" HANDED_JOIN
    " WHERE " LISTING_OF(
	"100") " AND l.conversation > ?1"
	       " AND c.id = l.conversation ORDER BY l.conversation LIMIT ?2",
    [SQL_HANDED_ROW] = HANDED_SELECT " FROM conversation AS c" HANDED_JOIN
				     " WHERE c.id = ?1",
    [SQL_NOT_TAKEN_LIST] =
	"SELECT author_id, ref FROM event WHERE conversation = ?1 AND seq > ?2"
	" AND kind = 13 AND ref <> 2 ORDER BY seq DESC LIMIT ?3",
    [SQL_LABEL_LIST] = "SELECT label FROM label WHERE conversation = ?1",
    [SQL_LABEL_INSERT] =
	"INSERT INTO label (conversation, label) VALUES (?1, ?2)",
    [SQL_LABEL_DELETE] =
	"DELETE FROM label WHERE conversation = ?1 AND label = ?2",
    [SQL_REACH_INSERT] =
	"INSERT INTO reach (conversation, channel, account, address)"
	" VALUES (?1, ?2, ?3, ?4)",
    [SQL_REACH_ADDRESS] =
	"UPDATE reach SET address = ?2 WHERE conversation = ?1",
    [SQL_REACH_REPLY] = "UPDATE reach SET reply = ?2"
			" WHERE conversation = ?1 AND reply <> ?2",
    [SQL_REACH_READ] =
	"SELECT r.channel, r.account, r.address, r.reply, c.customer_at"
	" FROM conversation AS c JOIN reach AS r ON r.conversation = c.id"
	" WHERE c.id = ?1",
    /*
     * By way of the addresses: no index of times has to be kept up with every
     * message for a question that is asked at a start.
     */
    [SQL_REACH_LIST] =
	"SELECT r.channel, r.account, r.address, r.reply, c.customer_at"
	" FROM lane AS l CROSS JOIN contact_address AS a"
	" CROSS JOIN conversation AS c CROSS JOIN reach AS r"
	" WHERE l.id = ?1 AND a.company = l.company AND a.channel = l.channel"
	" AND a.account = l.account AND c.id = a.conversation"
	" AND c.customer_at >= max(?2, 1) AND r.conversation = c.id"
	" AND r.address = a.address ORDER BY c.customer_at DESC LIMIT ?3",
    [SQL_CLAIM_READ] = "SELECT claim_worker, claim_beat, seq, epoch"
		       " FROM conversation WHERE id = ?1",
    [SQL_CLAIM_UPDATE] = "UPDATE conversation SET claim_worker = ?2,"
			 " claim_beat = ?3 WHERE id = ?1",
    [SQL_SEEN_READ] = "SELECT seen_customer, seen_company, seq"
		      " FROM conversation WHERE id = ?1",
    [SQL_SEEN_UPDATE] = "UPDATE conversation SET seen_customer = ?2,"
			" seen_company = ?3 WHERE id = ?1",

    [SQL_EVENT_INSERT] =
	"INSERT INTO event (conversation, seq, kind, author, author_id,"
	" ref, at, company, source, body, outbox)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
	" ON CONFLICT DO NOTHING",
    [SQL_EVENT_FIND_SOURCE] = "SELECT conversation, seq, at FROM event"
			      " WHERE company = ?1 AND source = ?2",
    [SQL_EVENT_LIST] = "SELECT " EVENT_COLUMNS
		       " FROM event AS e WHERE conversation = ?1 AND seq > ?2"
		       " ORDER BY seq LIMIT ?3",

    [SQL_EVENT_OUTBOX] = "UPDATE event SET outbox = ?3"
			 " WHERE conversation = ?1 AND seq = ?2",

    [SQL_EVENT_PLACE] = "SELECT rowid, company, at FROM event"
			" WHERE conversation = ?1 AND seq = ?2",
    [SQL_FEED_LIST] =
	"SELECT e.rowid, e.conversation, e.company, " EVENT_COLUMNS
	" FROM event AS e WHERE e.rowid > ?1 ORDER BY e.rowid LIMIT ?2",
    [SQL_FEED_END] = "SELECT max(rowid) FROM event",
    [SQL_FOLLOWER_READ] = "SELECT place FROM follower WHERE name = ?1",
    [SQL_FOLLOWER_PUT] = "REPLACE INTO follower (name, place) VALUES (?1, ?2)",
    [SQL_SEARCH_INSERT] = "INSERT INTO search (rowid, company, text)"
			  " VALUES (?1, ?2, ?3)",
    /* The company is a word of the search, too: others' are skipped. What was
     * changed or taken back since does not stand there any more. */
    [SQL_SEARCH] =
	"SELECT e.conversation, e.seq, e.rowid, CASE json_valid(e.body)"
	" WHEN 1 THEN json_extract(e.body, '$.text') END"
	" FROM search AS s CROSS JOIN event AS e"
	" WHERE s.search MATCH ?1 AND s.rowid < ?2 AND e.rowid = s.rowid"
	" AND e.company = ?3 AND NOT EXISTS (SELECT 1 FROM event AS d"
	" WHERE d.conversation = e.conversation AND d.kind IN (7, 8)"
	" AND d.ref = iif(e.kind = 7, e.ref, e.seq) AND d.seq > e.seq)"
	" ORDER BY s.rowid DESC LIMIT ?4",

    [SQL_LANE_FIND] = "SELECT id FROM lane WHERE company = ?1"
		      " AND channel = ?2 AND account = ?3",
    [SQL_LANE_INSERT] = "INSERT INTO lane (company, channel, account, since)"
			" VALUES (?1, ?2, ?3, ?4)",
    [SQL_LANE_STATE] = "UPDATE lane SET"
		       " since = CASE state WHEN ?2 THEN since ELSE ?4 END,"
		       " state = ?2, detail = ?3 WHERE id = ?1",
    [SQL_LANE_HEARD] = "UPDATE lane SET heard_at = ?2"
		       " WHERE id = ?1 AND heard_at < ?2",
    [SQL_LANE_UNREACHED] = "UPDATE lane SET unreached_at = ?2,"
			   " unreached = ?3 WHERE id = ?1",
    /* By a mail to the support desk; 16: its event. */
    [SQL_LANE_REACHED] =
	"UPDATE lane SET unreached_at = 0, unreached = '' WHERE id = ?1"
	" AND EXISTS (SELECT 1 FROM event WHERE conversation = ?2"
	" AND seq = ?3 AND kind = 16)",
    [SQL_LANE_LIST] =
	"SELECT id, company, state, since, heard_at, channel, account, detail,"
	" unreached_at, unreached,"
	" (SELECT count(*) FROM outbox WHERE lane = l.id AND place = 0),"
	" (SELECT count(*) FROM outbox WHERE lane = l.id AND place = 1"
	" AND state = 4),"
	" (SELECT count(*) FROM outbox WHERE lane = l.id AND place = 1"
	" AND state = 5)"
	" FROM lane AS l WHERE id > ?1 ORDER BY id LIMIT ?2",

    [SQL_OUTBOX_INSERT] =
	"INSERT INTO outbox (lane, conversation, seq, kind, at, recipient,"
	" payload) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [SQL_OUTBOX_TAKE] = "UPDATE outbox SET state = 1, attempts = attempts + 1"
			" WHERE id = ?1 AND state = 0 AND due <= ?2",
    [SQL_OUTBOX_ORPHANS] = "UPDATE outbox INDEXED BY outbox_open"
			   " SET state = 2, due = 0"
			   " WHERE place = 0 AND state = 1",
    [SQL_OUTBOX_FACTS] = OUTBOX_FACTS " WHERE id = ?1",
    [SQL_OUTBOX_FACTS_VENDOR] = OUTBOX_FACTS
    " WHERE lane = ?1 AND vendor_id = ?2"
    " ORDER BY id DESC LIMIT 1",
    [SQL_OUTBOX_AGAIN] =
	"UPDATE outbox SET state = ?2, due = ?3,"
	" attempts = max(attempts - ?4, 0),"
	" vendor_id = coalesce(?5, vendor_id), code = ?6, reason = ?7"
	" WHERE id = ?1",
    [SQL_OUTBOX_END] =
	"UPDATE outbox SET state = ?2, due = ?3,"
	" attempts = max(attempts - ?4, 0),"
	" vendor_id = coalesce(?5, vendor_id), code = ?6, reason = ?7,"
	" place = ?8 WHERE id = ?1",
    [SQL_OUTBOX_NAME] = "UPDATE outbox SET vendor_id = ?2"
			" WHERE id = ?1 AND vendor_id IS NULL",
    [SQL_OUTBOX_RANK] = "UPDATE outbox SET receipt = ?2 WHERE id = ?1",
    [SQL_OUTBOX_RECEIPT] =
	"UPDATE outbox SET receipt = ?2, state = ?3, place = ?4,"
	" vendor_id = coalesce(vendor_id, ?5), code = ?6, reason = ?7"
	" WHERE id = ?1",
    [SQL_OUTBOX_REPLAY] = "UPDATE outbox" OUTBOX_READY " WHERE id = ?1",
    [SQL_OUTBOX_REPLAY_LANE] = "UPDATE outbox" OUTBOX_READY OUTBOX_SOME,
    [SQL_OUTBOX_DROP] = "DELETE FROM outbox WHERE id = ?1",
    [SQL_OUTBOX_DROP_LANE] = "DELETE FROM outbox" OUTBOX_SOME,
    [SQL_OUTBOX_OPEN] = OUTBOX_SELECT
    " WHERE o.lane = ?1 AND o.place = 0 AND o.id > ?2 ORDER BY o.id LIMIT ?3",
    [SQL_OUTBOX_EXCESS] =
	"SELECT 1 FROM outbox INDEXED BY outbox_open"
	" WHERE lane = ?1 AND place = 0 AND id <= ?2 LIMIT 1 OFFSET ?3",
    [SQL_OUTBOX_GIVEN_UP] = OUTBOX_SELECT
    " WHERE o.lane = ?1 AND o.place = 1 AND o.id > ?2 ORDER BY o.id LIMIT ?3",
    [SQL_OUTBOX_READ] = OUTBOX_SELECT " WHERE o.id = ?1",
    [SQL_OUTBOX_FIND] = OUTBOX_SELECT
    " WHERE o.lane = ?1 AND o.vendor_id = ?2 ORDER BY o.id DESC LIMIT 1",
    /* They follow one another, so whoever asks stops at the first stranger. */
    [SQL_OUTBOX_OF] = OUTBOX_SELECT
    " WHERE o.id >= (SELECT outbox FROM event WHERE conversation = ?1"
    " AND seq = ?2) ORDER BY o.id",
    [SQL_OUTBOX_STATES] =
	"SELECT conversation, seq, state, lane FROM outbox WHERE id >="
	" (SELECT outbox FROM event WHERE conversation = ?1 AND seq = ?2)"
	" ORDER BY id",
    [SQL_TIMER_SET] = "INSERT INTO timer (conversation, kind, due)"
		      " VALUES (?1, ?2, ?3) ON CONFLICT (conversation, kind)"
		      " DO UPDATE SET due = excluded.due",
    [SQL_TIMER_DELETE] =
	"DELETE FROM timer WHERE conversation = ?1 AND kind = ?2",
    [SQL_TIMER_START] = "UPDATE timer SET due = due - ?3 + ?4"
			" WHERE conversation = ?1 AND kind = ?2 AND due >= ?3",
    [SQL_TIMER_READ] =
	"SELECT due FROM timer WHERE conversation = ?1 AND kind = ?2",
    [SQL_TIMER_LIST] = "SELECT conversation, kind, due FROM timer"
		       " WHERE due <= ?1 ORDER BY due LIMIT ?2",

    [SQL_AGENT_READ] = AGENT_SELECT " WHERE id = ?1",
    [SQL_AGENT_FIND] = AGENT_SELECT " WHERE company = ?1 AND email = ?2",
    [SQL_AGENT_LIST] = AGENT_SELECT
    " WHERE company = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
    [SQL_AGENT_LIST_ALL] = AGENT_SELECT " WHERE id > ?2 ORDER BY id LIMIT ?3",
    [SQL_AGENT_FACTS] = "SELECT company, version, state, totp_step, backup"
			" FROM agent WHERE id = ?1",
    [SQL_AGENT_INSERT] =
	"INSERT INTO agent (company, email, name, role, state, password,"
	" totp, backup, totp_step, capacity, skills, languages, teams,"
	" created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
	" ?12, ?13, ?14) ON CONFLICT DO NOTHING",
    /* What is NULL stays. */
    [SQL_AGENT_UPDATE] =
	"UPDATE OR IGNORE agent SET version = ?2,"
	" email = coalesce(?3, email), name = coalesce(?4, name),"
	" role = coalesce(?5, role), state = coalesce(?6, state),"
	" password = coalesce(?7, password), totp = coalesce(?8, totp),"
	" backup = coalesce(?9, backup),"
	" totp_step = coalesce(?10, totp_step),"
	" capacity = coalesce(?11, capacity),"
	" skills = coalesce(?12, skills),"
	" languages = coalesce(?13, languages),"
	" teams = coalesce(?14, teams) WHERE id = ?1",
    [SQL_AGENT_PRESENT] =
	"SELECT company, online, away FROM agent WHERE id = ?1",
    [SQL_AGENT_PRESENCE] = "UPDATE agent SET online = ?2, away = ?3,"
			   " presence_at = ?4 WHERE id = ?1",

    [SQL_AGENT_ACTED] = "UPDATE agent SET presence_at = ?2 WHERE id = ?1"
			" AND online = 0 AND chats > 0 AND presence_at < ?2",
    [SQL_AGENT_DUTY] = "SELECT company, state, chats FROM agent WHERE id = ?1",
    [SQL_AGENT_CHATS] = "UPDATE agent SET chats = chats + ?2 WHERE id = ?1",

    [SQL_PASS_FIND] = PASS_SELECT " WHERE hash = ?1",
    [SQL_PASS_LIST] = PASS_SELECT
    " WHERE company = ?1 AND kind = ?2 AND id > ?4 ORDER BY id LIMIT ?5",
    [SQL_PASS_LIST_AGENT] = PASS_SELECT
    " WHERE company = ?1 AND kind = ?2 AND agent = ?3 AND id > ?4"
    " ORDER BY id LIMIT ?5",
    [SQL_PASS_INSERT] =
	"INSERT INTO pass (kind, company, agent, hash, name, data,"
	" created_at, seen_at, expires_at)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING",
    [SQL_PASS_SEEN] = "UPDATE pass SET seen_at = max(seen_at, ?2),"
		      " expires_at = max(expires_at, ?3) WHERE id = ?1",
    [SQL_PASS_OWNER] =
	"SELECT agent FROM pass WHERE id = ?1 AND company = ?2 AND kind = ?3",
    [SQL_PASS_END] = "DELETE FROM pass WHERE id = ?1",
    [SQL_PASS_END_KIND] = "DELETE FROM pass WHERE company = ?1"
			  " AND kind = ?2 AND agent = ?3 AND id <> ?4",
    [SQL_PASS_END_OLD] =
	"DELETE FROM pass WHERE company = ?1 AND kind = ?2 AND agent = ?3"
	" AND id NOT IN (SELECT id FROM pass WHERE company = ?1 AND kind = ?2"
	" AND agent = ?3 ORDER BY id DESC LIMIT ?4)",
    [SQL_PASS_END_ALL] = "DELETE FROM pass WHERE agent = ?1",
    /* 1 is a key. */
    [SQL_PASS_END_DOORS] = "DELETE FROM pass WHERE agent = ?1 AND kind <> 1",
    [SQL_PASS_SWEEP] = "DELETE FROM pass WHERE id IN (SELECT id FROM pass"
		       " WHERE expires_at > 0 AND expires_at <= ?1 LIMIT ?2)",

    [SQL_ITEM_READ] = "SELECT version, at, key, value FROM item"
		      " WHERE company = ?1 AND kind = ?2 AND owner = ?3"
		      " AND key = ?4",
    [SQL_ITEM_LIST] = "SELECT version, at, key, value FROM item"
		      " WHERE company = ?1 AND kind = ?2 AND owner = ?3"
		      " AND key > ?4 ORDER BY key LIMIT ?5",
    [SQL_ITEM_COUNT] = "SELECT count(*) FROM item"
		       " WHERE company = ?1 AND kind = ?2 AND owner = ?3",
    [SQL_ITEM_PUT] =
	"INSERT INTO item (company, kind, owner, key, value, at, version)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE"
	" SET value = excluded.value, at = excluded.at,"
	" version = excluded.version",
    [SQL_ITEM_DELETE] = "DELETE FROM item WHERE company = ?1 AND kind = ?2"
			" AND owner = ?3 AND key = ?4",

    [SQL_AUDIT_INSERT] =
	"INSERT INTO audit (at, company, agent, conversation, what, outcome,"
	" detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [SQL_AUDIT_LIST] = AUDIT_SELECT " WHERE company = ?1" AUDIT_ORDER,
    [SQL_AUDIT_LIST_AGENT] = AUDIT_SELECT
    " WHERE company = ?1 AND agent = ?4 AND agent <> 0" AUDIT_ORDER,
    [SQL_AUDIT_LIST_CONVERSATION] = AUDIT_SELECT
    " WHERE company = ?1 AND conversation = ?5 AND conversation <> 0"
    " AND (?4 = 0 OR agent = ?4)" AUDIT_ORDER,
    [SQL_AUDIT_NEWEST] = "SELECT coalesce(max(id), 0) FROM audit",
    [SQL_AUDIT_FOLLOW] = AUDIT_SELECT
    " WHERE id > ?1 AND id <= ?2 AND conversation = 0"
    " ORDER BY id LIMIT ?3",
};
