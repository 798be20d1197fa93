/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void stile_base64_encode(stile_slice bytes, stile_buf *out)
{
    for (size_t i = 0; i < bytes.len; i += 3) {
        unsigned left = bytes.len - i < 3 ? (unsigned)(bytes.len - i) : 3, v = 0;
        for (unsigned b = 0; b < 3; b++)
            v = v << 8 | (b < left ? (unsigned char)bytes.ptr[i + b] : 0);
        for (unsigned d = 0; d < 4; d++)
            stile_buf_add_byte(out,
                               (unsigned char)(d <= left ? digits[v >> (18 - 6 * d) & 63] : '='));
    }
}

/* The value of a digit, or 64. */
static unsigned value_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (unsigned)(c - 'A');
    if (c >= 'a' && c <= 'z')
        return (unsigned)(c - 'a') + 26;
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0') + 52;
    return c == '+' ? 62 : c == '/' ? 63 : 64;
}

/* Four digits, of which the last `padding` are '='. */
static bool decode_group(const char *group, unsigned padding, stile_buf *out)
{
    unsigned v = 0;

    for (unsigned d = 0; d < 4; d++) {
        unsigned value = d < 4 - padding ? value_of(group[d]) : 0;
        if (value == 64)
            return false;
        v = v << 6 | value;
    }
    if (padding && v & ((1u << 8 * padding) - 1))
        return false;
    for (unsigned b = 0; b < 3 - padding; b++)
        stile_buf_add_byte(out, (unsigned char)(v >> (16 - 8 * b)));
    return true;
}

stile_status stile_base64_decode(stile_slice text, stile_buf *out, stile_error *err)
{
    bool ok = text.len % 4 == 0;

    for (size_t i = 0; ok && i < text.len; i += 4) {
        const char *group = text.ptr + i;
        bool last = i + 4 == text.len;
        unsigned padding = !last || group[3] != '=' ? 0 : group[2] != '=' ? 1 : 2;
        ok = decode_group(group, padding, out);
    }
    return ok ? stile_buf_ok(out, err) : stile_fail(err, STILE_INVALID, "not base64");
}
