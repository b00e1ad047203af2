/* What a customer says, on its way to a person. */
#include "core/pack.h"
#include "core/theirs.h"
#include "core/trigger.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct company company = {.policy = {.mood_after = 1}};
	const struct trigger_text said = {.text = {(const char *)data, size}};
	const struct event e = {.kind = EVENT_MESSAGE,
	    .author = AUTHOR_CUSTOMER,
	    .body = {(const char *)data, size}};
	struct arena a = {0};
	struct buf b = {0}, out = {.limit = PACK_BYTES_MAX};
	struct event quoted = e;
	struct str rest = said.text, address;
	struct triggered t;
	struct pack p;

	while ((address = theirs_next(&rest)).n > 0)
		(void)theirs_given(said.text, address);
	trigger_look(
	    &(struct trigger_case){
		.company = &company, .texts = &said, .count = 1},
	    &t);
	buf_str(&b, "{\"text\":");
	buf_json(&b, said.text);
	buf_char(&b, '}');
	quoted.body = buf_view(&b);
	if (pack_make(
		&(struct pack_source){
		    .events = (struct event[]){e, quoted}, .count = 2},
		&a, &p) == OK) {
		pack_write(&p, &out);
		if (out.failed)
			__builtin_trap();
	}
	buf_free(&b);
	buf_free(&out);
	arena_free(&a);
	return 0;
}
