/* SPDX-License-Identifier: Apache-2.0 */
/* Refusals for a client: one table from stile_status to HTTP, and RFC 9457's problem+json. */
#ifndef STILE_HTTP_PROBLEM_H
#define STILE_HTTP_PROBLEM_H

#include "stile/buf.h"
#include "stile/status.h"

/* One refusal. */
typedef struct stile_problem {
    unsigned http;      /* 404 */
    const char *title;  /* "Not Found"; static */
    stile_status code;  /* what the command line maps it back to */
    const char *detail; /* borrowed */
} stile_problem;

/* How `err` looks to a client. Borrows `err` for as long as the problem is used. Faults of the
 * server's own show a fixed text only, since err->text may name paths and inner states. */
stile_problem stile_problem_of(const stile_error *err);

/* Whether err->text is kept from clients, and so belongs into the log. */
bool stile_problem_is_ours(stile_status status);

/* Append it as problem+json. */
stile_status stile_problem_write(const stile_problem *problem, stile_buf *out,
                                 stile_error *err) STILE_MUST_CHECK;

#endif
