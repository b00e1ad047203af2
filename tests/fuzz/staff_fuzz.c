/*
 * What sellers show: a password to be judged, codes, cookies; and the sets of
 * permissions that a company makes.
 */
#include "core/password.h"
#include "core/role.h"
#include "core/totp.h"
#include "gateway/staff_inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size}, part;
	const struct totp_ask ask = {.secret = text, .code = text, .now_s = 1};
	struct buf rest = {0};
	unsigned set;
	uint64_t step;

	(void)password_fault(text, &text, 1);
	(void)totp_check(&ask, &step);
	if (backup_use(text, STR("0000-0000-0000"), &rest) &&
	    backup_count(buf_view(&rest)) >= backup_count(text))
		__builtin_trap();
	buf_free(&rest);
	if (permissions_read(text, &set) && (set & ~MAY_ALL))
		__builtin_trap();
	part = staff_cookie_value(text, STR("frontdesk"));
	if (part.p != NULL && (part.p < text.p || part.n > text.n))
		__builtin_trap();
	return 0;
}
