/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

#include <string.h>

/* Length of the valid sequence at `p` (n > 0 bytes left), or 0; its code point in *cp. */
static size_t sequence(const unsigned char *p, size_t n, uint32_t *cp)
{
    unsigned char a = p[0];
    size_t len;
    uint32_t v, least;

    if (a < 0x80) {
        *cp = a;
        return 1;
    }
    if (a >= 0xc2 && a < 0xe0) {
        len = 2, v = a & 0x1fu, least = 0x80;
    } else if (a >= 0xe0 && a < 0xf0) {
        len = 3, v = a & 0x0fu, least = 0x800;
    } else if (a >= 0xf0 && a < 0xf5) {
        len = 4, v = a & 0x07u, least = 0x10000;
    } else {
        return 0;
    }
    if (n < len)
        return 0;
    for (size_t i = 1; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        v = v << 6 | (p[i] & 0x3fu);
    }
    if (v < least || v > 0x10ffff || (v >= 0xd800 && v < 0xe000))
        return 0;
    *cp = v;
    return len;
}

size_t stile_ascii_length(stile_slice s)
{
    size_t i = 0;

    for (; i + 32 <= s.len; i += 32) {
        uint64_t word[4];
        memcpy(word, s.ptr + i, sizeof word);
        if ((word[0] | word[1] | word[2] | word[3]) & UINT64_C(0x8080808080808080))
            break;
    }
    while (i < s.len && (unsigned char)s.ptr[i] < 0x80)
        i++;
    return i;
}

size_t stile_utf8_valid(stile_slice s)
{
    const unsigned char *p = (const unsigned char *)s.ptr;
    size_t at = 0;
    uint32_t cp;

    while (at < s.len) {
        uint64_t word;
        size_t len;
        if (s.len - at >= sizeof word) { /* eight ASCII bytes at a time */
            memcpy(&word, p + at, sizeof word);
            if (!(word & UINT64_C(0x8080808080808080))) {
                at += sizeof word;
                continue;
            }
        }
        if (!(len = sequence(p + at, s.len - at, &cp)))
            return at;
        at += len;
    }
    return at;
}

uint32_t stile_utf8_next(stile_slice s, size_t *at)
{
    uint32_t cp;
    size_t len = sequence((const unsigned char *)s.ptr + *at, s.len - *at, &cp);

    if (!len) {
        *at += 1;
        return 0xfffd;
    }
    *at += len;
    return cp;
}

size_t stile_utf8_floor(stile_slice s, size_t at)
{
    if (at > s.len)
        at = s.len;
    while (at > 0 && at < s.len && ((unsigned char)s.ptr[at] & 0xc0) == 0x80)
        at--;
    return at;
}
