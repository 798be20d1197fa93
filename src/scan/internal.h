/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of src/scan share: the policy's fields, and a scanner's scratch. */
#ifndef STILE_SCAN_INTERNAL_H
#define STILE_SCAN_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "classifiers/prefilter.h"
#include "classifiers/rules.h"
#include "scan/scan.h"
#include "scan/scan_view.h"

struct stile_policy {
    atomic_size_t refs;
    /* immutable */
    stile_rules rules;
    stile_sensitive *sensitive; /* NULL when every class is off */
    stile_redact redact[STILE_SENSITIVE_CLASSES];
    double threshold[3];
    stile_sha256 hash;
    /* The prefilter costs more to compile than a few texts cost without it, so it is made when so
     * much text has been scanned. Verdicts are the same either way. */
    atomic_size_t scanned;
    pthread_mutex_t lock;
    stile_prefilter *_Atomic prefilter;
    bool prefilter_tried; /* guarded by lock */
};

struct stile_scanner {
    stile_policy *policy; /* a reference */
    stile_matcher *matcher;
    stile_prefilter_scratch *scratch; /* made when the policy's prefilter is there */
    unsigned char *may;               /* one byte a rule */
};

/* The prefilter, made now if it is time; NULL: run every rule. */
stile_prefilter *stile_policy_prefilter(stile_policy *policy, size_t more);

#define STILE_VIEW_CODE_VERSION 2 /* raised when views, scoring or the sanitizer change */

#endif
