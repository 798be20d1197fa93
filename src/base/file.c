/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *hint_for(int code)
{
    switch (code) {
    case ENOSPC:
    case EDQUOT:
        return "; free some space and try again";
    case EROFS:
        return "; the file system is mounted read-only";
    case EACCES:
    case EPERM:
        return "; check the owner and the permissions";
    case EMFILE:
    case ENFILE:
        return "; raise the limit on open files";
    default:
        return "";
    }
}

stile_status stile_fail_errno(stile_error *err, int code, const char *doing, const char *path)
{
    char why[128];
    stile_status st = code == ENOENT                    ? STILE_NOT_FOUND
                      : code == EACCES || code == EPERM ? STILE_FORBIDDEN
                      : code == ENOMEM                  ? STILE_NO_MEMORY
                                                        : STILE_IO;

    if (strerror_r(code, why, sizeof why) != 0)
        (void)snprintf(why, sizeof why, "error %d", code);
    return stile_fail(err, st, "%s: cannot %s: %s%s", path, doing, why, hint_for(code));
}

static stile_status read_all(int fd, const char *path, stile_buf *out, stile_error *err)
{
    stile_status st;

    for (;;) {
        char part[65536];
        ssize_t n = read(fd, part, sizeof part);
        if (n == 0)
            break;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return stile_fail_errno(err, errno, "read", path);
        stile_buf_add(out, part, (size_t)n);
        if (out->failed)
            break;
    }
    if ((st = stile_buf_ok(out, err)))
        return stile_fail_in(err, st, "%s", path);
    return STILE_OK;
}

stile_status stile_file_read(const char *path, stile_buf *out, stile_error *err)
{
    stile_status st;
    struct stat info;
    int fd;

    if (strcmp(path, "-") == 0)
        return read_all(STDIN_FILENO, "standard input", out, err);
    if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) < 0)
        return stile_fail_errno(err, errno, "open", path);
    if (fstat(fd, &info) != 0)
        st = stile_fail_errno(err, errno, "stat", path);
    else if (!S_ISREG(info.st_mode))
        st = stile_fail(err, STILE_INVALID, "%s: not a regular file", path);
    else if (info.st_size > 0 && (uint64_t)info.st_size > out->cap)
        st = stile_fail(err, STILE_TOO_LARGE, "%s: %lld bytes, and at most %zu are read", path,
                        (long long)info.st_size, out->cap);
    else
        st = read_all(fd, path, out, err);
    close(fd);
    return st;
}

static stile_status write_all(int fd, stile_slice bytes, const char *path, stile_error *err)
{
    while (bytes.len) {
        ssize_t n = write(fd, bytes.ptr, bytes.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return stile_fail_errno(err, errno, "write", path);
        bytes = stile_slice_cut(bytes, (size_t)n, bytes.len);
    }
    return STILE_OK;
}

static void folder_of(const char *path, char out[PATH_MAX])
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        (void)snprintf(out, PATH_MAX, ".");
    else
        (void)snprintf(out, PATH_MAX, "%.*s", slash == path ? 1 : (int)(slash - path), path);
}

stile_status stile_file_replace(const char *path, stile_slice bytes, unsigned mode,
                                stile_error *err)
{
    return stile_file_replace_pieces(path, &bytes, 1, mode, err);
}

stile_status stile_file_replace_pieces(const char *path, const stile_slice *pieces, size_t count,
                                       unsigned mode, stile_error *err)
{
    char aside[PATH_MAX], folder[PATH_MAX];
    stile_status st;
    int fd;

    if (snprintf(aside, sizeof aside, "%s.new", path) >= (int)sizeof aside)
        return stile_fail(err, STILE_INVALID, "%s: path too long", path);
    folder_of(path, folder);
    if ((fd = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, (mode_t)mode)) < 0)
        return stile_fail_errno(err, errno, "create", aside);
    st = STILE_OK;
    for (size_t i = 0; !st && i < count; i++)
        st = write_all(fd, pieces[i], aside, err);
    if (!st && fsync(fd) != 0)
        st = stile_fail_errno(err, errno, "sync", aside);
    if (close(fd) != 0 && !st)
        st = stile_fail_errno(err, errno, "close", aside);
    if (!st && rename(aside, path) != 0)
        st = stile_fail_errno(err, errno, "rename", aside);
    if (st) {
        (void)unlink(aside);
        return st;
    }
    return stile_dir_sync(folder, err);
}

stile_status stile_map_open(const char *path, stile_map *out, stile_error *err)
{
    struct stat info;
    void *ptr = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int code = 0;

    if (fd < 0)
        return stile_fail_errno(err, errno, "open", path);
    if (fstat(fd, &info) != 0)
        code = errno;
    else if (info.st_size > 0) {
        ptr = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (ptr == MAP_FAILED)
            code = errno;
    }
    close(fd);
    if (code)
        return stile_fail_errno(err, code, "map", path);
    *out = (stile_map){ptr, (size_t)info.st_size};
    return STILE_OK;
}

void stile_map_close(stile_map *map)
{
    if (map->ptr)
        (void)munmap((void *)(uintptr_t)map->ptr, map->len);
    *map = (stile_map){0};
}

stile_status stile_dir_create(const char *path, stile_error *err)
{
    char part[PATH_MAX];
    size_t len = strlen(path);

    if (len == 0 || len >= sizeof part)
        return stile_fail(err, STILE_INVALID, "%s: path empty or too long", path);
    for (size_t i = 1; i <= len; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, 0700) != 0 && errno != EEXIST)
            return stile_fail_errno(err, errno, "create the folder", part);
    }
    if (!stile_path_is_dir(path))
        return stile_fail(err, STILE_IO, "%s: exists and is not a folder", path);
    return STILE_OK;
}

stile_status stile_dir_sync(const char *path, stile_error *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int code = 0;

    if (fd < 0)
        return stile_fail_errno(err, errno, "open", path);
    if (fsync(fd) != 0)
        code = errno;
    close(fd);
    return code ? stile_fail_errno(err, code, "sync", path) : STILE_OK;
}

bool stile_path_exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0;
}

bool stile_path_is_dir(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}
