/* SPDX-License-Identifier: Apache-2.0 */
/* From candidates to what the answer shows: the reranker's order, the score threshold, k, the token
 * budget, and the neighbours of what was chosen. */
#include <stdlib.h>

#include "base/log.h"
#include "query/retrieval.h"
#include "query/tokens.h"
#include "rerank/rerank.h"

#define TAG_TOKENS 8 /* of a source's line "[S12] Title", beside the title */

static stile_status fail_memory(stile_error *err)
{
    return stile_fail(err, STILE_NO_MEMORY, "query: out of memory");
}

typedef struct judged {
    stile_released released;
    size_t rank; /* before */
} judged;

static int by_score(const void *a, const void *b)
{
    const judged *x = a, *y = b;
    double s = x->released.score, t = y->released.score;

    if (x->released.has_text != y->released.has_text)
        return x->released.has_text ? -1 : 1;
    if (s != t)
        return s > t ? -1 : 1;
    return (x->rank > y->rank) - (x->rank < y->rank);
}

/* Sort by the reranker's scores; withheld candidates, which it did not see, keep to the end. */
static stile_status reorder(stile_retrieval *r, const double *scores, stile_error *err)
{
    judged *list = stile_arena_array(&r->arena, r->count, sizeof *list);

    if (!list)
        return fail_memory(err);
    for (size_t i = 0; i < r->count; i++) {
        list[i] = (judged){r->released[i], i};
        list[i].released.score = scores[i];
    }
    qsort(list, r->count, sizeof *list, by_score);
    for (size_t i = 0; i < r->count; i++)
        r->released[i] = list[i].released;
    return STILE_OK;
}

/* The reranker reads released text only: nothing unscanned leaves by this way either. When it
 * cannot be had, the order stays and the answer says so. */
stile_status stile_retrieval_rerank(stile_retrieval *r, stile_error *err)
{
    stile_reranker *reranker = stile_plane_reranker(r->plane);
    stile_slice *texts;
    double *scores;
    stile_status st;

    if (!reranker || r->query->no_rerank || r->count < 2)
        return STILE_OK;
    texts = stile_arena_array(&r->arena, r->count, sizeof *texts);
    scores = stile_arena_array(&r->arena, r->count, sizeof *scores);
    if (!texts || !scores)
        return fail_memory(err);
    for (size_t i = 0; i < r->count; i++)
        texts[i] = r->released[i].text;
    st = stile_rerank(reranker, r->query->text, texts, r->count, scores, err);
    if (st == STILE_UNAVAILABLE || st == STILE_TIMEOUT) {
        stile_log(STILE_LOG_WARN, "query.degraded", "%s", err ? err->text : "reranker");
        r->answer.degraded = "the reranker is unavailable: its order is missing";
        return STILE_OK;
    }
    if (st)
        return st;
    r->answer.reranker = stile_reranker_hash(reranker);
    return reorder(r, scores, err);
}

static size_t cost_of(const stile_released *released)
{
    if (!released->has_text)
        return 0;
    return TAG_TOKENS + stile_tokens_estimate(released->title) +
           stile_tokens_estimate(released->text);
}

/* The k best that score enough and fit: one that is too long leaves its room to those after. */
static void choose_hits(stile_retrieval *r, size_t *room)
{
    const uint32_t k = stile_retrieval_k(r);
    size_t n = 0;

    for (size_t i = 0; i < r->count && n < k; i++) {
        size_t cost = cost_of(&r->released[i]);
        if ((r->query->has_min_score && r->released[i].score < r->query->min_score) || cost > *room)
            continue;
        *room -= cost;
        r->released[n++] = r->released[i];
    }
    r->count = n;
}

/* The hits, and the neighbours found so far of each. */
typedef struct family {
    stile_released *before[STILE_MAX_NEIGHBOURS], *after[STILE_MAX_NEIGHBOURS];
    size_t before_count, after_count;
} family;

static bool same_chunk(const stile_fetched *a, const stile_docref *doc, uint32_t ordinal)
{
    return a->ordinal == ordinal && stile_docref_cmp(&a->doc, doc) == 0;
}

static bool is_chosen(const stile_retrieval *r, const family *families, const stile_docref *doc,
                      uint32_t ordinal)
{
    for (size_t i = 0; i < r->count; i++) {
        const family *f = &families[i];
        if (same_chunk(r->released[i].from, doc, ordinal))
            return true;
        for (size_t n = 0; n < f->before_count; n++)
            if (same_chunk(f->before[n]->from, doc, ordinal))
                return true;
        for (size_t n = 0; n < f->after_count; n++)
            if (same_chunk(f->after[n]->from, doc, ordinal))
                return true;
    }
    return false;
}

/* The chunk `ordinal` beside hit `i`, fetched, scanned and disposed of like any; *out is NULL when
 * it is chosen already or there is no room for it. */
static stile_status take_neighbour(stile_retrieval *r, const family *families, size_t i,
                                   uint32_t ordinal, size_t *room, stile_released **out,
                                   stile_error *err)
{
    const stile_fetched *hit = r->released[i].from;
    stile_fetched *fetched;
    stile_status st;

    *out = NULL;
    if (is_chosen(r, families, &hit->doc, ordinal))
        return STILE_OK;
    if (!(fetched = stile_arena_array(&r->arena, 1, sizeof *fetched)) ||
        !(*out = stile_arena_array(&r->arena, 1, sizeof **out)))
        return fail_memory(err);
    if ((st = stile_fetch_chunk(r->plane, r->view, r->caller.clearance, &hit->doc, ordinal,
                                &r->arena, fetched, err)))
        return st;
    fetched->score = hit->score;
    if ((st = stile_release_chunk(r->plane, r->view, r->worker, &r->standing, fetched, &r->arena,
                                  *out, err)))
        return st;
    (*out)->score = r->released[i].score;
    if (cost_of(*out) > *room)
        *out = NULL;
    else
        *room -= cost_of(*out);
    return STILE_OK;
}

/* One more chunk on each side of hit `i`. */
static stile_status widen(stile_retrieval *r, family *families, size_t i, uint32_t distance,
                          size_t *room, stile_error *err)
{
    const stile_fetched *hit = r->released[i].from;
    family *f = &families[i];
    stile_released *found = NULL;
    stile_status st = STILE_OK;

    if (hit->ordinal >= distance) {
        st = take_neighbour(r, families, i, hit->ordinal - distance, room, &found, err);
        if (!st && found)
            f->before[f->before_count++] = found;
    }
    if (!st && hit->document.chunks - hit->ordinal > distance) {
        st = take_neighbour(r, families, i, hit->ordinal + distance, room, &found, err);
        if (!st && found)
            f->after[f->after_count++] = found;
    }
    return st;
}

/* Hits and neighbours in reading order: what stands before a hit, the hit, what stands after. */
static stile_status line_up(stile_retrieval *r, const family *families, stile_error *err)
{
    size_t total = r->count, n = 0;
    stile_released *list;

    for (size_t i = 0; i < r->count; i++)
        total += families[i].before_count + families[i].after_count;
    if (!(list = stile_arena_array(&r->arena, total, sizeof *list)))
        return fail_memory(err);
    for (size_t i = 0; i < r->count; i++) {
        const family *f = &families[i];
        stile_released *hit = &list[n + f->before_count];
        for (size_t b = f->before_count; b > 0; b--)
            list[n++] = *f->before[b - 1];
        list[n++] = r->released[i];
        for (size_t a = 0; a < f->after_count; a++)
            list[n++] = *f->after[a];
        for (stile_released *one = hit - f->before_count; one < list + n; one++)
            one->neighbour_of = one == hit ? NULL : hit;
    }
    r->released = list;
    r->count = n;
    return STILE_OK;
}

stile_status stile_retrieval_choose(stile_retrieval *r, stile_error *err)
{
    size_t room = r->query->max_tokens ? r->query->max_tokens : SIZE_MAX;
    family *families;
    stile_status st = STILE_OK;

    choose_hits(r, &room);
    if (r->query->neighbours == 0 || r->count == 0)
        return STILE_OK;
    if (!(families = stile_arena_array(&r->arena, r->count, sizeof *families)))
        return fail_memory(err);
    memset(families, 0, r->count * sizeof *families);
    for (uint32_t distance = 1; !st && distance <= r->query->neighbours; distance++)
        for (size_t i = 0; !st && i < r->count; i++)
            st = widen(r, families, i, distance, &room, err);
    return st ? st : line_up(r, families, err);
}
