/* SPDX-License-Identifier: Apache-2.0 */
#include "http/problem.h"

#include "base/json.h"

/* What each status is to a client. `told` says whether the words of the error may be shown. */
static const struct answer {
    unsigned http;
    const char *title;
    bool told;
} answers[STILE_STATUS_COUNT] = {
    [STILE_OK] = {500, "Internal Server Error", false}, /* no refusal is OK */
    [STILE_NO_MEMORY] = {503, "Service Unavailable", false},
    [STILE_IO] = {500, "Internal Server Error", false},
    [STILE_INVALID] = {400, "Bad Request", true},
    [STILE_TOO_LARGE] = {413, "Content Too Large", true},
    [STILE_NOT_FOUND] = {404, "Not Found", true},
    [STILE_CONFLICT] = {409, "Conflict", true},
    [STILE_UNAUTHENTICATED] = {401, "Unauthorized", true},
    [STILE_FORBIDDEN] = {403, "Forbidden", true},
    [STILE_BUSY] = {503, "Service Unavailable", true},
    [STILE_TIMEOUT] = {504, "Gateway Timeout", true},
    [STILE_CORRUPT] = {500, "Internal Server Error", false},
    [STILE_UNSUPPORTED] = {501, "Not Implemented", true},
    [STILE_UNAVAILABLE] = {503, "Service Unavailable", false},
    [STILE_STALE] = {412, "Precondition Failed", true},
    [STILE_INTERNAL] = {500, "Internal Server Error", false},
};

/* Total, as stile_status_name is: an unknown code reads as INTERNAL. */
static stile_status known(stile_status status)
{
    return (unsigned)status < STILE_STATUS_COUNT && status != STILE_OK ? status : STILE_INTERNAL;
}

bool stile_problem_is_ours(stile_status status)
{
    return !answers[known(status)].told;
}

stile_problem stile_problem_of(const stile_error *err)
{
    stile_status status = known(err->status);
    bool told = answers[status].told && err->text[0];

    return (stile_problem){.http = answers[status].http,
                           .title = answers[status].title,
                           .code = status,
                           .detail = told ? err->text : stile_status_text(status)};
}

stile_status stile_problem_write(const stile_problem *problem, stile_buf *out, stile_error *err)
{
    /* A text that quotes a client's bytes may have been cut inside a character. */
    json_t *detail = json_string(problem->detail);
    json_t *json = json_pack("{s:s,s:s,s:i,s:o,s:s}", "type", "about:blank", "title",
                             problem->title, "status", (int)problem->http, "detail",
                             detail ? detail : json_string(stile_status_text(problem->code)),
                             "code", stile_status_name(problem->code));
    stile_status st = json ? stile_json_write(json, out, err)
                           : stile_fail(err, STILE_NO_MEMORY, "problem: out of memory");

    json_decref(json);
    return st;
}
