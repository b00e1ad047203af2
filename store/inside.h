/*
 * inside: what the files of the contract's face share: store.c, staff.c, views.c.
 */
#ifndef STORE_INSIDE_H
#define STORE_INSIDE_H

#include "store/engine.h"

struct store_reader {
	const struct store_engine *engine;
	void *data;
};

#endif
