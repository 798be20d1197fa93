/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/file_hooks.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"

static int system_open(const char *path, int flags, mode_t mode)
{
    return open(path, flags, mode);
}

/* posix_fallocate returns its error instead of setting errno. */
static int system_allocate(int fd, off_t at, off_t len)
{
    int code = posix_fallocate(fd, at, len);
    if (!code)
        return 0;
    errno = code;
    return -1;
}

const stile_audit_hooks stile_audit_system_hooks = {
    .open = system_open,
    .pwrite = pwrite,
    .datasync = fdatasync,
    .allocate = system_allocate,
    .truncate = ftruncate,
    .close = close,
    .replace = stile_file_replace,
    .dir_sync = stile_dir_sync,
};
