/* SPDX-License-Identifier: Apache-2.0 */
/* The chain of lines: how a line is written, what makes the next one right. No files here.
 * docs/formats/audit.md specifies every byte. Not thread-safe. */
#ifndef STILE_AUDIT_CHAIN_H
#define STILE_AUDIT_CHAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/sign.h"
#include "base/hash.h"
#include "stile/buf.h"
#include "stile/limits.h"

#define STILE_AUDIT_EVENT_MAX 64
#define STILE_AUDIT_CHECKPOINT "audit.checkpoint"
#define STILE_AUDIT_RECOVERED "audit.recovered"
/* Everything of a line but its body; a checkpoint or a header as a whole fits twice. */
#define STILE_AUDIT_OVERHEAD 512
#define STILE_AUDIT_LINE_MAX (STILE_MAX_AUDIT_RECORD + STILE_AUDIT_OVERHEAD)

/* Where a log stands after some line. */
typedef struct stile_chain {
    char log[STILE_SHA256_HEX];  /* the log's random id */
    char prev[STILE_SHA256_HEX]; /* SHA-256 of the last line */
    uint64_t file;               /* number of the last header; 0 before the first */
    uint64_t seq;                /* of the last record; 0 before the first */
    uint64_t unsigned_records;   /* since the last checkpoint */
    uint64_t checkpoints;
} stile_chain;

/* A parsed record; the slices borrow from the line. */
typedef struct stile_audit_line {
    uint64_t seq;
    stile_slice time, prev, event, body;
    bool grouped; /* was written together with the line before it */
} stile_audit_line;

/* A chain with a new random id. */
stile_status stile_chain_start(stile_chain *chain, stile_error *err) STILE_MUST_CHECK;

/* Append the next line with its newline to `out` and step the chain. On failure both stay as
 * they were. `grouped`: the line shares a sync with the one before it. */
stile_status stile_chain_add_header(stile_chain *chain, stile_buf *out,
                                    stile_error *err) STILE_MUST_CHECK;
stile_status stile_chain_add_record(stile_chain *chain, const char *event, stile_slice body,
                                    bool grouped, stile_buf *out,
                                    stile_error *err) STILE_MUST_CHECK;
stile_status stile_chain_add_checkpoint(stile_chain *chain, const stile_audit_key *key,
                                        bool grouped, stile_buf *out,
                                        stile_error *err) STILE_MUST_CHECK;

/* False unless `line` (without its newline) has exactly the form of a record. */
bool stile_audit_line_parse(stile_slice line, stile_audit_line *out);
bool stile_audit_line_is_checkpoint(const stile_audit_line *line);
/* A checkpoint with a good signature over the log `log`. */
bool stile_audit_checkpoint_signed(const stile_audit_line *line, stile_slice text, const char *log,
                                   const stile_audit_key *key);

/* Step the chain over a line that was read. NULL when it is the right next line, else what is
 * wrong with it (a static string), and the chain stays. `key` may be a public one. */
const char *stile_chain_take_header(stile_chain *chain, stile_slice line);
const char *stile_chain_take_record(stile_chain *chain, stile_slice line,
                                    const stile_audit_key *key);

#endif
