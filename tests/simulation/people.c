/*
 * people: what customers, the bot, sellers and the support desk do, each by
 * chance and by their habits.
 */
#include "tests/simulation/world.h"

#include <stdlib.h>
#include <string.h>

static struct moment
of_chat(const struct world *w, const struct chat *chat, enum happening what)
{
	return (struct moment){.what = what, .chat = number_of(w, chat)};
}

/* ---- customers ------------------------------------------------------------- */

/* A place for one more: free, or of one that is long over. */
static struct chat *
place(struct world *w)
{
	unsigned i, at = (unsigned)pick(w, CHATS_MAX);
	struct chat *chat;

	for (i = 0; i < CHATS_MAX; i++) {
		chat = &w->chats[(at + i) % CHATS_MAX];
		if (!chat->used)
			return chat;
	}
	for (i = 0; i < CHATS_MAX; i++) {
		chat = &w->chats[(at + i) % CHATS_MAX];
		if (chat->c.status == STATUS_RESOLVED &&
		    !conversation_pending(&chat->c))
			return chat;
	}
	return NULL;
}

static void
open_chat(struct world *w, struct chat *chat)
{
	struct event opened = {.seq = 1,
	    .kind = EVENT_OPENED,
	    .author = AUTHOR_SYSTEM,
	    .at = world_wall(w)};

	*chat = (struct chat){.used = true,
	    .c = {.id = number_of(w, chat) + 1},
	    .weight = chance(w, 80) ? 100 : 50};
	if (conversation_fold(&chat->c, &opened) != OK)
		abort();
}

/* More by day than by night. */
static int64_t
gap(struct world *w)
{
	int64_t hour = world_wall(w) / HOUR % 24;
	int64_t mean = DAY / w->chats_a_day;

	return between(w, 1, hour >= 8 && hour < 18 ? mean : 4 * mean);
}

static void
on_arrives(struct world *w, const struct moment *m)
{
	struct chat *chat = place(w);
	uint64_t number = w->arrived++;

	(void)m;
	later(w, gap(w), (struct moment){.what = H_ARRIVES});
	if (chat == NULL || (number < 64 && (w->without >> number & 1) != 0))
		return;
	/* Who was here before comes back to the same conversation. */
	if (!chat->used)
		open_chat(w, chat);
	tell(w, "customer %llu comes to chat %u", (unsigned long long)number,
	    number_of(w, chat));
	chat->skills = chance(w, 30) ? 1u << pick(w, SKILLS_MAX) : 0;
	chat->prefer = chance(w, 30) ? 1u << pick(w, SKILLS_MAX) : 0;
	chat->wants_human = chance(w, 40);
	world_inbound(w, chat);
	if (chance(w, 30)) /* in several short messages */
		later(w, between(w, 50, 3 * SECOND), of_chat(w, chat, H_SAYS));
	if (chance(w, 3))
		later(w, between(w, 50, 3 * SECOND), of_chat(w, chat, H_TAKEN));
}

/* A seller who saw it in the list does not wait for the bot to end. */
static void
on_taken(struct world *w, const struct moment *m)
{
	const struct seller *s = &w->sellers[pick(w, w->seller_count)];

	if (s->online)
		world_act(w, &w->chats[m->chat],
		    &(struct act){.kind = ACT_TAKE_OVER,
			.agent = s->id,
			.may_supervise = true});
}

static void
on_says(struct world *w, const struct moment *m)
{
	struct chat *chat = &w->chats[m->chat];

	if (chat->c.gone || chat->c.status == STATUS_RESOLVED)
		return;
	chat->wants_human |= chance(w, 30);
	world_inbound(w, chat);
}

static void
on_leaves(struct world *w, const struct moment *m)
{
	struct chat *chat = &w->chats[m->chat];

	if (chat->c.holder == HOLDER_QUEUE)
		world_act(w, chat, &(struct act){.kind = ACT_GONE});
}

/* ---- the bot ------------------------------------------------------------------ */

/* To people, with what it takes to answer. */
static bool
hand_over(struct world *w, struct chat *chat)
{
	const struct act act = {.kind = ACT_QUEUE,
	    .now = world_wall(w),
	    .policy = &w->policy,
	    .to_team = w->team_count == 0 ? 0
					  : w->teams[pick(w, w->team_count)].id,
	    .wanted = chance(w, 5) ? 1 + (int64_t)pick(w, w->seller_count) : 0,
	    .priority = chance(w, 10) ? pick(w, PRIORITY_MAX + 1) : 0};
	const struct answer unknown = {
	    .kind = ANSWER_UNKNOWN, .text = STR("I do not know.")};
	struct handover h = {.asked = &chat->asked, .act = &act};
	struct decision d;

	if (chance(w, 30))
		h.answer = &unknown;
	if (decide_handoff(&chat->c, &h, &w->arena, &d) != OK)
		return false;
	chat->wants_human = false;
	return world_commit(w, chat, &d);
}

static void
answer(struct world *w, struct chat *chat)
{
	const struct answer found = {
	    .kind = ANSWER_FOUND, .text = STR("So it is."), .confidence = 90};
	struct decision d;

	/* As it was when it began: late output must be found stale. */
	if (decide_answer(&chat->seen, &chat->asked, &found, &w->policy,
		world_wall(w), &w->arena, &d) == OK &&
	    world_commit(w, chat, &d)) {
		w->answered++;
		return;
	}
	chat->tries++;
	if (!decide_keep_answer(&chat->c, &chat->asked, true, chat->tries))
		return;
	if (decide_answer(&chat->c, &chat->asked, &found, &w->policy,
		world_wall(w), &w->arena, &d) == OK &&
	    world_commit(w, chat, &d))
		w->answered++;
}

static void
on_bot(struct world *w, const struct moment *m)
{
	struct chat *chat = &w->chats[m->chat];

	if (!chat->bot_busy || chat->bot_life != m->arg)
		return;
	chat->bot_busy = false;
	if (!chat->wants_human || chat->c.epoch != chat->asked.epoch ||
	    !hand_over(w, chat))
		answer(w, chat);
	if (conversation_pending(&chat->c))
		later(w, 5, of_chat(w, chat, H_WORK));
}

static void
write_to_desk(struct world *w, struct chat *chat, const struct decision *asked)
{
	uint64_t before = chat->c.mailed_seq;
	struct decision d;

	if (decide_mailed(&chat->c, asked, &w->policy, world_wall(w), &d) !=
		OK ||
	    !world_commit(w, chat, &d))
		return;
	w->mailed++;
	if (chat->c.mailed_seq <= before)
		broken(w, "chat %u: mailed what was mailed before",
		    number_of(w, chat));
	if (chance(w, w->bounces)) {
		/* Refused at once, or sent back by somebody on the way. */
		later(w, chance(w, 50) ? 50 : between(w, SECOND, 2 * HOUR),
		    (struct moment){.what = H_BOUNCED,
			.chat = number_of(w, chat),
			.arg = chat->c.mail_seq});
		return;
	}
	if (!chance(w, 80))
		return;
	later(w, between(w, MINUTE, 8 * HOUR),
	    (struct moment){.what = H_POSTMAN,
		.chat = number_of(w, chat),
		.arg = chat->c.mailed_seq});
	if (chance(w, 10)) /* the same mail once more */
		later(w, between(w, MINUTE, DAY),
		    (struct moment){.what = H_POSTMAN,
			.chat = number_of(w, chat),
			.arg = chat->c.mailed_seq});
}

/* As the worker does it. */
static void
go_on_by_mail(struct world *w, struct chat *chat, const struct decision *asked)
{
	struct decision d;

	if (decide_mail_goes_on(&chat->c) && chat->timers[TIMER_MAIL] != 0)
		return;
	if (decide_mail_waits(&chat->c, &w->policy, world_wall(w), &d))
		(void)world_commit(w, chat, &d);
	else
		write_to_desk(w, chat, asked);
}

static void
on_work(struct world *w, const struct moment *m)
{
	struct chat *chat = &w->chats[m->chat];
	struct decision asked = decide(&chat->c);
	struct moment bot = of_chat(w, chat, H_BOT);

	if (chat->bot_busy)
		return;
	if (asked.kind == DECIDE_MAIL) {
		go_on_by_mail(w, chat, &asked);
	} else if (asked.kind == DECIDE_ASK) {
		chat->bot_busy = true;
		chat->tries = 0;
		chat->asked = asked;
		chat->seen = chat->c;
		bot.arg = ++chat->bot_life;
		later(w,
		    chance(w, 90) ? between(w, 1, 2000)
				  : between(w, SECOND, 40 * SECOND),
		    bot);
	}
}

/* ---- the support desk ----------------------------------------------------------- */

static void
on_postman(struct world *w, const struct moment *m)
{
	struct chat *chat = &w->chats[m->chat];

	/* The source: the store drops what it has. */
	if (!chat->used || m->arg <= chat->mails)
		return;
	chat->mails = m->arg;
	world_act(w, chat,
	    &(struct act){.kind = ACT_DESK_SAY,
		.name = STR("Sam"),
		.body = STR("{\"text\":\"By mail.\"}")});
}

/* As the store does it, where all rows of the mail are dead. */
static void
on_bounced(struct world *w, const struct moment *m)
{
	struct chat *chat = &w->chats[m->chat];

	if (!chat->used || chat->c.holder != HOLDER_EMAIL ||
	    chat->c.mail_seq != m->arg)
		return;
	chat->failed = m->arg;
	chat->failed_at = w->steady + 1;
	chat->timers[TIMER_MAIL] = world_wall(w);
	later(w, SECOND,
	    (struct moment){.what = H_TIMER,
		.chat = number_of(w, chat),
		.arg = TIMER_MAIL});
}

/* As the worker does it, before it asks what is to be told. */
static bool
leaves_desk(struct world *w, struct chat *chat)
{
	const struct act recall = {
	    .kind = ACT_RECALL, .body = STR("{\"text\":\"No such user.\"}")};

	if (chat->c.holder != HOLDER_EMAIL || chat->failed == 0 ||
	    chat->failed != chat->c.mail_seq)
		return false;
	w->unreached++;
	if (world_act(w, chat, &recall) != ACT_FINE)
		broken(w, "chat %u cannot leave the desk", number_of(w, chat));
	return true;
}

/* ---- sellers --------------------------------------------------------------------- */

static void
be_there(struct world *w, struct seller *s, bool online)
{
	s->online = online;
	s->life++;
	s->offline_at = online ? 0 : world_wall(w);
	tell(w, "seller %lld %s", (long long)s->id, online ? "comes" : "goes");
	office_seller(w, s);
}

static void
on_comes(struct world *w, const struct moment *m)
{
	struct seller *s = &w->sellers[m->seller];

	if (s->online)
		return;
	s->away = false;
	be_there(w, s, true);
	later(w,
	    chance(w, 20) ? between(w, MINUTE, HOUR)
			  : between(w, 3 * HOUR, 9 * HOUR),
	    (struct moment){.what = H_GOES, .seller = m->seller});
	if (chance(w, 30))
		later(w, between(w, MINUTE, 4 * HOUR),
		    (struct moment){.what = H_AWAY, .seller = m->seller});
}

/* Home for the night, or a laptop that sleeps for a moment. */
static void
on_goes(struct world *w, const struct moment *m)
{
	struct seller *s = &w->sellers[m->seller];
	int64_t back = chance(w, 40) ? between(w, SECOND, 90 * SECOND)
				     : between(w, 8 * HOUR, 30 * HOUR);

	if (s->online)
		be_there(w, s, false);
	later(w, back, (struct moment){.what = H_COMES, .seller = m->seller});
}

static void
on_away(struct world *w, const struct moment *m)
{
	struct seller *s = &w->sellers[m->seller];

	s->away = !s->away;
	tell(w, "seller %lld is %s", (long long)s->id,
	    s->away ? "away" : "back");
	office_seller(w, s);
	if (s->away)
		later(w, between(w, MINUTE, HOUR), *m);
}

static void
on_looks(struct world *w, const struct moment *m)
{
	struct chat *chat = &w->chats[m->chat];
	struct seller *s = &w->sellers[m->seller];
	const unsigned mood = (unsigned)pick(w, 100);

	if (!s->online || mood < s->ignores)
		return;
	if (mood < s->ignores + s->declines) {
		world_act(w, chat,
		    &(struct act){.kind = ACT_DECLINE, .agent = s->id});
		return;
	}
	if (world_act(w, chat,
		&(struct act){.kind = ACT_ACCEPT, .agent = s->id}) == ACT_FINE)
		w->accepted++;
}

static void
on_speaks(struct world *w, const struct moment *m)
{
	struct chat *chat = &w->chats[m->chat];
	struct seller *s = &w->sellers[m->seller];
	uint64_t seen = chance(w, 95) ? chat->c.spoken_seq : 0;

	if (!s->online)
		return;
	if (world_act(w, chat,
		&(struct act){.kind = ACT_SAY,
		    .agent = s->id,
		    .seen_seq = seen,
		    .body = STR("{\"text\":\"By hand.\"}")}) == ACT_SPOKEN)
		later(w, s->typing_ms, *m);
}

static void
on_ends(struct world *w, const struct moment *m)
{
	struct chat *chat = &w->chats[m->chat];
	const struct seller *s = &w->sellers[m->seller];
	struct act act = {.kind = ACT_RESOLVE, .agent = s->id};
	const unsigned mood = (unsigned)pick(w, 100);

	if (!s->online || chat->c.agent != s->id)
		return;
	if (mood < 5)
		return; /* forgotten */
	if (mood < 12)
		act.kind = ACT_GIVE_BACK;
	if (mood >= 12 && mood < 20) {
		act.kind = ACT_TRANSFER;
		if (w->team_count > 0 && chance(w, 50))
			act.to_team = w->teams[pick(w, w->team_count)].id;
		else
			act.to_agent = 1 + (int64_t)pick(w, w->seller_count);
	}
	if (mood >= 20 && mood < 24) {
		act.kind = ACT_SNOOZE;
		act.until = world_wall(w) + between(w, MINUTE, DAY);
	}
	if (world_act(w, chat, &act) == ACT_FINE && act.kind == ACT_RESOLVE)
		w->ended++;
}

/* ---- reactions ---------------------------------------------------------------------- */

static unsigned
seller_number(const struct world *w, int64_t id)
{
	unsigned i = 0;

	while (i < w->seller_count && w->sellers[i].id != id)
		i++;
	return i;
}

static void
seller_turns_to(struct world *w, struct chat *chat, int64_t agent)
{
	struct moment m = of_chat(w, chat, H_SPEAKS);

	m.seller = seller_number(w, agent);
	if (m.seller == w->seller_count || chance(w, 3))
		return;
	later(w, between(w, SECOND, 2 * w->sellers[m.seller].typing_ms), m);
}

static void
after_holder(struct world *w, struct chat *chat, const struct event *e)
{
	if (e->ref == HOLDER_QUEUE && chance(w, 15))
		later(w, between(w, SECOND, 10 * MINUTE),
		    of_chat(w, chat, H_LEAVES));
	if (e->ref == HOLDER_QUEUE && chance(w, 20))
		later(w, between(w, SECOND, MINUTE), of_chat(w, chat, H_SAYS));
	if (e->ref == HOLDER_AGENT)
		seller_turns_to(w, chat, e->author_id);
}

static void
after_agent(struct world *w, struct chat *chat, const struct event *e)
{
	struct moment end = of_chat(w, chat, H_ENDS);

	if (chance(w, 60)) {
		later(w, between(w, 2 * SECOND, 2 * MINUTE),
		    of_chat(w, chat, H_SAYS));
		return;
	}
	end.seller = seller_number(w, e->author_id);
	if (end.seller < w->seller_count)
		later(w, between(w, 10 * SECOND, 8 * MINUTE), end);
}

static void
after_message(struct world *w, struct chat *chat, const struct event *e)
{
	if (e->author == AUTHOR_BOT && chance(w, 50))
		later(w, between(w, 2 * SECOND, 2 * MINUTE),
		    of_chat(w, chat, H_SAYS));
	if (e->author == AUTHOR_AGENT)
		after_agent(w, chat, e);
	if (e->author == AUTHOR_CUSTOMER && chat->c.holder == HOLDER_AGENT)
		seller_turns_to(w, chat, chat->c.agent);
	if (e->author == AUTHOR_SYSTEM)
		w->notices++;
}

void
person_reacts(struct world *w, struct chat *chat, const struct event *e)
{
	struct moment look = of_chat(w, chat, H_LOOKS);

	if (e->kind == EVENT_HOLDER)
		after_holder(w, chat, e);
	if (e->kind == EVENT_MESSAGE)
		after_message(w, chat, e);
	if (e->kind == EVENT_OFFER) {
		look.seller = seller_number(w, e->author_id);
		if (look.seller < w->seller_count)
			later(w, between(w, SECOND, 20 * SECOND), look);
	}
}

/* ---- time, crashes ------------------------------------------------------------------ */

static void
on_timer(struct world *w, const struct moment *m)
{
	struct chat *chat = &w->chats[m->chat];
	enum timer_kind kind = (enum timer_kind)m->arg;
	int64_t due = chat->timers[kind];
	struct decision d;

	if (!chat->used || due == 0 || due >= TIMER_PARKED)
		return;
	if (due > world_wall(w)) { /* set anew, or the clock went back */
		later(w, due - world_wall(w), *m);
		return;
	}
	if (kind == TIMER_MAIL && leaves_desk(w, chat))
		return;
	if (decide_timer(&chat->c, kind, &w->policy, world_wall(w), &d) != OK) {
		broken(w, "timer %s is not known", timer_kind_name(kind));
		return;
	}
	if (kind == TIMER_NEXT_RESPONSE && d.event_count == 0)
		broken(w, "chat %u: timer %s rings for nothing", m->chat,
		    timer_kind_name(kind));
	if (d.kind == DECIDE_MAIL)
		write_to_desk(w, chat, &d);
	else
		(void)world_commit(w, chat, &d);
	if (chat->timers[kind] == due)
		broken(w, "chat %u: timer %s stays due", m->chat,
		    timer_kind_name(kind));
}

static void
on_crash(struct world *w, const struct moment *m)
{
	unsigned i;

	(void)m;
	w->crashes++;
	tell(w, "everything in memory is lost");
	for (i = 0; i < CHATS_MAX; i++) {
		w->chats[i].bot_busy = false;
		if (conversation_pending(&w->chats[i].c))
			later(w, SECOND, of_chat(w, &w->chats[i], H_WORK));
	}
	office_forget(w);
	later(w, between(w, 10, 3 * SECOND), (struct moment){.what = H_REREAD});
	later(w, between(w, MINUTE, DAY), (struct moment){.what = H_CRASH});
}

static void
on_clock(struct world *w, const struct moment *m)
{
	int64_t jump = between(w, -2 * HOUR, 2 * HOUR);
	unsigned i, k;

	(void)m;
	w->offset += jump;
	if (jump < 0)
		w->turned_back -= jump;
	tell(w, "the clock jumps by %lld s", (long long)(jump / SECOND));
	for (i = 0; i < CHATS_MAX; i++)
		for (k = 0; k < TIMER_KINDS; k++)
			if (w->chats[i].timers[k] != 0)
				later(w, 1,
				    (struct moment){
					.what = H_TIMER, .chat = i, .arg = k});
	later(w, between(w, HOUR, 3 * DAY), (struct moment){.what = H_CLOCK});
}

static void
on_desk(struct world *w, const struct moment *m)
{
	(void)w;
	(void)m; /* office_run() comes after every step */
}

static void
on_reread(struct world *w, const struct moment *m)
{
	(void)m;
	office_reread(w);
}

void (*const happenings[HAPPENINGS])(
    struct world *w, const struct moment *m) = {
    [H_ARRIVES] = on_arrives,
    [H_SAYS] = on_says,
    [H_TAKEN] = on_taken,
    [H_LEAVES] = on_leaves,
    [H_WORK] = on_work,
    [H_BOT] = on_bot,
    [H_TIMER] = on_timer,
    [H_COMES] = on_comes,
    [H_GOES] = on_goes,
    [H_AWAY] = on_away,
    [H_LOOKS] = on_looks,
    [H_SPEAKS] = on_speaks,
    [H_ENDS] = on_ends,
    [H_POSTMAN] = on_postman,
    [H_BOUNCED] = on_bounced,
    [H_DESK] = on_desk,
    [H_REREAD] = on_reread,
    [H_CRASH] = on_crash,
    [H_CLOCK] = on_clock,
};
