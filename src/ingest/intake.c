/* SPDX-License-Identifier: Apache-2.0 */
#include "ingest/intake.h"

#define GROUP_BYTES ((size_t)32 << 20)

void stile_intake_init(stile_intake *intake, stile_plane *plane, const stile_caller *caller,
                       const stile_collection *collection, stile_intake_report report, void *ctx)
{
    intake->plane = plane;
    intake->caller = caller;
    intake->collection = collection;
    intake->report = report;
    intake->ctx = ctx;
    intake->count = 0;
    stile_arena_init(&intake->arena, 0);
}

stile_status stile_intake_add(stile_intake *intake, const stile_ingest_item *item, size_t tag,
                              stile_error *err)
{
    stile_ingest_item copy = *item;
    stile_slice *const parts[] = {&copy.id,    &copy.title,    &copy.url,           &copy.metadata,
                                  &copy.label, &copy.original, &copy.fallback_title};
    stile_status st;

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i]->len && (st = stile_arena_copy(&intake->arena, *parts[i], parts[i], err)))
            return st;
    intake->items[intake->count] = copy;
    intake->tags[intake->count++] = tag;
    if (intake->count == STILE_INGEST_GROUP || intake->arena.used > GROUP_BYTES)
        return stile_intake_flush(intake, err);
    return STILE_OK;
}

stile_status stile_intake_flush(stile_intake *intake, stile_error *err)
{
    stile_ingest_result results[STILE_INGEST_GROUP];
    stile_status st;

    if (intake->count == 0)
        return STILE_OK;
    st = stile_ingest(intake->plane, intake->caller, intake->collection, intake->items,
                      intake->count, results, err);
    for (size_t i = 0; !st && i < intake->count; i++)
        intake->report(intake->ctx, &intake->items[i], intake->tags[i], &results[i]);
    intake->count = 0;
    stile_arena_release(&intake->arena);
    return st;
}

void stile_intake_release(stile_intake *intake)
{
    stile_arena_release(&intake->arena);
    intake->count = 0;
}
