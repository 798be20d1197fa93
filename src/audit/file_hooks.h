/* SPDX-License-Identifier: Apache-2.0 */
/* What the audit log asks of the file system, as a table, so that tests can lose power, cut
 * writes short and fill the disk. Each call gives 0 (or a count, or a descriptor), or -1 with
 * errno set. Thread-safe as the system calls are. */
#ifndef STILE_AUDIT_FILE_HOOKS_H
#define STILE_AUDIT_FILE_HOOKS_H

#include <sys/types.h>

#include "stile/slice.h"
#include "stile/status.h"

typedef struct stile_audit_hooks {
    int (*open)(const char *path, int flags, mode_t mode);
    ssize_t (*pwrite)(int fd, const void *bytes, size_t len, off_t at); /* may write less */
    int (*datasync)(int fd);
    int (*allocate)(int fd, off_t at, off_t len); /* new bytes read as zeros */
    int (*truncate)(int fd, off_t len);
    int (*close)(int fd);
    /* As stile_file_replace and stile_dir_sync. */
    stile_status (*replace)(const char *path, stile_slice bytes, unsigned mode, stile_error *err);
    stile_status (*dir_sync)(const char *path, stile_error *err);
} stile_audit_hooks;

/* The system's own. */
extern const stile_audit_hooks stile_audit_system_hooks;

#endif
