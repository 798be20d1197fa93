/* SPDX-License-Identifier: Apache-2.0 */
/* The writing end: encodes lines into a batch, writes and syncs it, signs checkpoints, goes on to
 * the next file. One thread at a time (src/audit/log.c sees to it). After a failed write or sync
 * what is on disk is unknown: the writer is `poisoned` and refuses everything. */
#ifndef STILE_AUDIT_WRITER_H
#define STILE_AUDIT_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/chain.h"
#include "audit/file_hooks.h"
#include "stile/audit.h"

typedef struct stile_audit_options {
    const stile_audit_hooks *hooks;
    uint64_t file_bytes;       /* reserved per file; a longer record makes a longer file */
    uint64_t checkpoint_every; /* records */
} stile_audit_options;

extern const stile_audit_options stile_audit_usual;
/* stile_audit_open with other options, for tests. */
stile_status stile_audit_open_with(const char *folder, const stile_audit_options *options,
                                   stile_audit **out, stile_error *err) STILE_MUST_CHECK;

typedef struct stile_audit_writer {
    /* immutable once open */
    stile_audit_options options;
    char *folder;         /* owned */
    stile_audit_key *key; /* owned */
    int lock_fd;          /* holds the folder's lock; -1: none */

    stile_chain chain; /* as of the last line encoded */
    int fd;            /* owned; -1: none */
    uint64_t end;      /* offset after the last line written */
    uint64_t reserved; /* bytes of the file that exist */
    stile_buf batch;   /* encoded, not yet written */
    bool grouped;      /* a line was encoded since the last sync */
    bool poisoned;
    bool head_due;                       /* a checkpoint was encoded since the head's writing */
    char head[2 * STILE_AUDIT_OVERHEAD]; /* the last checkpoint's line with its newline */
    size_t head_len;
} stile_audit_writer;

/* Lock `folder`, load or make the keys, then make a new log or repair and continue the old one.
 * `writer` must be zeroed; release it also after a failure. */
stile_status stile_audit_writer_open(stile_audit_writer *writer, const char *folder,
                                     const stile_audit_options *options,
                                     stile_error *err) STILE_MUST_CHECK;
/* Does not write anything. */
void stile_audit_writer_release(stile_audit_writer *writer);

/* Create file chain.file + 1 with its header, synced, and go on there. */
stile_status stile_audit_writer_next_file(stile_audit_writer *writer,
                                          stile_error *err) STILE_MUST_CHECK;
/* Encode a record, going on to the next file first when this one is full. Durable only after
 * stile_audit_writer_commit. STILE_NO_MEMORY leaves the writer as it was. */
stile_status stile_audit_writer_add(stile_audit_writer *writer, const char *event, stile_slice body,
                                    stile_receipt *out, stile_error *err) STILE_MUST_CHECK;
/* Sign a checkpoint over all that was encoded. */
stile_status stile_audit_writer_checkpoint(stile_audit_writer *writer,
                                           stile_error *err) STILE_MUST_CHECK;
/* Write and sync the batch; then the head, when a checkpoint was in it. */
stile_status stile_audit_writer_commit(stile_audit_writer *writer,
                                       stile_error *err) STILE_MUST_CHECK;

#endif
