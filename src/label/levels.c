/* SPDX-License-Identifier: Apache-2.0 */
/* The ordered levels, and finding one at the front of a label or a clearance. */
#include <stdio.h>

#include "base/memory.h"
#include "label/lattice.h"

static stile_status no_memory(stile_error *err)
{
    return stile_fail(err, STILE_NO_MEMORY, "label: out of memory");
}

static bool level_name_is_valid(const char *name)
{
    if (!*name)
        return false;
    for (; *name; name++)
        if (!((*name >= 'a' && *name <= 'z') || (*name >= '0' && *name <= '9') || *name == '_' ||
              *name == '-'))
            return false;
    return true;
}

stile_status stile_levels_create(const char *const *names, size_t count, stile_levels **out,
                                 stile_error *err)
{
    stile_levels *levels;

    if (count == 0 || count > STILE_MAX_LEVELS)
        return stile_fail(err, STILE_INVALID, "levels: 1 to %d are wanted", STILE_MAX_LEVELS);
    if (!(levels = stile_alloc(sizeof *levels)))
        return no_memory(err);
    for (size_t i = 0; i < count; i++) {
        stile_status st = STILE_OK;
        if (!level_name_is_valid(names[i]) || strlen(names[i]) > STILE_MAX_TOKEN)
            st = stile_fail(err, STILE_INVALID,
                            "levels: a name is lower-case letters, digits, '_' and '-'");
        else if (stile_levels_rank(levels, stile_str(names[i])) >= 0)
            st = stile_fail(err, STILE_INVALID, "levels: %.64s is named twice", names[i]);
        else if (!(levels->names[i] = stile_strdup(names[i])))
            st = no_memory(err);
        if (st) {
            stile_levels_destroy(levels);
            return st;
        }
        levels->count++;
    }
    *out = levels;
    return STILE_OK;
}

stile_status stile_levels_create_default(stile_levels **out, stile_error *err)
{
    static const char *const names[] = {"public", "internal", "confidential", "restricted"};
    return stile_levels_create(names, 4, out, err);
}

void stile_levels_destroy(stile_levels *levels)
{
    if (!levels)
        return;
    for (size_t i = 0; i < levels->count; i++)
        stile_free(levels->names[i]);
    stile_free(levels);
}

size_t stile_levels_count(const stile_levels *levels)
{
    return levels->count;
}

const char *stile_levels_name(const stile_levels *levels, size_t rank)
{
    return levels->names[rank];
}

int stile_levels_rank(const stile_levels *levels, stile_slice name)
{
    for (size_t i = 0; i < levels->count; i++)
        if (stile_slice_eq(stile_str(levels->names[i]), name))
            return (int)i;
    return -1;
}

stile_status stile_level_parse(const stile_levels *levels, stile_slice text, const char *what,
                               size_t *rank, size_t *rest, stile_error *err)
{
    size_t len = 0;
    int found;

    while (len < text.len &&
           !(text.ptr[len] == '/' && len + 1 < text.len && text.ptr[len + 1] == '/'))
        len++;
    *rest = len < text.len ? len + 2 : 0;
    if ((found = stile_levels_rank(levels, stile_slice_cut(text, 0, len))) < 0) {
        char known[256];
        size_t at = 0;
        known[0] = '\0';
        for (size_t i = 0; i < levels->count && at < sizeof known; i++)
            at += (size_t)snprintf(known + at, sizeof known - at, "%s%s", i ? ", " : "",
                                   levels->names[i]);
        return stile_fail(err, STILE_INVALID, "%s: at byte 0: unknown level; the levels are %s",
                          what, known);
    }
    *rank = (size_t)found;
    return STILE_OK;
}
