/* SPDX-License-Identifier: Apache-2.0 */
/* Between verdict and disposition: what people ruled about flagged text. A review speaks of one
 * pin, so it ends with any change of the text, its label or its findings. */
#include "plane/rulings.h"
#include "query/released.h"

/* What the review of one pin says. */
typedef enum { SAYS_NOTHING, SAYS_RELEASE, SAYS_NO } saying;

/* A release's end becomes the standing's, if it is sooner. */
static stile_status ask(stile_plane *plane, const stile_scanned *scanned, stile_review_scope scope,
                        const stile_sha256 *pin, stile_arena *arena, stile_standing *standing,
                        saying *out, stile_error *err)
{
    stile_review review;
    stile_status st = stile_plane_review(plane, scanned->fetched->document.collection, scope, pin,
                                         arena, &review, err);

    *out = SAYS_NOTHING;
    if (st)
        return st == STILE_NOT_FOUND ? STILE_OK : st;
    if (review.decision != STILE_REVIEW_RELEASED) {
        *out = SAYS_NO;
    } else if (stile_now_ms() < review.until_ms) {
        if (!standing->until_ms || review.until_ms < standing->until_ms)
            standing->until_ms = review.until_ms;
        *out = SAYS_RELEASE;
    }
    return STILE_OK;
}

/* What was decided about the chunk itself comes before what holds for the collection. */
static stile_status find_release(stile_plane *plane, stile_arena *arena,
                                 const stile_scanned *scanned, stile_standing *standing, bool *out,
                                 stile_error *err)
{
    saying says = SAYS_NOTHING;
    stile_pins pins;
    stile_status st = stile_pins_of(stile_label_text(scanned->fetched->label),
                                    &scanned->fetched->chunk, &scanned->verdict, &pins, err);

    if (!st)
        st = ask(plane, scanned, STILE_REVIEW_CHUNK, &pins.chunk, arena, standing, &says, err);
    if (!st && says == SAYS_NOTHING && pins.text_only)
        st = ask(plane, scanned, STILE_REVIEW_COLLECTION, &pins.collection, arena, standing, &says,
                 err);
    *out = says == SAYS_RELEASE;
    return st;
}

stile_status stile_rule_chunk(stile_plane *plane, stile_arena *arena, stile_scanned *scanned,
                              stile_standing *standing, stile_error *err)
{
    const stile_verdict *verdict = &scanned->verdict;
    stile_collection collection;
    bool released = false;
    stile_status st;

    if (!verdict->flagged && verdict->disposition != STILE_DISPOSITION_WITHHELD)
        return STILE_OK;
    if ((st = find_release(plane, arena, scanned, standing, &released, err)))
        return st;
    if (released) {
        scanned->ruling = STILE_RULING_RELEASED;
        return STILE_OK;
    }
    st = stile_plane_collection_of(plane, scanned->fetched->document.collection, arena, &collection,
                                   err);
    if (st == STILE_NOT_FOUND) /* deleted meanwhile; the view still holds its documents */
        scanned->ruling = STILE_RULING_WITHHELD;
    else if (!st && collection.flagged == STILE_FLAGGED_WITHHOLD)
        scanned->ruling = STILE_RULING_WITHHELD;
    return st == STILE_NOT_FOUND ? STILE_OK : st;
}

stile_status stile_release_chunk(stile_plane *plane, const stile_view *view, stile_worker *worker,
                                 stile_standing *standing, const stile_fetched *fetched,
                                 stile_arena *arena, stile_released *out, stile_error *err)
{
    stile_scanned scanned;
    stile_status st = stile_rescan_chunk(plane, view, worker, fetched, arena, &scanned, err);

    if (st || (st = stile_rule_chunk(plane, arena, &scanned, standing, err)))
        return st;
    return stile_dispose_chunk(worker, &scanned, arena, out, err);
}
