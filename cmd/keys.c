/*
 * keys: the file is written beside its name and linked into place, so that
 * two processes that start at once agree on one key.
 */
#include "cmd/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEX_CHARS (TOKEN_KEY_BYTES * 2)

static bool
from_hex(const char *hex, size_t n, unsigned char *key)
{
	size_t got;

	return n == HEX_CHARS &&
	       sodium_hex2bin(key, TOKEN_KEY_BYTES, hex, n, NULL, &got, NULL) ==
		   0 &&
	       got == TOKEN_KEY_BYTES;
}

static enum err
read_file(const char *path, unsigned char *key)
{
	char hex[HEX_CHARS];
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? E_NOTFOUND : E_IO;
	n = read(fd, hex, sizeof(hex));
	close(fd);
	return n == sizeof(hex) && from_hex(hex, HEX_CHARS, key) ? OK : E_IO;
}

static enum err
write_all(int fd, const char *text, size_t n)
{
	return write(fd, text, n) == (ssize_t)n && fsync(fd) == 0 ? OK : E_IO;
}

/* Makes the file unless somebody else just did. */
static enum err
make_file(const char *path)
{
	unsigned char key[TOKEN_KEY_BYTES];
	char hex[HEX_CHARS + 2], beside[PATH_MAX + 24];
	enum err e;
	int fd;

	snprintf(beside, sizeof(beside), "%s.%ld", path, (long)getpid());
	fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return E_IO;
	randombytes_buf(key, sizeof(key));
	sodium_bin2hex(hex, sizeof(hex), key, sizeof(key));
	hex[HEX_CHARS] = '\n';
	e = write_all(fd, hex, HEX_CHARS + 1);
	close(fd);
	if (e == OK && link(beside, path) != 0 && errno != EEXIST)
		e = E_IO;
	unlink(beside);
	sodium_memzero(hex, sizeof(hex));
	sodium_memzero(key, sizeof(key));
	return e;
}

static enum err
load_file(
    const struct settings *s, unsigned char *key, char *why, size_t why_size)
{
	char path[PATH_MAX];
	enum err e;

	snprintf(path, sizeof(path), "%s/secret.key", s->data_dir);
	e = read_file(path, key);
	if (e == E_NOTFOUND) {
		e = make_file(path);
		if (e == OK)
			e = read_file(path, key);
	}
	if (e != OK)
		snprintf(why, why_size,
		    "the key in %s cannot be read or made: %s", path,
		    errno != 0 ? strerror(errno) : "it is not 64 hex digits");
	return e;
}

static enum err
load_text(const char *hex, const char *name, unsigned char *key, char *why,
    size_t why_size)
{
	if (from_hex(hex, strlen(hex), key))
		return OK;
	snprintf(why, why_size, "%s: write 64 hex digits", name);
	return E_BADINPUT;
}

enum err
keys_load(const struct settings *s, struct token_keys *out, char *why,
    size_t why_size)
{
	enum err e;

	*out = (struct token_keys){.count = 1};
	errno = 0;
	if (s->secret_key[0] != '\0')
		e = load_text(
		    s->secret_key, "secret_key", out->key[0], why, why_size);
	else
		e = load_file(s, out->key[0], why, why_size);
	if (e != OK || s->secret_key_old[0] == '\0')
		return e;
	out->count = 2;
	return load_text(
	    s->secret_key_old, "secret_key_old", out->key[1], why, why_size);
}
