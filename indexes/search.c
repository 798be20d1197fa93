/* SPDX-License-Identifier: Apache-2.0 */
/* One search: check what is asked, make the scope, rank, fuse. */
#include "indexes/search.h"

#include <math.h>

#include "stile/limits.h"

static const char *const mode_names[] = {
    [STILE_MODE_HYBRID] = "hybrid", [STILE_MODE_LEXICAL] = "lexical", [STILE_MODE_DENSE] = "dense"};

#define MODE_COUNT (sizeof mode_names / sizeof *mode_names)

const char *stile_mode_name(stile_mode mode)
{
    return (size_t)mode < MODE_COUNT ? mode_names[mode] : "unknown";
}

bool stile_mode_parse(stile_slice name, stile_mode *out)
{
    for (size_t i = 0; i < MODE_COUNT; i++)
        if (stile_slice_eq(name, stile_str(mode_names[i]))) {
            *out = (stile_mode)i;
            return true;
        }
    return false;
}

static uint32_t depth_of(const stile_search *search)
{
    uint32_t depth = search->depth;

    if (depth == 0)
        depth = search->k > 25 ? 4 * search->k : 100;
    return depth < search->k ? search->k : depth;
}

static stile_status check_vector(const stile_index_view *view, const float *vector,
                                 stile_error *err)
{
    if (view->settings.kind.dim == 0)
        return stile_fail(err, STILE_UNSUPPORTED, "search: this index holds no vectors");
    if (!vector)
        return stile_fail(err, STILE_INVALID, "search: no query vector");
    for (uint32_t i = 0; i < view->settings.kind.dim; i++)
        if (!isfinite(vector[i]))
            return stile_fail(err, STILE_INVALID, "search: the query vector is not finite");
    return STILE_OK;
}

static stile_status check(const stile_index_view *view, const stile_search *search,
                          stile_error *err)
{
    stile_status st;

    if (search->k > STILE_SEARCH_DEPTH_MAX / 4 || search->depth > STILE_SEARCH_DEPTH_MAX)
        return stile_fail(err, STILE_TOO_LARGE, "search: k %u or depth %u is too large", search->k,
                          search->depth);
    if (search->collection_count > STILE_MAX_COLLECTIONS)
        return stile_fail(err, STILE_TOO_LARGE, "search: %zu collections, and at most %d are",
                          search->collection_count, STILE_MAX_COLLECTIONS);
    if (!(search->dense_weight >= 0 && search->dense_weight <= 1))
        return stile_fail(err, STILE_INVALID, "search: the dense weight is not in [0, 1]");
    if (search->filter && (st = stile_filter_check(search->filter, err)))
        return st;
    if (search->mode != STILE_MODE_DENSE && !search->terms)
        return stile_fail(err, STILE_INVALID, "search: no query terms");
    if (search->mode == STILE_MODE_LEXICAL ||
        (search->mode == STILE_MODE_HYBRID && view->settings.kind.dim == 0))
        return STILE_OK;
    return check_vector(view, search->vector, err);
}

static stile_status search_hybrid(const stile_scope *scope, const stile_search *search,
                                  stile_arena *arena, stile_topk *out, stile_error *err)
{
    stile_topk lexical, dense = {0};
    uint32_t depth = depth_of(search);
    stile_status st = stile_lexical_search(scope, search->terms, depth, arena, &lexical, err);

    /* Without vectors a hybrid search is the lexical ranking, its best at 1 - dense_weight. */
    if (!st && scope->view->settings.kind.dim)
        st = stile_dense_search(scope, search->vector, depth, arena, &dense, err);
    if (st)
        return st;
    return stile_fuse(&lexical, &dense, search->dense_weight, search->k, arena, out, err);
}

stile_status stile_index_search(const stile_index_view *view, const stile_search *search,
                                stile_arena *arena, stile_hit **hits, size_t *count,
                                stile_error *err)
{
    stile_scope scope;
    stile_topk top = {0};
    stile_status st = check(view, search, err);

    if (st || (st = stile_scope_make(view, search, arena, &scope, err)))
        return st;
    switch (search->mode) {
    case STILE_MODE_LEXICAL:
        st = stile_lexical_search(&scope, search->terms, search->k, arena, &top, err);
        break;
    case STILE_MODE_DENSE:
        st = stile_dense_search(&scope, search->vector, search->k, arena, &top, err);
        break;
    case STILE_MODE_HYBRID:
    default:
        st = search_hybrid(&scope, search, arena, &top, err);
    }
    if (st)
        return st;
    *hits = top.hits;
    *count = top.count;
    return STILE_OK;
}
