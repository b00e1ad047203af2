/* password_words: pieces that common passwords are made of; see password.c. */
#ifndef CORE_PASSWORD_WORDS_H
#define CORE_PASSWORD_WORDS_H

/* Lower case, three letters or more; ends with NULL. */
extern const char *const password_words[];

/* Keys that lie beside each other; any part of three or more, either way. */
extern const char *const password_walks[];

#endif
