/* SPDX-License-Identifier: Apache-2.0 */
/* Reading one audit file line by line in bounded memory, also while it is being written. Zero
 * bytes after the last newline are free space that was reserved ahead. Not thread-safe. */
#ifndef STILE_AUDIT_LINES_H
#define STILE_AUDIT_LINES_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/chain.h"
#include "stile/buf.h"

typedef enum {
    STILE_LINES_LINE,
    STILE_LINES_END,    /* nothing but free space follows */
    STILE_LINES_PARTIAL /* bytes without a newline, over-long, or after a gap of zeros */
} stile_lines_next;

typedef struct stile_lines {
    char name[32]; /* of the file, for messages */
    int fd;        /* owned */
    stile_buf buf; /* bytes of the file from `loaded` on */
    uint64_t loaded;
    uint64_t at;     /* offset of the line after the last one taken */
    uint64_t number; /* of the line at `at`, from 1 */
} stile_lines;

/* Put "folder/audit-000001.log" into `out` (PATH_MAX bytes). */
stile_status stile_audit_path(const char *folder, uint64_t file, char *out,
                              stile_error *err) STILE_MUST_CHECK;
/* How many files there are, counted from 1 up to the first that is missing. */
stile_status stile_audit_count_files(const char *folder, uint64_t *out,
                                     stile_error *err) STILE_MUST_CHECK;

/* Open file number `file`; STILE_NOT_FOUND when there is none. The caller closes. */
stile_status stile_lines_open(const char *folder, uint64_t file, stile_lines *out,
                              stile_error *err) STILE_MUST_CHECK;
/* Harmless on a zeroed struct with fd -1, and twice. */
void stile_lines_close(stile_lines *lines);

/* Look at the line at `at`, without its newline; borrows until the next call. */
stile_status stile_lines_peek(stile_lines *lines, stile_lines_next *next, stile_slice *line,
                              stile_error *err) STILE_MUST_CHECK;
/* Step over the line that was peeked. */
void stile_lines_take(stile_lines *lines, stile_slice line);
/* Forget what was read ahead: the writer may have gone on. */
void stile_lines_refresh(stile_lines *lines);

/* Whether the damage at `at` is what losing power in the middle of a write leaves. A line of a
 * later write (one not marked as grouped) proves that the damaged write had been synced. */
stile_status stile_lines_is_torn(const stile_lines *lines, bool *out,
                                 stile_error *err) STILE_MUST_CHECK;

#endif
