/* cmocka, with the headers it wants before it. */
#ifndef TESTS_LIB_CMOCKA_H
#define TESTS_LIB_CMOCKA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
