/* world: messages in their channels and threads, and the oldest forgotten. */
#include "sandbox/slack/inner.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- timestamps --------------------------------------------------------- */

bool
sb_ts_read(struct str text, uint64_t *out)
{
	uint64_t s, us;

	if (text.n != TS_TEXT || text.p[10] != '.' ||
	    !str_to_u64((struct str){text.p, 10}, UINT64_MAX, &s) ||
	    !str_to_u64((struct str){text.p + 11, 6}, UINT64_MAX, &us))
		return false;
	*out = s * 1000000 + us;
	return true;
}

static void
digits(char *out, unsigned n, uint64_t value)
{
	while (n-- > 0) {
		out[n] = (char)('0' + value % 10);
		value /= 10;
	}
}

struct str
sb_ts_write(uint64_t ts, char out[TS_TEXT + 1])
{
	digits(out, 10, ts / 1000000);
	out[10] = '.';
	digits(out + 11, 6, ts % 1000000);
	out[TS_TEXT] = '\0';
	return (struct str){out, TS_TEXT};
}

uint64_t
sb_ts_next(struct slack *sl)
{
	uint64_t now = (uint64_t)clock_wall(sl->sandbox->conf.clock) * 1000;

	sl->last_ts = now > sl->last_ts ? now : sl->last_ts + 1;
	return sl->last_ts;
}

/* ---- people and channels ------------------------------------------------ */

struct user *
sb_user_find(struct workspace *w, struct str id)
{
	struct node *n = sb_table_find(&w->users, id);

	return n == NULL ? NULL : CONTAINER_OF(n, struct user, node);
}

struct channel *
sb_world_channel(struct workspace *w, struct str id)
{
	struct node *n;
	char direct[32];

	if (id.n > 1 && id.n < sizeof(direct) && id.p[0] == 'U') {
		memcpy(direct, id.p, id.n);
		direct[0] = 'D';
		id.p = direct;
	}
	n = sb_table_find(&w->channels, id);
	return n == NULL ? NULL : CONTAINER_OF(n, struct channel, node);
}

const char *
sb_channel_type(const struct channel *ch)
{
	static const char *const names[] = {
	    [CHANNEL_IM] = "im",
	    [CHANNEL_PUBLIC] = "channel",
	    [CHANNEL_PRIVATE] = "group",
	};

	return names[ch->kind];
}

/* ---- lists of messages -------------------------------------------------- */

static struct message **
newest_of(struct message *m)
{
	return m->root != NULL ? &m->root->reply_newest : &m->channel->newest;
}

static void
link_in(struct message *m)
{
	struct message **newest = newest_of(m);

	m->older = *newest;
	if (m->older != NULL)
		m->older->newer = m;
	*newest = m;
	if (m->root == NULL)
		return;
	if (m->older == NULL)
		m->root->reply_oldest = m;
	m->root->replies++;
}

static void
unlink_from(struct message *m)
{
	if (m->newer != NULL)
		m->newer->older = m->older;
	else
		*newest_of(m) = m->older;
	if (m->older != NULL)
		m->older->newer = m->newer;
	else if (m->root != NULL)
		m->root->reply_oldest = m->newer;
	if (m->root != NULL)
		m->root->replies--;
}

static void
age_in(struct slack *sl, struct message *m)
{
	m->aged_before = sl->newest;
	if (sl->newest != NULL)
		sl->newest->aged_next = m;
	else
		sl->oldest = m;
	sl->newest = m;
	sl->message_count++;
}

static void
age_out(struct slack *sl, struct message *m)
{
	if (m->aged_before != NULL)
		m->aged_before->aged_next = m->aged_next;
	else
		sl->oldest = m->aged_next;
	if (m->aged_next != NULL)
		m->aged_next->aged_before = m->aged_before;
	else
		sl->newest = m->aged_before;
	sl->message_count--;
}

static void
message_free(struct message *m)
{
	free(m->text);
	free(m->blocks);
	free(m->metadata);
	free(m->files);
	free(m->reactions);
	free(m);
}

static void
forget(struct message *m)
{
	struct slack *sl = m->channel->w->slack;
	struct message *reply, *newer;

	/* A thread goes with its root. */
	for (reply = m->reply_oldest; reply != NULL; reply = newer) {
		newer = reply->newer;
		forget(reply);
	}
	unlink_from(m);
	age_out(sl, m);
	sb_table_remove(&sl->messages, &m->node);
	message_free(m);
}

/* ---- messages ----------------------------------------------------------- */

void
sb_message_set(char **slot, struct str text)
{
	char *copy = NULL;

	if (text.n > 0 && (copy = malloc(text.n + 1)) != NULL) {
		memcpy(copy, text.p, text.n);
		copy[text.n] = '\0';
	}
	free(*slot);
	*slot = copy;
}

struct message *
sb_message_new(struct channel *ch, struct message *root, struct user *user,
    struct str text)
{
	struct slack *sl = ch->w->slack;
	struct message *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->key.channel = ch->number;
	m->key.ts = sb_ts_next(sl);
	m->node.key = (struct str){(const char *)&m->key, sizeof(m->key)};
	m->channel = ch;
	m->root = root;
	m->user = user;
	sb_message_set(&m->text, text);
	if (sb_table_add(&sl->messages, &m->node) != OK) {
		message_free(m);
		return NULL;
	}
	link_in(m);
	age_in(sl, m);
	m->thread = root == NULL ? 0 : root->key.ts;
	ch->version++;
	while (sl->message_count > MESSAGES_MOST)
		forget(sl->oldest == root ? root->reply_oldest : sl->oldest);
	return m;
}

struct message *
sb_message_find(struct channel *ch, uint64_t ts)
{
	const struct {
		uint64_t channel, ts;
	} key = {ch->number, ts};
	struct node *n = sb_table_find(&ch->w->slack->messages,
	    (struct str){(const char *)&key, sizeof(key)});

	return n == NULL ? NULL : CONTAINER_OF(n, struct message, node);
}

void
sb_message_delete(struct message *m)
{
	m->channel->version++;
	if (m->replies == 0) {
		forget(m);
		return;
	}
	m->tombstone = true;
	sb_message_set(&m->text, STR("This message was deleted."));
	sb_message_set(&m->blocks, STR(""));
	sb_message_set(&m->metadata, STR(""));
	sb_message_set(&m->files, STR(""));
}

bool
sb_message_streams(struct message *m)
{
	const struct clock *clock = m->channel->w->slack->sandbox->conf.clock;

	if (m->streaming == STREAM_OPEN &&
	    clock_steady(clock) >= m->stream_until)
		m->streaming = STREAM_DONE;
	return m->streaming == STREAM_OPEN;
}
