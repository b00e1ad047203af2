/*
 * sql: the statements. Hot ones touch as few B-trees as they can: an insert
 * finds out itself whether a source was there before.
 */
#include "store/sqlite/sql.h"

#define CONVERSATION_COLUMNS \
	"id, company, contact, seq, epoch, last_customer_seq, handled_seq," \
	" resolved_seq, holder, agent, status, opened_at, last_at"

#define CONVERSATION_SET \
	"UPDATE conversation SET seq = ?2, epoch = ?3," \
	" last_customer_seq = ?4, handled_seq = ?5, resolved_seq = ?6," \
	" holder = ?7, agent = ?8, status = ?9, last_at = ?10"

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
    [SQL_COMPANY_EXISTS] = "SELECT 1 FROM company WHERE id = ?1",

    [SQL_ADDRESS_FIND] = "SELECT conversation FROM contact_address"
			 " WHERE company = ?1 AND channel = ?2"
			 " AND account = ?3 AND address = ?4",
    [SQL_ADDRESS_INSERT] =
	"INSERT INTO contact_address"
	" (company, channel, account, address, contact, conversation)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [SQL_ADDRESS_MOVE] = "UPDATE contact_address SET contact = ?3"
			 " WHERE contact = ?2 AND conversation = ?1",
    [SQL_CONTACT_INSERT] = "INSERT INTO contact (company) VALUES (?1)",
    [SQL_CONTACT_EXTERNAL] = "SELECT external_id FROM contact WHERE id = ?1",
    [SQL_CONTACT_FIND] = "SELECT id FROM contact WHERE company = ?1"
			 " AND external_id = ?2",
    [SQL_CONTACT_UPDATE] = "UPDATE contact SET"
			   " external_id = coalesce(?2, external_id),"
			   " name = coalesce(?3, name),"
			   " email = coalesce(?4, email) WHERE id = ?1",
    [SQL_CONTACT_DELETE_EMPTY] =
	"DELETE FROM contact WHERE id = ?1 AND NOT EXISTS"
	" (SELECT 1 FROM contact_address WHERE contact = ?1)",

    [SQL_CONVERSATION_READ] = "SELECT " CONVERSATION_COLUMNS
			      " FROM conversation WHERE id = ?1",
    [SQL_CONVERSATION_INSERT] =
	"INSERT INTO conversation (" CONVERSATION_COLUMNS ") VALUES"
	" (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    [SQL_CONVERSATION_UPDATE] = CONVERSATION_SET " WHERE id = ?1",
    [SQL_CONVERSATION_COMMIT] = CONVERSATION_SET
    ", claim_worker = 0 WHERE id = ?1",
    [SQL_CONVERSATION_MOVE] =
	"UPDATE conversation SET contact = ?2 WHERE id = ?1",
    [SQL_CONVERSATION_PENDING] =
	"SELECT id FROM conversation WHERE id > ?1 AND holder = 0"
	" AND handled_seq < last_customer_seq ORDER BY id LIMIT ?2",
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
	" ref, at, company, source, body)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
	" ON CONFLICT DO NOTHING",
    [SQL_EVENT_FIND_SOURCE] = "SELECT conversation, seq, at FROM event"
			      " WHERE company = ?1 AND source = ?2",
    [SQL_EVENT_LIST] =
	"SELECT seq, kind, author, author_id, ref, at, source, body"
	" FROM event WHERE conversation = ?1 AND seq > ?2"
	" ORDER BY seq LIMIT ?3",

    [SQL_OUTBOX_INSERT] =
	"INSERT INTO outbox (conversation, seq, channel, account, recipient,"
	" payload) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [SQL_OUTBOX_LIST] =
	"SELECT id, conversation, seq, channel, account, recipient, payload"
	" FROM outbox WHERE state = 0 ORDER BY id LIMIT ?1",
    [SQL_TIMER_SET] = "INSERT INTO timer (conversation, kind, due)"
		      " VALUES (?1, ?2, ?3) ON CONFLICT (conversation, kind)"
		      " DO UPDATE SET due = excluded.due",
    [SQL_TIMER_DELETE] =
	"DELETE FROM timer WHERE conversation = ?1 AND kind = ?2",
    [SQL_TIMER_LIST] = "SELECT conversation, kind, due FROM timer"
		       " WHERE due <= ?1 ORDER BY due LIMIT ?2",
};
