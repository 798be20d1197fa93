/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8, strictly (RFC 3629: no overlong forms, no surrogates, nothing past U+10FFFF). */
#ifndef STILE_BASE_UTF8_H
#define STILE_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stile/slice.h"

/* Offset of the first byte that is not part of valid UTF-8; s.len when all of it is valid. */
size_t stile_utf8_valid(stile_slice s);

/* Decode the character at `*at` (< s.len) of valid UTF-8 and move past it. On invalid bytes
 * gives U+FFFD and moves one byte, so that loops always end. */
uint32_t stile_utf8_next(stile_slice s, size_t *at);

/* How many bytes from the start are ASCII. */
size_t stile_ascii_length(stile_slice s);

static inline bool stile_ascii_is_letter(char c)
{
    return ((unsigned char)c | 32u) - (unsigned)'a' < 26u;
}

static inline bool stile_ascii_is_digit(char c)
{
    return (unsigned char)c - (unsigned)'0' < 10u;
}

static inline bool stile_ascii_is_space(char c)
{
    return c == ' ' || (unsigned char)c - (unsigned)'\t' < 5u;
}

/* The largest offset <= `at` that starts a character. */
size_t stile_utf8_floor(stile_slice s, size_t at);

#endif
