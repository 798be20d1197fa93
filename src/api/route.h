/* SPDX-License-Identifier: Apache-2.0 */
/* The table of operations by method and path. The HTTP server and the command line both dispatch
 * through it; a path's {name} segments and its query are percent-decoded here, once. */
#ifndef STILE_API_ROUTE_H
#define STILE_API_ROUTE_H

#include "api/api.h"

#define STILE_ROUTE_PARAMETERS 2
#define STILE_ROUTE_QUERIES 4

/* One call, matched. Slices borrow from the request or its arena. */
typedef struct stile_api_call {
    stile_slice parameter[STILE_ROUTE_PARAMETERS]; /* in the order of the pattern */
    struct {
        stile_slice name, value;
    } query[STILE_ROUTE_QUERIES];
    size_t query_count;
    stile_slice body;
    json_t *json; /* the body parsed, for routes that take JSON; else NULL */
    stile_slice if_match;
    char *etag; /* room for STILE_ETAG_LEN bytes, or NULL: the entity tag of what is answered */
} stile_api_call;

/* The value of a query parameter; empty when it is not there. */
stile_slice stile_api_query(const stile_api_call *call, const char *name);

typedef struct stile_api_route {
    const char *method, *pattern; /* "/v1/collections/{collection}" */
    bool json;                    /* takes a JSON object as its body; an empty body reads as {} */
    stile_status (*run)(const stile_api *api, const stile_api_call *call, stile_buf *out,
                        stile_error *err);
} stile_api_route;

typedef struct stile_api_request {
    const char *method;
    stile_slice path;  /* percent-encoded, from the first '/'; without the query */
    stile_slice query; /* after '?', or empty */
    stile_slice body;
    stile_slice if_match; /* the header, or empty */
    char *etag;           /* in: room for STILE_ETAG_LEN zeroes, or NULL; out: for the header */
} stile_api_request;

/* Find the route and run it. STILE_NOT_FOUND for an unknown path; STILE_UNSUPPORTED for a known
 * path with another method, and then `*allow` (may be NULL) lists the methods it has. */
stile_status stile_api_dispatch(const stile_api *api, const stile_api_request *request,
                                stile_buf *out, const char **allow,
                                stile_error *err) STILE_MUST_CHECK;

/* Append `text` percent-encoded as one path segment or query value. */
void stile_percent_encode(stile_slice text, stile_buf *out);

#endif
