/*
 * seller_frames: what a seller sends, over the WebSocket or as a body, read by
 * table into one struct; seller.h says what it means. Pure; any thread.
 */
#ifndef GATEWAY_SELLER_FRAMES_H
#define GATEWAY_SELLER_FRAMES_H

#include "channels/web/fields.h"
#include "core/handoff.h"
#include "core/role.h"

#define SELLER_TEXT_MAX 20000u /* characters; channels allow less */
#define SELLER_LABELS_MAX 20u  /* in one act */
#define SELLER_VIEW_MAX 200u   /* rows of a list */
#define SELLER_VIEW_ROWS 50u

/* What is done to a conversation; one row for each in seller_deeds. */
struct seller_deed {
	const char *path; /* .../conversations/7/PATH */
	const char *type; /* of its frame; NULL: "act" and the path's word */
	enum act_kind kind;
	unsigned permission;	    /* enum permission */
	const struct field *fields; /* into struct seller_frame */
};

extern const struct seller_deed seller_deeds[]; /* path NULL: end */

/* NULL if unknown. */
const struct seller_deed *seller_deed_find(struct str path);

enum seller_type {
	SELLER_HELLO,
	SELLER_WATCH,
	SELLER_UNWATCH,
	SELLER_VIEW,
	SELLER_TYPING,
	SELLER_SEEN,
	SELLER_DEED, /* "act", "send", "note", "whisper", "barge" */
	SELLER_PRESENCE,
	SELLER_PING,
	SELLER_TYPES
};

enum said { SAID_NOTHING, SAID_NO, SAID_YES };

/* Only the members of its type are set; text lives in the arena. */
struct seller_frame {
	enum seller_type type;
	const struct seller_deed *deed;
	struct str key;
	enum said away;
	uint64_t conversation, after, limit;
	struct str view, team, label;
	struct str id, text, note, colour, email;
	uint64_t seen_seq, seq, agent, wanted, until, priority, version;
	struct field_list add, remove;
	bool on, shared, drop, has_priority;
};

/* A frame of the WebSocket. False: `error` says why. */
bool seller_frame_read(struct str text, struct arena *a,
    struct seller_frame *out, struct frame_error *error) MUST_USE;

/* A body; no bytes at all are {}. `fields` into struct seller_frame. */
bool seller_body_read(struct str text, const struct field *fields,
    struct arena *a, struct seller_frame *out,
    struct frame_error *error) MUST_USE;

/* Of routes that are no deeds. */
extern const struct field seller_typing_fields[], seller_seen_fields[],
    seller_draft_fields[], seller_canned_fields[], seller_label_fields[],
    seller_replay_fields[];

#endif
