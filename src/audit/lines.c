/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

#define PART 65536

stile_status stile_audit_path(const char *folder, uint64_t file, char *out, stile_error *err)
{
    if (snprintf(out, PATH_MAX, "%s/audit-%06" PRIu64 ".log", folder, file) >= PATH_MAX)
        return stile_fail(err, STILE_INVALID, "audit: path too long");
    return STILE_OK;
}

stile_status stile_audit_count_files(const char *folder, uint64_t *out, stile_error *err)
{
    char path[PATH_MAX];
    struct stat info;

    for (uint64_t n = 1;; n++) {
        stile_status st = stile_audit_path(folder, n, path, err);
        if (st)
            return st;
        if (stat(path, &info) == 0)
            continue;
        if (errno != ENOENT)
            return stile_fail_errno(err, errno, "stat", path);
        *out = n - 1;
        return STILE_OK;
    }
}

stile_status stile_lines_open(const char *folder, uint64_t file, stile_lines *out, stile_error *err)
{
    char path[PATH_MAX];
    stile_status st = stile_audit_path(folder, file, path, err);
    int fd;

    if (st)
        return st;
    if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) < 0)
        return stile_fail_errno(err, errno, "open", path);
    *out = (stile_lines){.fd = fd, .number = 1};
    (void)snprintf(out->name, sizeof out->name, "audit-%06" PRIu64 ".log", file);
    stile_buf_init(&out->buf, STILE_AUDIT_LINE_MAX + 2 * PART);
    return STILE_OK;
}

void stile_lines_close(stile_lines *lines)
{
    if (lines->fd < 0)
        return;
    close(lines->fd);
    lines->fd = -1;
    stile_buf_release(&lines->buf);
}

static stile_status read_at(const stile_lines *lines, uint64_t at, char *out, size_t len,
                            size_t *got, stile_error *err)
{
    ssize_t n;

    do
        n = pread(lines->fd, out, len, (off_t)at);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return stile_fail_errno(err, errno, "read", lines->name);
    *got = (size_t)n;
    return STILE_OK;
}

static stile_status load_part(stile_lines *lines, size_t *got, stile_error *err)
{
    uint64_t end = lines->loaded + lines->buf.len;
    char *room = stile_buf_extend(&lines->buf, PART);
    stile_status st;

    *got = 0;
    if (!room) {
        st = stile_buf_ok(&lines->buf, err);
        lines->buf.failed = STILE_OK;
        return st;
    }
    st = read_at(lines, end, room, PART, got, err);
    lines->buf.len -= PART - *got;
    return st;
}

/* Move what is left of the buffer to its start, so that it holds one long line at most. */
static void drop_taken(stile_lines *lines)
{
    size_t taken = (size_t)(lines->at - lines->loaded);

    memmove(lines->buf.ptr, lines->buf.ptr + taken, lines->buf.len - taken);
    lines->buf.len -= taken;
    lines->loaded = lines->at;
}

static bool all_zero(const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (bytes[i])
            return false;
    return true;
}

/* Whether the file holds zeros only from `at` to its end. */
static stile_status only_zeros(const stile_lines *lines, uint64_t at, bool *out, stile_error *err)
{
    char part[PART];
    size_t got = 0;
    stile_status st;

    *out = true;
    do {
        st = read_at(lines, at, part, sizeof part, &got, err);
        at += got;
        if (!st && !all_zero(part, got))
            *out = false;
    } while (!st && got && *out);
    return st;
}

stile_status stile_lines_peek(stile_lines *lines, stile_lines_next *next, stile_slice *line,
                              stile_error *err)
{
    size_t searched = 0, got = 0;
    bool zeros;
    stile_status st;

    for (;;) {
        size_t start = (size_t)(lines->at - lines->loaded), len = lines->buf.len - start;
        const char *from = lines->buf.ptr ? lines->buf.ptr + start : "";
        const char *end = len > searched ? memchr(from + searched, '\n', len - searched) : NULL;
        if (end) {
            *line = stile_slice_of(from, (size_t)(end - from));
            *next = line->len > STILE_AUDIT_LINE_MAX ? STILE_LINES_PARTIAL : STILE_LINES_LINE;
            return STILE_OK;
        }
        if (len > STILE_AUDIT_LINE_MAX || (len && !*from))
            break;
        searched = len;
        if (start)
            drop_taken(lines);
        if ((st = load_part(lines, &got, err)))
            return st;
        if (!got)
            break;
    }
    st = only_zeros(lines, lines->at, &zeros, err);
    if (!st)
        *next = zeros ? STILE_LINES_END : STILE_LINES_PARTIAL;
    return st;
}

void stile_lines_take(stile_lines *lines, stile_slice line)
{
    lines->at += line.len + 1;
    lines->number++;
}

void stile_lines_refresh(stile_lines *lines)
{
    stile_buf_reset(&lines->buf);
    lines->loaded = lines->at;
}

stile_status stile_lines_is_torn(const stile_lines *lines, bool *out, stile_error *err)
{
    char part[PART], last = 0;
    uint64_t at = lines->at;
    bool past_first = false, later = false;
    size_t got = 0;
    stile_status st;

    do {
        st = read_at(lines, at, part, sizeof part, &got, err);
        at += got;
        for (size_t i = 0; !st && i < got && !later; i++) {
            if (part[i] == '\n') {
                later = past_first && last == '}';
                past_first = true;
            }
            last = part[i];
        }
    } while (!st && got && !later);
    if (!st)
        *out = !later;
    return st;
}
