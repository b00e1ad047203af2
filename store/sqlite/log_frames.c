/* log_frames: three numbers out of the index's first part. */
#include "store/sqlite/log_frames.h"

#define PART_BYTES 32768
#define FORMAT 3007000

/* In words of 4 bytes. The header stands there twice, written 2nd first. */
enum {
	FORMAT_AT = 0,
	FRAMES_AT = 4,
	FRAMES_TWIN_AT = 16,
	COPIED_AT = 24,
};

static const volatile uint32_t *
map(sqlite3 *db)
{
	volatile void *part = NULL;
	sqlite3_file *f = NULL;

	if (sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &f) !=
		SQLITE_OK ||
	    f == NULL || f->pMethods == NULL || f->pMethods->iVersion < 2 ||
	    f->pMethods->xShmMap(f, 0, PART_BYTES, 0, &part) != SQLITE_OK)
		return NULL;
	return part;
}

static uint32_t
word(const volatile uint32_t *index, int at)
{
	return __atomic_load_n(&index[at], __ATOMIC_ACQUIRE);
}

/*
 * The order matters. `copied` falls only when the log starts anew, and then
 * the frames were set to 0 before, with a barrier between the twin and it. So
 * whoever sees it fallen sees no frames of the old log in the twin, and if it
 * had not fallen yet it was no less when the frames were read.
 */
bool
log_frames_read(sqlite3 *db, struct log_frames *out)
{
	const volatile uint32_t *index = map(db);
	uint32_t twin;

	if (index == NULL || word(index, FORMAT_AT) != FORMAT)
		return false;
	out->copied = word(index, COPIED_AT);
	out->all = word(index, FRAMES_AT);
	twin = word(index, FRAMES_TWIN_AT);
	if (twin < out->all)
		out->all = twin;
	return true;
}
