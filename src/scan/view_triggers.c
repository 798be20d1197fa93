/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/view_triggers.h"

static bool has_word(stile_slice text, const stile_trigger *t)
{
    size_t len = strlen(t->word), at = 0;

    while (text.len >= len && at <= text.len - len) {
        const char *from = text.ptr + at + t->rare;
        const char *found = memchr(from, t->word[t->rare], text.len - len - at + 1);
        if (!found)
            break;
        at += (size_t)(found - from);
        if (memcmp(text.ptr + at, t->word, len) == 0)
            return true;
        at++;
    }
    return false;
}

size_t stile_count_triggers(stile_slice text, const stile_trigger *triggers, size_t count)
{
    size_t found = 0;

    for (size_t i = 0; i < count; i++)
        found += has_word(text, &triggers[i]);
    return found;
}
