/* SPDX-License-Identifier: Apache-2.0 */
/* Where a command's calls go: into a data directory opened here (--data), or to a running server
 * (--server, with --token-file). The same paths and bodies either way. */
#ifndef STILE_CLI_SESSION_H
#define STILE_CLI_SESSION_H

#include "base/json.h"
#include "cli/options.h"
#include "net/fetch.h"
#include "plane/plane.h"

/* For option tables of commands that have a session. */
#define STILE_SESSION_OPTIONS                                                                      \
    {"data", 0, "DIR", "the data directory (or $STILE_DATA)", false},                              \
        {"server", 0, "URL", "a running stile instead of --data", false},                          \
    {                                                                                              \
        "token-file", 0, "FILE", "holds the API key for --server", false                           \
    }

typedef struct stile_session {
    stile_plane *plane;     /* --data */
    const char *clearance;  /* the owner asks as; NULL: none. For --server: narrows the key's own */
    stile_fetcher *fetcher; /* --server */
    const char *server;
    char *token;
} stile_session;

/* `clearance` may be NULL. Close also after a failure. */
stile_status stile_session_open(stile_session *session, const stile_arguments *arguments,
                                const char *clearance, stile_error *err) STILE_MUST_CHECK;
void stile_session_close(stile_session *session);

typedef struct stile_session_call {
    const char *method;
    const char *path;     /* percent-encoded, with the query, if any */
    const json_t *json;   /* body, or NULL */
    stile_slice lines;    /* a JSONL body instead */
    const char *if_match; /* entity tag, or NULL */
} stile_session_call;
/* Append the reply's body. A server's problem+json becomes the same status and text here. */
stile_status stile_session_send(stile_session *session, const stile_session_call *call,
                                stile_buf *out, stile_error *err) STILE_MUST_CHECK;
/* As above, with the reply parsed: a new reference. */
stile_status stile_session_ask(stile_session *session, const stile_session_call *call, json_t **out,
                               stile_error *err) STILE_MUST_CHECK;

/* A whole command: open, ask, give the reply to `print`, or as it is with --json, close. `clearance`
 * may be NULL. Gives the exit code. */
int stile_session_run(const stile_arguments *arguments, const char *clearance,
                      const stile_session_call *call, void (*print)(const json_t *reply));

/* "/v1/collections/NAME" + `rest` ("/documents/" + id when `id` is not NULL), encoded; in a ring
 * of four static buffers. */
const char *stile_session_path(const char *collection, const char *rest, const char *id,
                               const char *clearance);

#endif
