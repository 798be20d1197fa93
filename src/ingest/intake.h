/* SPDX-License-Identifier: Apache-2.0 */
/* An intake: documents of any number, gathered into ingest groups of bounded count and size. */
#ifndef STILE_INGEST_INTAKE_H
#define STILE_INGEST_INTAKE_H

#include "ingest/ingest.h"

/* One document's result, in the order of adding. `tag` is what the adder gave (a line number). */
typedef void (*stile_intake_report)(void *ctx, const stile_ingest_item *item, size_t tag,
                                    const stile_ingest_result *result);

/* Fields belong to intake.c. One thread. */
typedef struct stile_intake {
    stile_plane *plane;
    const stile_caller *caller;
    const stile_collection *collection;
    stile_intake_report report;
    void *ctx;
    stile_arena arena; /* copies of what was added */
    stile_ingest_item items[STILE_INGEST_GROUP];
    size_t tags[STILE_INGEST_GROUP];
    size_t count;
} stile_intake;

void stile_intake_init(stile_intake *intake, stile_plane *plane, const stile_caller *caller,
                       const stile_collection *collection, stile_intake_report report, void *ctx);
/* Copies the item; may ingest what was gathered. */
stile_status stile_intake_add(stile_intake *intake, const stile_ingest_item *item, size_t tag,
                              stile_error *err) STILE_MUST_CHECK;
stile_status stile_intake_flush(stile_intake *intake, stile_error *err) STILE_MUST_CHECK;
/* Does not flush. */
void stile_intake_release(stile_intake *intake);

#endif
