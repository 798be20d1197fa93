/* SPDX-License-Identifier: Apache-2.0 */
/* Two passes. The first counts how many live, permitted, chosen rows lie at each distance by sign
 * code, which gives the least distance within which `keep` of them lie. The second scores every
 * row within it. A whole distance comes in or stays out, so there is no tie to break, and nothing
 * but the set of rows decides. */
#include "indexes/dense.h"
#include "indexes/kernel.h"

typedef struct sieve {
    const stile_dense *dense;
    const uint64_t *query;   /* of stile_code_query_sign */
    size_t words, distances; /* the latter: one more than the greatest */
    uint32_t *counts;        /* [distances], rows that may be hits */
} sieve;

static const uint64_t *signs_at(const sieve *v, const stile_scope_run *run, uint32_t row)
{
    return run->segment->signs + (size_t)(run->run->first_row + row) * v->words;
}

/* The distances of a run's rows, of all or of the chosen; those of dead rows are not counted. */
static void measure(const sieve *v, const stile_scope_run *run, uint16_t *distances)
{
    void (*const distance)(const uint64_t *, const uint64_t *, size_t, size_t, uint16_t *) =
        stile_kernel_best()->distance;

    if (run->filtered) {
        for (uint32_t i = 0; i < run->only_count; i++) {
            distance(v->query, signs_at(v, run, run->only[i]), v->words, 1, &distances[i]);
            v->counts[distances[i]]++;
        }
        return;
    }
    distance(v->query, signs_at(v, run, 0), v->words, run->run->rows, distances);
    for (uint32_t i = 0; i < run->run->rows; i++)
        v->counts[distances[i]]++;
    for (uint32_t i = 0; i < run->dead_count; i++)
        v->counts[distances[run->dead[i]]]--;
}

static uint32_t limit_of(const sieve *v, uint64_t keep)
{
    uint64_t sum = 0;
    uint32_t distance = 0;

    for (; distance < v->distances - 1; distance++)
        if ((sum += v->counts[distance]) >= keep)
            break;
    return distance;
}

/* Rows measured by `measure`; stile_dense_score drops the dead. */
static uint32_t measured(const stile_scope_run *run)
{
    return run->filtered ? run->only_count : run->run->rows;
}

static void score_within(const sieve *v, const stile_scope_run *run, const uint16_t *distances,
                         uint32_t limit)
{
    for (uint32_t i = 0, n = measured(run); i < n; i++)
        if (distances[i] <= limit)
            stile_dense_score(v->dense, run, run->filtered ? run->only[i] : i);
}

stile_status stile_dense_sieve(const stile_dense *s, const stile_scope_run *const *runs,
                               size_t run_count, uint64_t keep, stile_arena *arena,
                               stile_error *err)
{
    sieve v = {.dense = s,
               .words = stile_code_sign_words(s->query.dim),
               .distances = s->query.dim * STILE_KERNEL_WEIGHT_MAX + 1};
    uint64_t *query = stile_arena_array(arena, (1 + STILE_KERNEL_PLANES) * v.words, sizeof *query);
    uint16_t *distances;
    uint64_t total = 0, at = 0;
    uint32_t limit;

    for (size_t i = 0; i < run_count; i++)
        total += measured(runs[i]);
    distances = stile_arena_array(arena, total, sizeof *distances);
    v.counts = stile_arena_array(arena, v.distances, sizeof *v.counts);
    if (!query || !distances || !v.counts)
        return stile_fail(err, STILE_NO_MEMORY, "index: out of memory");
    memset(v.counts, 0, v.distances * sizeof *v.counts);
    stile_code_query_sign(&s->query, query);
    v.query = query;
    for (size_t i = 0; i < run_count; at += measured(runs[i++]))
        measure(&v, runs[i], distances + at);
    limit = limit_of(&v, keep);
    at = 0;
    for (size_t i = 0; i < run_count; at += measured(runs[i++]))
        score_within(&v, runs[i], distances + at, limit);
    return STILE_OK;
}
