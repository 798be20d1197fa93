/* SPDX-License-Identifier: Apache-2.0 */
#include "query/phrase.h"

#include <string.h>

/* Terms received in order; `terms` NULL only counts them. */
typedef struct collector {
    uint64_t *terms;
    size_t count;
} collector;

static stile_status collect(void *ctx, uint64_t term, stile_error *err)
{
    collector *c = ctx;

    (void)err;
    if (c->terms)
        c->terms[c->count] = term;
    c->count++;
    return STILE_OK;
}

/* `at` terms of the phrase end right before `term`: how many end with it. `at` is not all. */
static size_t advance(const stile_phrase *phrase, size_t at, uint64_t term)
{
    while (at > 0 && phrase->terms[at] != term)
        at = phrase->fallback[at - 1];
    return at + (phrase->terms[at] == term);
}

static stile_status add_phrase(stile_phrases *phrases, stile_analyzer *analyzer, stile_slice text,
                               stile_arena *arena, stile_error *err)
{
    stile_phrase *phrase = &phrases->each[phrases->count];
    collector words = {0};
    stile_status st = stile_terms_each(analyzer, text, collect, &words, err);

    if (st || words.count == 0)
        return st;
    if (phrases->count == STILE_MAX_PHRASES)
        return stile_fail(err, STILE_INVALID, "the query has more than %d phrases in quotes",
                          STILE_MAX_PHRASES);
    phrase->count = words.count;
    phrase->terms = stile_arena_array(arena, words.count, sizeof *phrase->terms);
    phrase->fallback = stile_arena_array(arena, words.count, sizeof *phrase->fallback);
    if (!phrase->terms || !phrase->fallback)
        return stile_fail(err, STILE_NO_MEMORY, "query: out of memory");
    words = (collector){.terms = phrase->terms};
    if ((st = stile_terms_each(analyzer, text, collect, &words, err)))
        return st;
    for (size_t i = 1; i < phrase->count; i++)
        phrase->fallback[i] = advance(phrase, phrase->fallback[i - 1], phrase->terms[i]);
    phrases->count++;
    phrases->term_count += phrase->count;
    return STILE_OK;
}

static bool opens(stile_slice query, size_t at)
{
    char before = at ? query.ptr[at - 1] : ' ';

    return query.ptr[at] == '"' && !(before >= 'a' && before <= 'z') &&
           !(before >= 'A' && before <= 'Z') && !(before >= '0' && before <= '9');
}

/* What the index is asked for: the terms of all phrases in one array. */
static stile_status gather(stile_phrases *phrases, stile_arena *arena, stile_error *err)
{
    size_t n = 0;

    phrases->terms = stile_arena_array(arena, phrases->term_count, sizeof *phrases->terms);
    if (!phrases->terms)
        return stile_fail(err, STILE_NO_MEMORY, "query: out of memory");
    for (size_t i = 0; i < phrases->count; i++)
        for (size_t t = 0; t < phrases->each[i].count; t++)
            phrases->terms[n++] = phrases->each[i].terms[t];
    return STILE_OK;
}

stile_status stile_phrases_of(stile_analyzer *analyzer, stile_slice query, stile_arena *arena,
                              stile_phrases *out, stile_error *err)
{
    *out = (stile_phrases){0};
    for (size_t at = 0; at < query.len; at++) {
        const char *close;
        size_t end;
        stile_status st;

        if (!opens(query, at))
            continue;
        if (!(close = memchr(query.ptr + at + 1, '"', query.len - at - 1)))
            break;
        end = (size_t)(close - query.ptr);
        if ((st = add_phrase(out, analyzer, stile_slice_cut(query, at + 1, end), arena, err)))
            return st;
        at = end;
    }
    return out->count ? gather(out, arena, err) : STILE_OK;
}

/* One reading of a text for all phrases. */
typedef struct reading {
    const stile_phrases *phrases;
    size_t at[STILE_MAX_PHRASES]; /* terms of the phrase that end at the word read last */
    bool held[STILE_MAX_PHRASES];
} reading;

static stile_status read_term(void *ctx, uint64_t term, stile_error *err)
{
    reading *r = ctx;

    (void)err;
    for (size_t i = 0; i < r->phrases->count; i++) {
        if (r->held[i])
            continue;
        r->at[i] = advance(&r->phrases->each[i], r->at[i], term);
        r->held[i] = r->at[i] == r->phrases->each[i].count;
    }
    return STILE_OK;
}

stile_status stile_phrases_held(const stile_phrases *phrases, stile_analyzer *analyzer,
                                stile_slice title, stile_slice body, bool *out, stile_error *err)
{
    reading r = {.phrases = phrases};
    stile_status st = stile_terms_each(analyzer, title, read_term, &r, err);

    memset(r.at, 0, sizeof r.at); /* no phrase runs from the title into the body */
    if (st || (st = stile_terms_each(analyzer, body, read_term, &r, err)))
        return st;
    *out = true;
    for (size_t i = 0; i < phrases->count; i++)
        *out &= r.held[i];
    return STILE_OK;
}
