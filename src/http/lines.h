/* SPDX-License-Identifier: Apache-2.0 */
/* What libmicrohttpd's parser leaves in memory tells about the lines that it read.
 *
 * It parses a head where it lies, putting NULs over the colon and over each byte of a line's end:
 *
 *     G E T   / ... 1 . 1 \0 \0 H o s t \0   x \0 \0 A c c e p t \0 ...
 *                               ^name       ^value
 *
 * So three things that it forgives can still be seen. A line that ended in a bare LF or CR has one
 * NUL after it, not two. And a folded line has been moved away from its value: 0.9.75 glues the
 * continuation to the *name*, so that "Content-Length: 2", folded, becomes a header of another name
 * and the body is read as the next request.
 *
 * A parser that lays heads out otherwise fails these checks on every request, at once and for all
 * to see; tests/unit/http does so first. What cannot be seen is a bare LF on the last line. */
#ifndef STILE_HTTP_LINES_H
#define STILE_HTTP_LINES_H

#include <stdbool.h>

#include "stile/slice.h"

/* Whether the header stood on one line of its own, which began after a CRLF and, unless it is the
 * last, ended in one. Reads the two bytes before the name, those between name and value, and the
 * one after the value's NUL: all within the head, since a request line comes before and an empty
 * line after. */
bool stile_lines_are_strict(stile_slice name, stile_slice value);

#endif
