/* SPDX-License-Identifier: Apache-2.0 */
/* What a pack in shadow would change, counted over live traffic.
 *
 * A count of what a pattern hits is a query over hidden text. So the counts are kept for each
 * (collection, label), and are shown and judged only as far as a clearance dominates the label;
 * samples are references, never copies. They belong to a pair of policies: after any change of the
 * policy in force counting begins anew. */
#ifndef STILE_PLANE_SHADOW_H
#define STILE_PLANE_SHADOW_H

#include "plane/caller.h"

#define STILE_SHADOW_SAMPLES 8

typedef struct stile_shadow_pair {
    stile_sha256 enforced, shadow; /* scan versions */
} stile_shadow_pair;

/* A chunk that was disposed of otherwise than the shadow would. */
typedef struct stile_shadow_sample {
    stile_docref doc;
    uint32_t ordinal;
    uint8_t enforced, shadow; /* stile_disposition */
} stile_shadow_sample;

typedef struct stile_shadow_figures {
    uint32_t collection, label;
    uint64_t moves[3][3]; /* [enforced][shadow], by stile_disposition */
    stile_shadow_sample samples[STILE_SHADOW_SAMPLES]; /* the first ones, each chunk once */
    size_t sample_count;
} stile_shadow_figures;

uint64_t stile_shadow_seen(const stile_shadow_figures *figures);
/* Withheld by the shadow and not by what is enforced. */
uint64_t stile_shadow_risen(const stile_shadow_figures *figures);

/* Count one chunk. Not synced: what a crash loses is counted again by later traffic. */
stile_status stile_shadow_note(stile_plane *plane, const stile_shadow_pair *pair,
                               uint32_t collection, uint32_t label,
                               const stile_shadow_sample *chunk, stile_error *err) STILE_MUST_CHECK;

/* As far as the caller's clearance and collections reach, by collection and label. */
typedef stile_status (*stile_shadow_each)(void *ctx, const stile_shadow_figures *figures,
                                          stile_error *err);
stile_status stile_shadow_read(stile_plane *plane, const stile_shadow_pair *pair,
                               const stile_caller *caller, stile_shadow_each each, void *ctx,
                               stile_error *err) STILE_MUST_CHECK;

/* STILE_OK when what the caller may see allows the promotion: at least scan.shadow_least chunks,
 * and a share of newly withheld ones of at most scan.withheld_rise, in all and in each collection
 * with so many chunks. Else STILE_CONFLICT with the figures. */
stile_status stile_shadow_judge(stile_plane *plane, const stile_shadow_pair *pair,
                                const stile_caller *caller, stile_error *err) STILE_MUST_CHECK;

#endif
