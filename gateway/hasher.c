/* hasher: a pool whose jobs are Argon2id. */
#include "gateway/hasher.h"

#include <errno.h>
#include <sched.h>
#include <sodium.h>
#include <stdlib.h>

#define PASSES 3u
#define MEMORY ((size_t)64 << 20)

_Static_assert(HASHER_TEXT == crypto_pwhash_STRBYTES, "as the library has it");

/* No password is known for it; what it asks for is what ours ask for. */
static const char nobodys[] =
    "$argon2id$v=19$m=65536,t=3,p=1$Z2F0ZXdheS9oYXNoZXIuYw"
    "$bm8gcGFzc3dvcmQgaXMga25vd24gZm9yIHRoaXMgb25lLiE";

struct hasher {
	struct pool *pool;
};

enum err
hasher_make(struct str password, char out[HASHER_TEXT])
{
	return crypto_pwhash_str_alg(out, password.p, password.n, PASSES,
		   MEMORY, crypto_pwhash_ALG_ARGON2ID13) == 0
		   ? OK
		   : E_NOMEM;
}

static enum err
check(struct hash_op *op)
{
	char text[HASHER_TEXT] = {0};
	bool known = op->hash.n > 0 && op->hash.n < sizeof(text);

	memcpy(text, known ? op->hash.p : nobodys,
	    known ? op->hash.n : sizeof(nobodys));
	errno = 0;
	if (crypto_pwhash_str_verify(text, op->password.p, op->password.n) ==
	    0) {
		op->matches = known;
		return OK;
	}
	/* EINVAL: another password. Anything else: it could not be tried. */
	return errno == EINVAL ? OK : E_NOMEM;
}

static void
run(struct pool_job *j, void *own, enum err e)
{
	struct hash_op *op = CONTAINER_OF(j, struct hash_op, job);

	(void)own;
	op->matches = false;
	op->err = e;
	if (e == OK)
		op->err = op->deed == HASH_MAKE
			      ? hasher_make(op->password, op->made)
			      : check(op);
	op->done(op);
}

static unsigned
cores(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	if (sched_getaffinity(0, sizeof(set), &set) != 0)
		return 1;
	return (unsigned)CPU_COUNT(&set);
}

enum err
hasher_start(unsigned threads, struct hasher **out)
{
	struct hasher *h = calloc(1, sizeof(*h));
	const struct pool_conf conf = {.name = "fd-hash",
	    .threads = threads > 0 ? threads : cores(),
	    .waiting_max = HASHER_WAITING};
	enum err e;

	if (h == NULL)
		return E_NOMEM;
	e = pool_start(&conf, &h->pool);
	if (e == OK)
		*out = h;
	else
		free(h);
	return e;
}

enum err
hasher_submit(struct hasher *h, struct hash_op *op)
{
	op->job.run = run;
	return pool_put(h->pool, &op->job);
}

void
hasher_stop(struct hasher *h)
{
	if (h == NULL)
		return;
	pool_end(h->pool);
	pool_free(h->pool);
	free(h);
}
