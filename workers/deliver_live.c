/*
 * deliver_live: what passes. Workers leave notes from their threads: somebody
 * types here, this is the answer so far; the newest note of a conversation is
 * enough. The deliverer tells the channel, at most once a second in each
 * conversation, and never while a message of it waits or is on its way.
 *
 * A channel may keep a draft open at the vendor (`live`); the message that
 * finishes it is given that word. Where nobody knows what a draft shows, and
 * the channel has no word for that, the message stands for itself. Nothing here is worth a second try.
 */
#include "workers/deliver_inner.h"

#include <stdlib.h>

#define NOTES_MAX 1024u
#define NOTE_BYTES (16u * 1024)
#define TALKINGS_MAX 1024u
#define BUCKETS 1024u
#define FLIGHT_MAX 64u
#define DRAFT_MS 1000
#define TYPING_MS 4000
#define LATER_MS 2000
#define SWEEP_MS (60 * 1000)
#define FORGET_MS (10 * 60 * 1000)

struct note {
	struct note *next;
	int64_t conversation;
	bool draft;
	struct str text;
	char bytes[];
};

/* What is known of a conversation, and what is to be told. */
struct talking {
	struct talking *next_same, *next_due;
	struct live *live;
	int64_t conversation;
	bool stale;	     /* these may have changed: ask the store */
	struct track *track; /* NULL: there is nobody to be told */
	struct arena arena;  /* of these two */
	struct str reply, address;
	bool due, typing, draft;
	struct buf text;       /* of the draft */
	struct buf open;       /* the channel's word for the open draft */
	struct errand *errand; /* under way */
	bool over;	       /* no more of this answer is wanted */
	int64_t not_before, typing_at, used_at; /* steady ms */
};

struct live {
	pthread_mutex_t lock; /* of the notes */
	struct note *notes, **last_note;
	unsigned note_count;
	struct talking *talkings[BUCKETS];
	struct talking *due;
	unsigned count, flight;
	int64_t sweep_at;
};

/* ---- notes: any thread --------------------------------------------------- */

static struct note *
note_new(int64_t conversation, bool draft, struct str text)
{
	struct note *n = malloc(sizeof(*n) + text.n);

	if (n == NULL)
		return NULL;
	*n = (struct note){.conversation = conversation,
	    .draft = draft,
	    .text = {n->bytes, text.n}};
	if (text.n > 0)
		memcpy(n->bytes, text.p, text.n);
	return n;
}

/* In place of the one before of the same conversation. */
static bool
note_replace(struct live *v, struct note *n)
{
	struct note **at = &v->notes, *old;

	while (*at != NULL && ((*at)->conversation != n->conversation ||
				  (*at)->draft != n->draft))
		at = &(*at)->next;
	old = *at;
	if (old == NULL)
		return false;
	n->next = old->next;
	*at = n;
	if (v->last_note == &old->next)
		v->last_note = &n->next;
	free(old);
	return true;
}

static void
note_leave(struct deliver *d, struct note *n)
{
	struct live *v = d->live;
	bool first;

	pthread_mutex_lock(&v->lock);
	first = v->notes == NULL;
	if (note_replace(v, n)) {
		n = NULL;
	} else if (v->note_count < NOTES_MAX) {
		*v->last_note = n;
		v->last_note = &n->next;
		v->note_count++;
		n = NULL;
	}
	pthread_mutex_unlock(&v->lock);
	free(n);
	if (first)
		deliver_wake(d);
}

static void
note(struct deliver *d, int64_t conversation, bool draft, struct str text)
{
	struct note *n;

	if (text.n > NOTE_BYTES || !atomic_load(&d->leads))
		return;
	n = note_new(conversation, draft, text);
	if (n != NULL)
		note_leave(d, n);
}

void
deliver_typing(struct deliver *d, int64_t conversation)
{
	note(d, conversation, false, STR(""));
}

void
deliver_draft(struct deliver *d, int64_t conversation, struct str text)
{
	note(d, conversation, true, text);
}

static struct note *
notes_take(struct live *v)
{
	struct note *n;

	pthread_mutex_lock(&v->lock);
	n = v->notes;
	v->notes = NULL;
	v->last_note = &v->notes;
	v->note_count = 0;
	pthread_mutex_unlock(&v->lock);
	return n;
}

/* ---- conversations ------------------------------------------------------- */

static struct talking **
bucket(struct live *v, int64_t conversation)
{
	return &v->talkings[(uint64_t)conversation % BUCKETS];
}

static struct talking *
talking_find(struct live *v, int64_t conversation)
{
	struct talking *k = *bucket(v, conversation);

	while (k != NULL && k->conversation != conversation)
		k = k->next_same;
	return k;
}

static void
talking_free(struct talking *k)
{
	struct talking **at = bucket(k->live, k->conversation);

	while (*at != k)
		at = &(*at)->next_same;
	*at = k->next_same;
	k->live->count--;
	arena_free(&k->arena);
	buf_free(&k->text);
	buf_free(&k->open);
	free(k);
}

/* Where its customer is, and whether they can be told. */
static void
talking_read(struct deliver *d, struct talking *k)
{
	struct conversation c;
	struct reach reach;

	k->stale = false;
	k->track = NULL;
	arena_reset(&k->arena);
	if (store_read_conversation(d->reader, k->conversation, &c) != OK ||
	    store_read_reach(d->reader, k->conversation, &k->arena, &reach) !=
		OK)
		return;
	k->reply = reach.reply;
	k->address = reach.address;
	k->track = track_find(d, c.company, reach.channel, reach.account);
	if (k->track != NULL && k->track->channel == NULL)
		k->track = NULL;
}

static struct talking *
talking_new(struct deliver *d, int64_t conversation)
{
	struct live *v = d->live;
	struct talking **head = bucket(v, conversation), *k;

	k = v->count < TALKINGS_MAX ? calloc(1, sizeof(*k)) : NULL;
	if (k == NULL)
		return NULL;
	k->live = v;
	k->conversation = conversation;
	k->stale = true;
	k->next_same = *head;
	*head = k;
	v->count++;
	return k;
}

/* ---- telling ------------------------------------------------------------- */

static void
told(struct errand *e)
{
	struct talking *k = e->arg;
	const struct outcome *o = &e->verdict.outcome;
	bool draft = e->job.kind == JOB_DRAFT;

	k->errand = NULL;
	k->live->flight--;
	if (draft && o->kind == OUTCOME_OK && o->state.n > 0) {
		buf_clear(&k->open);
		buf_add(&k->open, o->state.p, o->state.n);
	} else if (o->kind == OUTCOME_LATER) {
		k->not_before = e->d->now + (o->after_ms > LATER_MS
						    ? o->after_ms
						    : LATER_MS);
	} else if (draft && o->kind != OUTCOME_OK) {
		k->over = true;
		if (o->kind == OUTCOME_DOUBT)
			buf_clear(&k->open);
	}
}

static void
tell(struct talking *k, enum job_kind kind)
{
	struct track *t = k->track;
	struct deliver *d = t->d;
	struct errand *e = errand_new(t, kind, told, k);
	struct str open;

	if (e == NULL)
		return;
	e->job.payload = k->reply;
	e->job.address = k->address;
	if (kind == JOB_DRAFT) {
		open = arena_copy(&e->arena, buf_view(&k->open));
		e->job.text = arena_copy(&e->arena, buf_view(&k->text));
		e->job.live = e->job.state = open;
		buf_free(&k->text);
	}
	k->not_before = d->now + DRAFT_MS;
	k->errand = e;
	k->live->flight++;
	errand_go(e);
}

/* A message of it comes first, and makes all this needless. */
static bool
overtaken(const struct talking *k)
{
	return k->over || k->track == NULL || k->track->phase != PHASE_FLOWS ||
	       talk_find(k->track->d, k->track, k->conversation, OUTBOX_SEND) !=
		   NULL;
}

/* True: there is something left to tell, later. */
static bool
tell_due(struct deliver *d, struct talking *k)
{
	bool draft = k->draft, typing = k->typing;

	if (k->stale && k->errand == NULL)
		talking_read(d, k);
	if (overtaken(k) || track_account(k->track) == NULL) {
		k->draft = k->typing = false;
		return false;
	}
	if (k->errand != NULL || d->now < k->not_before ||
	    k->track->held_until > d->now || k->live->flight >= FLIGHT_MAX)
		return true;
	k->draft = k->typing = false;
	if (draft && k->track->channel->can.drafts) {
		tell(k, JOB_DRAFT);
	} else if (typing && k->track->channel->can.typing &&
		   d->now >= k->typing_at && k->open.len == 0) {
		k->typing_at = d->now + TYPING_MS;
		tell(k, JOB_TYPING);
	}
	return false;
}

static void
take_note(struct deliver *d, const struct note *n)
{
	struct live *v = d->live;
	struct talking *k = talking_find(v, n->conversation);

	if (k == NULL)
		k = talking_new(d, n->conversation);
	if (k == NULL)
		return;
	k->used_at = d->now;
	if (n->draft) {
		buf_clear(&k->text);
		buf_add(&k->text, n->text.p, n->text.n);
		k->draft = !k->text.failed;
	} else {
		k->typing = true;
		k->over = k->over && k->open.len > 0; /* a new answer */
		k->stale |= k->open.len == 0;
	}
	if (!k->due) {
		k->due = true;
		k->next_due = v->due;
		v->due = k;
	}
}

static void
sweep(struct deliver *d)
{
	struct live *v = d->live;
	struct talking *k, *next;
	size_t i;

	if (d->now < v->sweep_at)
		return;
	v->sweep_at = d->now + SWEEP_MS;
	for (i = 0; i < BUCKETS; i++)
		for (k = v->talkings[i]; k != NULL; k = next) {
			next = k->next_same;
			if (k->errand == NULL && !k->due &&
			    d->now - k->used_at > FORGET_MS)
				talking_free(k);
		}
}

void
live_run(struct deliver *d)
{
	struct live *v = d->live;
	struct note *n = notes_take(v), *next;
	struct talking **at = &v->due, *k;

	for (; n != NULL; n = next) {
		next = n->next;
		take_note(d, n);
		free(n);
	}
	while ((k = *at) != NULL) {
		if (tell_due(d, k)) {
			at = &k->next_due;
			continue;
		}
		k->due = false;
		*at = k->next_due;
	}
	sweep(d);
}

bool
live_due(const struct deliver *d)
{
	return d->live->due != NULL;
}

/* ---- the message that finishes it ---------------------------------------- */

bool
live_ready(struct deliver *d, int64_t conversation, struct str *out)
{
	struct talking *k = talking_find(d->live, conversation);

	*out = STR("");
	if (k == NULL)
		return true;
	k->draft = k->typing = false;
	if (k->errand != NULL && k->errand->job.kind == JOB_DRAFT)
		return false;
	*out = buf_view(&k->open);
	return true;
}

void
live_over(struct deliver *d, int64_t conversation)
{
	struct talking *k = talking_find(d->live, conversation);

	if (k == NULL)
		return;
	k->over = false;
	k->stale = true; /* they may have written from elsewhere */
	k->typing_at = 0;
	buf_clear(&k->open);
}

/* ---- life ---------------------------------------------------------------- */

enum err
live_open(struct deliver *d)
{
	struct live *v = calloc(1, sizeof(*v));

	if (v == NULL)
		return E_NOMEM;
	pthread_mutex_init(&v->lock, NULL);
	v->last_note = &v->notes;
	d->live = v;
	return OK;
}

void
live_close(struct deliver *d)
{
	struct live *v = d->live;
	struct note *n, *next;
	size_t i;

	if (v == NULL)
		return;
	for (n = notes_take(v); n != NULL; n = next) {
		next = n->next;
		free(n);
	}
	for (i = 0; i < BUCKETS; i++)
		while (v->talkings[i] != NULL)
			talking_free(v->talkings[i]);
	pthread_mutex_destroy(&v->lock);
	free(v);
}
