/* SPDX-License-Identifier: Apache-2.0 */
/* The audit log: append-only, hash-chained, durable before the answer leaves.
 *
 * Records are JSON objects in files of their own, each line carrying the SHA-256 of the line
 * before it; checkpoints are signed with Ed25519. An edit, a drop, a reorder or a cut of the
 * log is found by verification. */
#ifndef STILE_AUDIT_H
#define STILE_AUDIT_H

#include <stdbool.h>
#include <stdint.h>

#include "stile/buf.h"
#include "stile/slice.h"
#include "stile/status.h"

typedef struct stile_audit stile_audit; /* thread-safe; appends are group-committed */

/* A receipt proves that a record is durable; an answer cannot be sent without one. Only
 * stile_audit_append makes one whose `durable` is true. */
typedef struct stile_receipt {
    bool durable;
    uint64_t sequence;
    unsigned char hash[32];
} stile_receipt;

/* Open or create the log in `folder`. A torn last line (a crash in the middle of an append that
 * was never acknowledged) is cut off and noted; any other damage is STILE_CORRUPT. */
stile_status stile_audit_open(const char *folder, stile_audit **out,
                              stile_error *err) STILE_MUST_CHECK;
/* Signs a last checkpoint and closes. */
void stile_audit_close(stile_audit *audit);

/* Append one record: `event` ("retrieve", "refuse", "ingest", ...) and `body`, a JSON object's
 * text without raw newlines. Returns when it is on disk. After a failed sync the log refuses
 * every later append (STILE_IO): nothing may be answered that was not recorded. */
stile_status stile_audit_append(stile_audit *audit, const char *event, stile_slice body,
                                stile_receipt *out, stile_error *err) STILE_MUST_CHECK;

/* Whether appends can still succeed, as far as the log knows. */
bool stile_audit_usable(stile_audit *audit);

typedef struct stile_audit_report {
    bool ok;
    uint64_t records, checkpoints;
    char fault[256]; /* "audit-000001.log:17: ..." when not ok */
} stile_audit_report;
/* Check the whole chain of `folder`, without opening it for writing. A fault is a report, not an
 * error; errors are for what could not be read. */
stile_status stile_audit_verify(const char *folder, stile_audit_report *out,
                                stile_error *err) STILE_MUST_CHECK;

/* Call `each` with the last `count` records, oldest first, as their JSON lines. */
stile_status stile_audit_tail(const char *folder, size_t count,
                              void (*each)(void *ctx, stile_slice line), void *ctx,
                              stile_error *err) STILE_MUST_CHECK;

#endif
