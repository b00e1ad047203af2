/*
 * sniff: what a file is, told by its bytes alone.
 *
 * Customers send files, and those who hand them out later must not believe
 * the names and types that came with them. The list is of what people send:
 * pictures, sound, film, documents, cards, plain text. Everything else is
 * refused, whatever it calls itself: pages, pictures that are pages (SVG),
 * programs, scripts, archives, documents with macros, and what is not known.
 *
 * Nothing is unpacked: of a zip the directory at its end is read, never what
 * the entries hold.
 */
#ifndef WORKERS_SNIFF_H
#define WORKERS_SNIFF_H

#include "core/base.h"

/* "image/png": of a file that may be kept. NULL: it may not. */
const char *sniff(struct str bytes);

#endif
