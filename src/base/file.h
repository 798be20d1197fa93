/* SPDX-License-Identifier: Apache-2.0 */
/* Files: whole reads, atomic writes, maps. Errors name the path and the system's reason.
 * Thread-safe; each call stands alone. */
#ifndef STILE_BASE_FILE_H
#define STILE_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stile/buf.h"
#include "stile/slice.h"
#include "stile/status.h"

/* Append the whole file to `out`; past out's cap: STILE_TOO_LARGE. Missing: STILE_NOT_FOUND.
 * Only regular files are read (a pipe or a device is STILE_INVALID); "-" is standard input. */
stile_status stile_file_read(const char *path, stile_buf *out, stile_error *err) STILE_MUST_CHECK;

/* Write aside, sync, rename over `path`, sync the folder: after STILE_OK the new bytes are
 * there whole after any crash; before, the old ones. `mode` as for open(2). */
stile_status stile_file_replace(const char *path, stile_slice bytes, unsigned mode,
                                stile_error *err) STILE_MUST_CHECK;
/* The same for a file given in pieces, written one after another. */
stile_status stile_file_replace_pieces(const char *path, const stile_slice *pieces, size_t count,
                                       unsigned mode, stile_error *err) STILE_MUST_CHECK;

/* A read-only map of a whole file. Zero-initialised is empty. */
typedef struct stile_map {
    const unsigned char *ptr;
    size_t len;
} stile_map;
stile_status stile_map_open(const char *path, stile_map *out, stile_error *err) STILE_MUST_CHECK;
void stile_map_close(stile_map *map);

/* Create `path` and its missing parents, mode 0700; an existing folder is fine. */
stile_status stile_dir_create(const char *path, stile_error *err) STILE_MUST_CHECK;
/* Sync a folder, so that the names in it are durable. */
stile_status stile_dir_sync(const char *path, stile_error *err) STILE_MUST_CHECK;
bool stile_path_exists(const char *path);
bool stile_path_is_dir(const char *path);
/* Map an errno to a status: ENOSPC and friends read as STILE_IO with a hint in the text. */
stile_status stile_fail_errno(stile_error *err, int code, const char *doing, const char *path);

#endif
