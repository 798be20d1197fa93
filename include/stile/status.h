/* SPDX-License-Identifier: Apache-2.0 */
/* Status codes, and the error a caller owns: what failed, in words for a person.
 *
 * Every fallible function returns a stile_status and takes a stile_error last (which may be
 * NULL). Outputs change only on STILE_OK. Error texts go to logs and terminals: they carry
 * places and reasons, never document text. */
#ifndef STILE_STATUS_H
#define STILE_STATUS_H

#include <stddef.h>

/* name, what a client is told, exit code of the CLI */
#define STILE_STATUS_MAP(X)                                                                        \
    X(OK, "ok", 0)                                                                                 \
    X(NO_MEMORY, "out of memory", 1)                                                               \
    X(IO, "input or output failed", 1)                                                             \
    X(INVALID, "the request is not valid", 2)                                                      \
    X(TOO_LARGE, "a limit was exceeded", 2)                                                        \
    X(NOT_FOUND, "not found", 1)                                                                   \
    X(CONFLICT, "conflicts with the current state", 1)                                             \
    X(UNAUTHENTICATED, "authentication failed", 4)                                                 \
    X(FORBIDDEN, "not allowed", 4)                                                                 \
    X(BUSY, "in use or overloaded, try again", 1)                                                  \
    X(TIMEOUT, "took too long", 1)                                                                 \
    X(CORRUPT, "stored data is damaged", 1)                                                        \
    X(UNSUPPORTED, "not supported by this build or version", 1)                                    \
    X(UNAVAILABLE, "a needed service is unavailable", 1)                                           \
    X(INTERNAL, "internal fault", 1)                                                               \
    X(STALE, "has changed since it was read", 1)

typedef enum {
#define STILE_STATUS_ENUM(name, text, code) STILE_##name,
    STILE_STATUS_MAP(STILE_STATUS_ENUM)
#undef STILE_STATUS_ENUM
        STILE_STATUS_COUNT
} stile_status;

#define STILE_ERROR_TEXT 512

/* Caller-owned; zero-initialised means "no error". `text` is always NUL-terminated. */
typedef struct stile_error {
    stile_status status;
    char text[STILE_ERROR_TEXT];
} stile_error;

#if defined(__GNUC__)
#define STILE_MUST_CHECK __attribute__((warn_unused_result))
#define STILE_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define STILE_MUST_CHECK
#define STILE_PRINTF(fmt, args)
#endif

/* Fill `err` (may be NULL) and return `status`. Over-long texts are cut. */
stile_status stile_fail(stile_error *err, stile_status status, const char *fmt, ...)
    STILE_PRINTF(3, 4);

/* The static analyzer sees one file at a time, and must know that a failure is never STILE_OK. */
#ifdef __clang_analyzer__
#define stile_fail(err, status, ...) ((void)(stile_fail)(err, status, __VA_ARGS__), (status))
#endif

/* Put "prefix: " before the text that is already in `err`; returns `err`'s status.
 * With a NULL `err`, returns `status`. */
stile_status stile_fail_in(stile_error *err, stile_status status, const char *fmt, ...)
    STILE_PRINTF(3, 4);

/* The code's name ("NOT_FOUND"), its text for a client, the exit code it stands for.
 * Total: an unknown code reads as INTERNAL. */
const char *stile_status_name(stile_status status);
const char *stile_status_text(stile_status status);
int stile_status_exit_code(stile_status status);

#endif
