/* SPDX-License-Identifier: Apache-2.0 */
#include "classifiers/prefilter.h"

#include <string.h>

#include "base/memory.h"

#ifdef STILE_HAVE_HS
#include <hs/hs.h>

/* Not HS_FLAG_SINGLEMATCH: Vectorscan 5.4.9 then misses the match of one pattern once others have
 * had theirs, which the tests of the prefilter show. */
#define FLAGS (HS_FLAG_PREFILTER | HS_FLAG_CASELESS | HS_FLAG_DOTALL | HS_FLAG_ALLOWEMPTY)

/* Vectorscan 5.4.9 misses matches of patterns with larger counts, prefilter mode or not: of "a[b-z]{2,30}" behind which
 * "[^<]{0,200}" may have 66 bytes and more, which the tests show. Such patterns always run. */
#define MOST_COUNTED 60

struct stile_prefilter {
    hs_database_t *database; /* NULL: nothing could be compiled */
    unsigned char *always;   /* one byte a pattern */
    size_t count, always_count;
};

struct stile_prefilter_scratch {
    hs_scratch_t *scratch;
};

/* Patterns on their way into the database. */
typedef struct intake {
    char **texts; /* owned */
    unsigned *ids, *flags;
    unsigned count;
} intake;

static void intake_release(intake *in)
{
    for (unsigned i = 0; in->texts && i < in->count; i++)
        stile_free(in->texts[i]);
    stile_free(in->texts);
    stile_free(in->ids);
    stile_free(in->flags);
}

/* Whether the pattern counts further than Vectorscan does. A brace that is text is taken for a count too. */
static bool counts_far(stile_slice pattern)
{
    bool counting = false;
    unsigned count = 0;

    for (size_t i = 0; i < pattern.len; i++) {
        char c = pattern.ptr[i];
        if (counting && c >= '0' && c <= '9')
            count = count < 1000 ? 10 * count + (unsigned)(c - '0') : count;
        else if (c != ',')
            counting = c == '{';
        if (c < '0' || c > '9')
            count = 0;
        if (count > MOST_COUNTED)
            return true;
    }
    return false;
}

/* Every pattern that Vectorscan can read; the others always run. */
static stile_status intake_fill(intake *in, stile_prefilter *p, const stile_slice *patterns,
                                stile_error *err)
{
    for (size_t i = 0; i < p->count; i++) {
        hs_expr_info_t *info = NULL;
        hs_compile_error_t *why = NULL;
        char *text;
        if (patterns[i].len == 0)
            continue;
        if (counts_far(patterns[i])) {
            p->always[i] = 1;
            continue;
        }
        if (!(text = stile_strndup(patterns[i].ptr, patterns[i].len)))
            return stile_fail(err, STILE_NO_MEMORY, "prefilter: out of memory");
        if (hs_expression_info(text, FLAGS, &info, &why) == HS_SUCCESS) {
            in->texts[in->count] = text;
            in->ids[in->count] = (unsigned)i;
            in->flags[in->count++] = FLAGS;
        } else {
            stile_free(text);
            p->always[i] = 1;
        }
        stile_free(info); /* from the default allocator, which is malloc's */
        hs_free_compile_error(why);
    }
    return STILE_OK;
}

/* Pattern `at` of the intake always runs. */
static void intake_drop(intake *in, unsigned at, stile_prefilter *p)
{
    p->always[in->ids[at]] = 1;
    stile_free(in->texts[at]);
    in->count--;
    in->texts[at] = in->texts[in->count];
    in->ids[at] = in->ids[in->count];
}

/* All at once, for each alone would take as long again. A pattern that cannot be compiled after all is
 * named, and dropped; when none is named, none can be had. */
static void compile(stile_prefilter *p, intake *in)
{
    while (in->count) {
        hs_compile_error_t *why = NULL;
        int at = -1;
        if (hs_compile_multi((const char *const *)in->texts, in->flags, in->ids, in->count,
                             HS_MODE_BLOCK, NULL, &p->database, &why) == HS_SUCCESS)
            return;
        p->database = NULL;
        if (why)
            at = why->expression;
        hs_free_compile_error(why);
        if (at >= 0 && (unsigned)at < in->count)
            intake_drop(in, (unsigned)at, p);
        else
            while (in->count)
                intake_drop(in, in->count - 1, p);
    }
}

stile_status stile_prefilter_create(const stile_slice *patterns, size_t count,
                                    stile_prefilter **out, stile_error *err)
{
    stile_prefilter *p = stile_alloc(sizeof *p);
    intake in = {.texts = stile_alloc_array(count, sizeof *in.texts),
                 .ids = stile_alloc_array(count, sizeof *in.ids),
                 .flags = stile_alloc_array(count, sizeof *in.flags)};
    stile_status st = STILE_OK;

    if (p)
        p->count = count;
    if (!p || !in.texts || !in.ids || !in.flags || !(p->always = stile_alloc(count)))
        st = stile_fail(err, STILE_NO_MEMORY, "prefilter: out of memory");
    else
        st = intake_fill(&in, p, patterns, err);
    if (!st) {
        compile(p, &in);
        for (size_t i = 0; i < count; i++)
            p->always_count += p->always[i];
        *out = p;
    } else {
        stile_prefilter_destroy(p);
    }
    intake_release(&in);
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

/* One byte a pattern, then the database. */
stile_status stile_prefilter_encode(const stile_prefilter *prefilter, stile_buf *out,
                                    stile_error *err)
{
    char *bytes = NULL; /* malloc's */
    size_t len = 0;

    if (!prefilter->database)
        return STILE_OK;
    if (hs_serialize_database(prefilter->database, &bytes, &len) != HS_SUCCESS)
        return stile_fail(err, STILE_NO_MEMORY, "prefilter: out of memory");
    stile_buf_add(out, prefilter->always, prefilter->count);
    stile_buf_add(out, bytes, len);
    stile_free(bytes);
    return stile_buf_ok(out, err);
}

stile_status stile_prefilter_decode(stile_slice bytes, size_t count, stile_prefilter **out,
                                    stile_error *err)
{
    stile_prefilter *p;
    stile_status st = STILE_OK;

    if (bytes.len <= count)
        return stile_fail(err, STILE_CORRUPT, "prefilter: %zu bytes for %zu patterns", bytes.len,
                          count);
    p = stile_alloc(sizeof *p);
    if (!p || !(p->always = stile_alloc(count))) {
        stile_prefilter_destroy(p);
        return stile_fail(err, STILE_NO_MEMORY, "prefilter: out of memory");
    }
    p->count = count;
    for (size_t i = 0; i < count; i++)
        p->always_count += p->always[i] = bytes.ptr[i] != 0;
    if (hs_deserialize_database(bytes.ptr + count, bytes.len - count, &p->database) != HS_SUCCESS)
        st = stile_fail(err, STILE_CORRUPT, "prefilter: not a database of this Vectorscan");
    if (st)
        stile_prefilter_destroy(p);
    else
        *out = p;
    return st;
}

stile_status stile_prefilter_kind(stile_sha256 *out, stile_error *err)
{
    hs_platform_info_t platform = {0};
    stile_slice parts[3] = {stile_str(hs_version()), stile_slice_of(&platform, sizeof platform),
                            stile_str("long counts always run")};

    (void)hs_populate_platform(&platform);
    return stile_sha256_parts(parts, 3, out, err);
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

stile_status stile_prefilter_encode(const stile_prefilter *prefilter, stile_buf *out,
                                    stile_error *err)
{
    (void)prefilter;
    (void)out;
    (void)err;
    return STILE_OK;
}

stile_status stile_prefilter_decode(stile_slice bytes, size_t count, stile_prefilter **out,
                                    stile_error *err)
{
    (void)bytes;
    (void)count;
    (void)out;
    return stile_fail(err, STILE_CORRUPT, "prefilter: this stile is built without Vectorscan");
}

stile_status stile_prefilter_kind(stile_sha256 *out, stile_error *err)
{
    return stile_sha256_of(stile_str("none"), out, err);
}

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
