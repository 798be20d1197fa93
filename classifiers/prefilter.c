/* SPDX-License-Identifier: Apache-2.0 */
#include "classifiers/prefilter.h"

#include <string.h>

#include "base/memory.h"

#ifdef STILE_HAVE_HS
#include <hs/hs.h>

/* Not HS_FLAG_SINGLEMATCH: Vectorscan 5.4.9 then misses the match of one pattern once others have
 * had theirs, which the tests of the prefilter show. */
#define FLAGS (HS_FLAG_PREFILTER | HS_FLAG_CASELESS | HS_FLAG_DOTALL | HS_FLAG_ALLOWEMPTY)
/* A pattern wider than this compiles slowly for little gain. */
#define MAX_WIDTH 4096

struct stile_prefilter {
    hs_database_t *database; /* NULL: nothing could be compiled */
    unsigned char *always;   /* one byte a pattern */
    size_t count, always_count;
};

struct stile_prefilter_scratch {
    hs_scratch_t *scratch;
};

static bool fits(const char *pattern)
{
    hs_expr_info_t *info = NULL;
    hs_compile_error_t *why = NULL;
    hs_database_t *alone = NULL;
    bool good = hs_expression_info(pattern, FLAGS, &info, &why) == HS_SUCCESS &&
                info->max_width < MAX_WIDTH;

    stile_free(info); /* from the default allocator, which is malloc's */
    hs_free_compile_error(why);
    why = NULL;
    if (good && hs_compile(pattern, FLAGS, HS_MODE_BLOCK, NULL, &alone, &why) != HS_SUCCESS)
        good = false;
    hs_free_database(alone);
    hs_free_compile_error(why);
    return good;
}

static stile_status compile(stile_prefilter *p, const char *const *texts, unsigned *ids,
                            unsigned *flags, unsigned count, stile_error *err)
{
    hs_compile_error_t *why = NULL;

    if (count == 0)
        return STILE_OK;
    if (hs_compile_multi(texts, flags, ids, count, HS_MODE_BLOCK, NULL, &p->database, &why) ==
        HS_SUCCESS)
        return STILE_OK;
    (void)stile_fail(err, STILE_INTERNAL, "prefilter: %s", why ? why->message : "cannot compile");
    hs_free_compile_error(why);
    return STILE_INTERNAL;
}

stile_status stile_prefilter_create(const stile_slice *patterns, size_t count,
                                    stile_prefilter **out, stile_error *err)
{
    stile_prefilter *p = stile_alloc(sizeof *p);
    char **texts = stile_alloc_array(count, sizeof *texts);
    unsigned *ids = stile_alloc_array(count, sizeof *ids);
    unsigned *flags = stile_alloc_array(count, sizeof *flags);
    unsigned used = 0;
    stile_status st = STILE_OK;

    if (!p || !texts || !ids || !flags || !(p->always = stile_alloc(count)))
        st = stile_fail(err, STILE_NO_MEMORY, "prefilter: out of memory");
    for (size_t i = 0; !st && i < count; i++) {
        if (patterns[i].len == 0)
            continue;
        if (!(texts[used] = stile_strndup(patterns[i].ptr, patterns[i].len))) {
            st = stile_fail(err, STILE_NO_MEMORY, "prefilter: out of memory");
        } else if (fits(texts[used])) {
            ids[used] = (unsigned)i;
            flags[used++] = FLAGS;
        } else {
            stile_free(texts[used]);
            texts[used] = NULL;
            p->always[i] = 1;
            p->always_count++;
        }
    }
    if (!st) {
        p->count = count;
        st = compile(p, (const char *const *)texts, ids, flags, used, err);
    }
    for (unsigned i = 0; texts && i < used; i++)
        stile_free(texts[i]);
    stile_free(texts);
    stile_free(ids);
    stile_free(flags);
    if (st)
        stile_prefilter_destroy(p);
    else
        *out = p;
    return st;
}

void stile_prefilter_destroy(stile_prefilter *prefilter)
{
    if (!prefilter)
        return;
    hs_free_database(prefilter->database);
    stile_free(prefilter->always);
    stile_free(prefilter);
}

stile_status stile_prefilter_scratch_create(const stile_prefilter *prefilter,
                                            stile_prefilter_scratch **out, stile_error *err)
{
    stile_prefilter_scratch *s = stile_alloc(sizeof *s);

    if (!s ||
        (prefilter->database && hs_alloc_scratch(prefilter->database, &s->scratch) != HS_SUCCESS)) {
        stile_prefilter_scratch_destroy(s);
        return stile_fail(err, STILE_NO_MEMORY, "prefilter: out of memory");
    }
    *out = s;
    return STILE_OK;
}

void stile_prefilter_scratch_destroy(stile_prefilter_scratch *scratch)
{
    if (!scratch)
        return;
    hs_free_scratch(scratch->scratch);
    stile_free(scratch);
}

static int mark(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                void *ctx)
{
    (void)from;
    (void)to;
    (void)flags;
    ((unsigned char *)ctx)[id] = 1;
    return 0;
}

void stile_prefilter_scan(const stile_prefilter *prefilter, stile_prefilter_scratch *scratch,
                          stile_slice text, unsigned char *may)
{
    memcpy(may, prefilter->always, prefilter->count);
    if (!prefilter->database)
        return;
    /* A failed scan must not hide a match. */
    if (text.len > UINT32_MAX ||
        hs_scan(prefilter->database, text.ptr ? text.ptr : "", (unsigned)text.len, 0,
                scratch->scratch, mark, may) != HS_SUCCESS)
        memset(may, 1, prefilter->count);
}

#else

struct stile_prefilter {
    size_t count;
};

struct stile_prefilter_scratch {
    char unused;
};

stile_status stile_prefilter_create(const stile_slice *patterns, size_t count,
                                    stile_prefilter **out, stile_error *err)
{
    stile_prefilter *p = stile_alloc(sizeof *p);

    (void)patterns;
    if (!p)
        return stile_fail(err, STILE_NO_MEMORY, "prefilter: out of memory");
    p->count = count;
    *out = p;
    return STILE_OK;
}

void stile_prefilter_destroy(stile_prefilter *prefilter)
{
    stile_free(prefilter);
}

stile_status stile_prefilter_scratch_create(const stile_prefilter *prefilter,
                                            stile_prefilter_scratch **out, stile_error *err)
{
    (void)prefilter;
    *out = stile_alloc(sizeof **out);
    return *out ? STILE_OK : stile_fail(err, STILE_NO_MEMORY, "prefilter: out of memory");
}

void stile_prefilter_scratch_destroy(stile_prefilter_scratch *scratch)
{
    stile_free(scratch);
}

void stile_prefilter_scan(const stile_prefilter *prefilter, stile_prefilter_scratch *scratch,
                          stile_slice text, unsigned char *may)
{
    (void)scratch;
    (void)text;
    memset(may, 1, prefilter->count);
}

#endif

size_t stile_prefilter_always(const stile_prefilter *prefilter)
{
#ifdef STILE_HAVE_HS
    return prefilter->always_count;
#else
    return prefilter->count;
#endif
}
