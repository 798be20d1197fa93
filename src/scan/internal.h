/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of src/scan share: the policy's fields, and a scanner's scratch. */
#ifndef STILE_SCAN_INTERNAL_H
#define STILE_SCAN_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "classifiers/gate.h"
#include "classifiers/linear.h"
#include "classifiers/prefilter.h"
#include "classifiers/rules.h"
#include "scan/judge.h"
#include "scan/scan.h"
#include "scan/scan_view.h"

/* Which of a policy's prefilters and gates. Few rules read raw views, and each text has one: looking there
 * for what all others need would cost as much as in the views that they read. */
enum { STILE_PREFILTER_RAW, STILE_PREFILTER_OTHER, STILE_PREFILTERS };
/* The kinds of views that one is for; which is for this kind. */
uint32_t stile_prefilter_kinds(int which);
int stile_prefilter_for(stile_view_kind kind);

typedef struct stile_joint_plan stile_joint_plan; /* scan/joint.h */

struct stile_policy {
    atomic_size_t refs;
    /* immutable */
    stile_rules rules;
    stile_gate *gates[STILE_PREFILTERS]; /* of the patterns of the rules that read such views */
    unsigned char
        *reads[STILE_VIEW_KINDS]; /* one byte a rule: 1 when its pattern reads such views */
    /* The combinations that rule i feeds: feeds[feeds_from[i]] up to feeds_from[i + 1]. */
    uint32_t *feeds_from, *feeds;
    uint32_t (*together)
        [STILE_MAX_NEAR]; /* of each combination its rules; the first again where they are fewer */
    uint32_t *signals;    /* the rules that are */
    size_t signal_count;
    uint32_t *unknown[STILE_PREFILTERS]; /* rules of such views of which the gate knows nothing */
    size_t unknown_count[STILE_PREFILTERS];
    stile_joint_plan *joints;
    stile_sensitive *sensitive; /* NULL when every class is off */
    stile_redact redact[STILE_SENSITIVE_CLASSES];
    stile_linear *classifier; /* or NULL: rules alone */
    stile_judge *judge;       /* borrowed, or NULL */
    double threshold[3];
    stile_sha256 hash;
    /* policy_prefilter.c: for the rules of which the gate knows nothing. Costs more to compile than a few texts cost without it, so it is made
     * when so much text has been scanned, by a thread of its own, and kept in a file for the next
     * time. Verdicts are the same with and without it. */
    char *cache_folder; /* or NULL */
    atomic_size_t scanned;
    stile_prefilter *_Atomic prefilters[STILE_PREFILTERS];
    pthread_mutex_t lock;
    bool prefilter_tried; /* guarded by lock */
    bool making;          /* `maker` is to be joined; guarded by lock */
    pthread_t maker;
};

struct stile_scanner {
    stile_policy *policy; /* a reference */
    stile_matcher *matcher;
    stile_gate_scratch *gates[STILE_PREFILTERS];
    /* made when the policy's prefilters are there */
    stile_prefilter_scratch *scratch[STILE_PREFILTERS];
    uint32_t *first;    /* two a rule, and one more: scan/joint.c */
    unsigned char *may; /* one byte a rule */
};

/* The gate, unless it is switched off with the prefilters. */
const stile_gate *stile_policy_gate(const stile_policy *policy, int which);
/* The prefilter, if it is there; `more` bytes are about to be scanned. NULL: run every rule. */
stile_prefilter *stile_policy_prefilter(stile_policy *policy, int which, size_t more);
/* Take it from the cache, when it is there; wait for its making and let it go. */
void stile_policy_prefilter_recall(stile_policy *policy);
void stile_policy_prefilter_drop(stile_policy *policy);

#define STILE_VIEW_CODE_VERSION 16 /* raised when views, scoring or the sanitizer change */

#endif
