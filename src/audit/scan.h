/* SPDX-License-Identifier: Apache-2.0 */
/* Following the chain through the files, for opening and for verifying: one walk, so that the
 * two cannot disagree. Not thread-safe. */
#ifndef STILE_AUDIT_SCAN_H
#define STILE_AUDIT_SCAN_H

#include "audit/chain.h"
#include "audit/lines.h"

/* The last signed checkpoint, kept apart from the log: what it names must still be there. */
typedef struct stile_audit_head {
    bool found;
    char text[2 * STILE_AUDIT_OVERHEAD]; /* the checkpoint's line */
    size_t len;
    uint64_t seq;
    char hash[STILE_SHA256_HEX];
} stile_audit_head;

typedef struct stile_audit_scan {
    const char *folder;         /* borrowed */
    const stile_audit_key *key; /* borrowed; the public half is enough */
    stile_audit_head head;
    stile_chain chain;
    stile_lines lines; /* the file being read; fd -1: none */
    bool middle;       /* began at a later file than the first: trust its header and first seq */
    const char *fault; /* what is wrong with the line at lines.at, or NULL */
} stile_audit_scan;

/* Reads the head. `folder` and `key` are borrowed until release. */
stile_status stile_audit_scan_init(stile_audit_scan *scan, const char *folder,
                                   const stile_audit_key *key, stile_error *err) STILE_MUST_CHECK;
void stile_audit_scan_release(stile_audit_scan *scan);

/* Begin file number `file` (the chain must stand at the file before it, or at none). */
stile_status stile_audit_scan_enter(stile_audit_scan *scan, uint64_t file,
                                    stile_error *err) STILE_MUST_CHECK;
/* Take lines up to the end of the file or the first fault, which stays in `fault`. */
stile_status stile_audit_scan_lines(stile_audit_scan *scan, stile_error *err) STILE_MUST_CHECK;
/* At the end of the log: NULL, or why the head says that something is missing. */
const char *stile_audit_scan_missing(const stile_audit_scan *scan);

#endif
