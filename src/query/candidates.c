/* SPDX-License-Identifier: Apache-2.0 */
/* Search and fetch: from the query to chunks that the caller may read. */
#include "base/log.h"
#include "query/duplicate.h"
#include "query/retrieval.h"
#include "rerank/rerank.h"

/* Hits looked at for each one wanted, so that near-duplicates leave no gap. */
#define SPARE(wanted) ((wanted) + (wanted) / 2 + 5)
/* Hits read for phrases: the best that hold the words, wherever they stand. A phrase that none of
 * so many holds is rare among its own words, and is not found past them. */
#define PHRASE_HITS 1000

/* The query's vector, or, when the embedder cannot be had, an answer from words alone. */
static stile_status embed_query(stile_retrieval *r, const float **vector, stile_error *err)
{
    stile_embedder *embedder = stile_plane_embedder(r->plane);
    const stile_embed_text text = {.text = r->query->text};
    size_t dim = stile_embedder_dim(embedder);
    float *v;
    stile_status st;

    *vector = NULL;
    if (r->mode == STILE_MODE_LEXICAL)
        return STILE_OK;
    if (dim == 0) {
        r->mode = STILE_MODE_LEXICAL;
        r->answer.degraded = "no embedder is configured";
        return STILE_OK;
    }
    if (!(v = stile_arena_array(&r->arena, dim, sizeof *v)))
        return stile_fail(err, STILE_NO_MEMORY, "query: out of memory");
    st = stile_embedder_embed(embedder, STILE_EMBED_QUERY, &text, 1, v, err);
    if (st == STILE_UNAVAILABLE || st == STILE_TIMEOUT) {
        stile_log(STILE_LOG_WARN, "query.degraded", "%s", err ? err->text : "embedder");
        r->mode = STILE_MODE_LEXICAL;
        r->answer.degraded = "the embedder is unavailable";
        return STILE_OK;
    }
    *vector = v;
    return st;
}

/* How many candidates: k, or as many as the reranker is to judge. */
static uint32_t wanted(const stile_retrieval *r)
{
    const stile_reranker *reranker = stile_plane_reranker(r->plane);
    uint32_t k = stile_retrieval_k(r), judged = 0;

    if (reranker && !r->query->no_rerank)
        judged = stile_reranker_candidates(reranker);
    return k > judged ? k : judged;
}

/* What the words of the query ask of the index. */
static stile_status add_words(stile_retrieval *r, stile_search *search, stile_terms *terms,
                              stile_error *err)
{
    stile_analyzer *analyzer = r->worker->analyzer;
    stile_slice none = {0}, text = r->query->text;
    stile_status st = stile_terms_of(analyzer, none, text, &r->arena, terms, err);

    if (st || (st = stile_phrases_of(analyzer, text, &r->arena, &r->phrases, err)))
        return st;
    search->terms = terms;
    if (r->phrases.count == 0)
        return STILE_OK;
    search->required = r->phrases.terms;
    search->required_count = r->phrases.term_count;
    if (search->k < PHRASE_HITS)
        search->k = PHRASE_HITS;
    search->depth = search->k;
    return STILE_OK;
}

stile_status stile_retrieval_search(stile_retrieval *r, stile_error *err)
{
    const uint32_t k = wanted(r);
    stile_search search = {.collections = r->collections,
                           .collection_count = r->collection_count,
                           .permit = r->permit,
                           .filter = r->query->filter,
                           .dense_weight = stile_embedder_weight(stile_plane_embedder(r->plane)),
                           .k = r->query->duplicates ? k : SPARE(k)};
    stile_terms terms;
    stile_status st;

    r->mode = r->query->mode;
    if ((st = embed_query(r, &search.vector, err)))
        return st;
    if (r->mode != STILE_MODE_DENSE && (st = add_words(r, &search, &terms, err)))
        return st;
    search.mode = r->mode;
    return stile_index_search(stile_view_index(r->view), &search, &r->arena, &r->hits,
                              &r->hit_count, err);
}

/* Whether a better hit says the same; else remember this one's sketch. */
static stile_status is_duplicate(stile_retrieval *r, stile_sketch *sketches, bool *out,
                                 stile_error *err)
{
    stile_sketch *own = &sketches[r->fetched_count];
    stile_status st = stile_sketch_of(r->fetched[r->fetched_count].chunk.text, &r->arena, own, err);

    *out = false;
    for (size_t i = 0; !st && !*out && i < r->fetched_count; i++)
        *out = stile_sketch_resemblance(&sketches[i], own) >= STILE_DUPLICATE_RESEMBLANCE;
    return st;
}

/* Whether the chunk fetched last is a candidate. */
static stile_status admit(stile_retrieval *r, stile_sketch *sketches, bool *out, stile_error *err)
{
    const stile_fetched *last = &r->fetched[r->fetched_count];
    bool duplicate = false;
    stile_status st = STILE_OK;

    *out = true;
    if (r->phrases.count)
        st = stile_phrases_held(&r->phrases, r->worker->analyzer, last->document.title,
                                last->chunk.text, out, err);
    if (!st && *out && !r->query->duplicates) {
        st = is_duplicate(r, sketches, &duplicate, err);
        *out = !duplicate;
    }
    return st;
}

/* The index and the store are of one change, so each hit is there and dominated. Should one not
 * be, it is dropped: nothing is shown that its record does not allow. */
stile_status stile_retrieval_fetch(stile_retrieval *r, stile_error *err)
{
    const size_t most = wanted(r);
    stile_sketch *sketches = stile_arena_array(&r->arena, r->hit_count, sizeof *sketches);

    r->fetched = stile_arena_array(&r->arena, r->hit_count, sizeof *r->fetched);
    if (!r->fetched || !sketches)
        return stile_fail(err, STILE_NO_MEMORY, "query: out of memory");
    for (size_t i = 0; i < r->hit_count && r->fetched_count < most; i++) {
        const stile_hit *hit = &r->hits[i];
        stile_fetched *fetched = &r->fetched[r->fetched_count];
        bool candidate;
        stile_status st = stile_fetch_chunk(r->plane, r->view, r->caller.clearance, &hit->doc,
                                            hit->ordinal, &r->arena, fetched, err);
        if (st == STILE_NOT_FOUND) {
            stile_log(STILE_LOG_ERROR, "query.mismatch", "index and store disagree about a chunk");
            continue;
        }
        if (st || (st = admit(r, sketches, &candidate, err)))
            return st;
        fetched->score = hit->score;
        r->fetched_count += candidate;
    }
    return STILE_OK;
}
