/* SPDX-License-Identifier: Apache-2.0 */
#include "classifiers/syntax.h"

#include <string.h>

#include "base/utf8.h"

bool stile_syntax_done(const stile_syntax *s)
{
    return s->at >= s->text.len;
}

char stile_syntax_peek(const stile_syntax *s)
{
    return stile_syntax_done(s) ? '\0' : s->text.ptr[s->at];
}

bool stile_syntax_takes(stile_syntax *s, const char *what)
{
    if (!stile_slice_starts(stile_slice_cut(s->text, s->at, s->text.len), stile_str(what)))
        return false;
    s->at += strlen(what);
    return true;
}

static int hex_value(char c)
{
    if (stile_ascii_is_digit(c))
        return c - '0';
    c = (char)(c | 32);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool stile_syntax_escaped_byte(stile_syntax *s, char *out)
{
    static const char names[] = "ntrfea", values[] = "\n\t\r\f\033\a";
    char c = stile_syntax_peek(s);
    const char *name = c ? strchr(names, c) : NULL;

    if (stile_syntax_done(s))
        return false;
    if (name) {
        *out = values[name - names];
    } else if (c == 'x' && s->at + 2 < s->text.len && hex_value(s->text.ptr[s->at + 1]) >= 0 &&
               hex_value(s->text.ptr[s->at + 2]) >= 0) {
        *out = (char)(16 * hex_value(s->text.ptr[s->at + 1]) + hex_value(s->text.ptr[s->at + 2]));
        s->at += 2;
    } else if (stile_ascii_is_letter(c) || stile_ascii_is_digit(c)) {
        return false;
    } else {
        *out = c;
    }
    s->at++;
    return true;
}

static bool read_number(stile_syntax *s, uint32_t *out)
{
    size_t start = s->at;

    for (*out = 0; stile_ascii_is_digit(stile_syntax_peek(s)) && s->at - start < 5; s->at++)
        *out = *out * 10 + (uint32_t)(stile_syntax_peek(s) - '0');
    return s->at > start;
}

bool stile_syntax_count(stile_syntax *s, uint32_t *least, uint32_t *most)
{
    size_t start = s->at;

    if (stile_syntax_takes(s, "{") && read_number(s, least)) {
        *most = *least;
        if (stile_syntax_takes(s, ",") && !read_number(s, most))
            *most = STILE_SYNTAX_NO_END;
        if (stile_syntax_takes(s, "}"))
            return true;
    }
    s->at = start;
    return false;
}
