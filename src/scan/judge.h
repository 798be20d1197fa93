/* SPDX-License-Identifier: Apache-2.0 */
/* Judges: models outside of stile that say how much a piece of text reads like an injection. A
 * plug-point; what comes with stile is an HTTP endpoint (judge/endpoint.h). None is the default.
 *
 * A judge only adds findings: it can clear nothing that rules or the classifier found. Where it fails
 * there is no verdict, so nothing is released. It is asked for pieces small enough that no model has
 * to cut them short: text that a model did not read would count as judged. */
#ifndef STILE_SCAN_JUDGE_H
#define STILE_SCAN_JUDGE_H

#include "scan/scan.h"

/* Bytes of a piece. A token covers at least one, and usual models read 512. */
#define STILE_JUDGE_PIECE 480
#define STILE_JUDGE_STRIDE 360 /* at most, from the beginning of one piece to that of the next */
/* Pieces of one scan. More are a visible finding of the family `limit`. */
#define STILE_JUDGE_PIECES 160

typedef struct stile_judge stile_judge;

typedef struct stile_judge_type {
    /* `scores[count]`, each from 0 to 1, in the order of `texts`. Thread-safe. Any failure is the
     * scan's: STILE_UNAVAILABLE or STILE_TIMEOUT when it cannot be had. */
    stile_status (*ask)(stile_judge *judge, const stile_slice *texts, size_t count, double *scores,
                        stile_error *err);
    void (*destroy)(stile_judge *judge);
} stile_judge_type;

/* What every implementation begins with. Immutable. */
struct stile_judge {
    const stile_judge_type *type;
    stile_sha256
        hash; /* of all that decides a score, and of the threshold: part of the scan version */
    double threshold; /* above 0, below 1: from here on a piece is a finding that flags */
};

void stile_judge_destroy(stile_judge *judge); /* NULL is harmless */

/* What the policy's judge (NULL: nothing) finds in the input. Borrows from `arena`. */
stile_status stile_judge_scan(stile_judge *judge, const stile_scan_input *input, stile_arena *arena,
                              stile_finding **out, size_t *count,
                              stile_error *err) STILE_MUST_CHECK;

#endif
