/*
 * said: what a customer's words say of themselves: the address they leave. It
 * goes with the message into the store (struct store_inbound, email), whoever
 * holds the conversation; so that who closes the page can be written to.
 */
#ifndef INTAKE_SAID_H
#define INTAKE_SAID_H

#include "core/company.h"

/*
 * The address that the text gives as the writer's own (core/theirs.h): the only
 * one in it, but for the company's, which they may have read on its page; or
 * empty. It points into the text.
 */
struct str said_email(const struct company *c, struct str text);

#endif
