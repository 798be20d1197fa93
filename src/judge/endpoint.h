/* SPDX-License-Identifier: Apache-2.0 */
/* A judge behind HTTP. Two shapes are spoken:
 *
 *     plain  {"texts":[...],"model"?}                     {"scores":[...]}
 *     tei    {"inputs":[["..."],...],"truncate":false}    [[{"label","score"},...],...]
 *
 * "tei" is text-embeddings-inference's /predict. Every request has a deadline, texts of several
 * callers go in one, and after a run of failures the endpoint is left alone for a while
 * (net/breaker.h). Nothing is tried twice: the caller of a scan that failed may. */
#ifndef STILE_JUDGE_ENDPOINT_H
#define STILE_JUDGE_ENDPOINT_H

#include "scan/judge.h"

typedef struct stile_judge_options {
    const char *kind;     /* "plain" or "tei" */
    const char *url;      /* of the route itself */
    const char *model;    /* plain: name sent; NULL: none */
    const char *label;    /* tei: the class that means injection; NULL: "INJECTION" */
    const char *key_file; /* holds the bearer token; NULL: none */
    double threshold;     /* 0: 0.9 */
    uint32_t batch;       /* texts a request, at most STILE_JUDGE_MAX_BATCH; 0: 32 */
    uint32_t timeout_ms;  /* of one request; 0: 2000 */
} stile_judge_options;

/* Caller destroys, after every policy that it is part of. Strings are copied. Asks nothing yet. */
stile_status stile_judge_endpoint_create(const stile_judge_options *options, stile_judge **out,
                                         stile_error *err) STILE_MUST_CHECK;

#endif
