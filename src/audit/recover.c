/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a log for writing.
 *
 * A log is there once its head is: creation writes keys, first file, first checkpoint, and the
 * head last; nothing is acknowledged before. So files without a head are an unfinished creation
 * and are made anew, unless they hold more than creation writes.
 *
 * Otherwise the last two files are read (the one before the last tells how the last must begin;
 * stile_audit_verify reads all). What a write that was never acknowledged left at the very end
 * is cut off, and a record says so. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "audit/lines.h"
#include "audit/scan.h"
#include "audit/writer.h"
#include "base/file.h"
#include "base/memory.h"

#define BATCH_MAX (8u * 1024 * 1024)
#define BATCH_KEPT 65536

static stile_status lock_folder(stile_audit_writer *writer, stile_error *err)
{
    char path[PATH_MAX];

    if (snprintf(path, sizeof path, "%s/lock", writer->folder) >= PATH_MAX)
        return stile_fail(err, STILE_INVALID, "audit: path too long");
    writer->lock_fd = writer->options.hooks->open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (writer->lock_fd < 0)
        return stile_fail_errno(err, errno, "open", path);
    if (flock(writer->lock_fd, LOCK_EX | LOCK_NB) != 0)
        return errno == EWOULDBLOCK
                   ? stile_fail(err, STILE_BUSY, "%s: another process writes this log", path)
                   : stile_fail_errno(err, errno, "lock", path);
    return STILE_OK;
}

static stile_status damaged(const stile_audit_scan *scan, const char *why, stile_error *err)
{
    return stile_fail(err, STILE_CORRUPT, "%s:%" PRIu64 ": %s", scan->lines.name,
                      scan->lines.number, why);
}

static stile_status remove_file(stile_audit_writer *writer, uint64_t file, stile_error *err)
{
    char path[PATH_MAX];
    stile_status st = stile_audit_path(writer->folder, file, path, err);

    if (!st && unlink(path) != 0)
        st = stile_fail_errno(err, errno, "remove", path);
    return st ? st : writer->options.hooks->dir_sync(writer->folder, err);
}

/* Creation writes one header and one record before the head. */
static stile_status check_unfinished(stile_audit_scan *scan, uint64_t files, stile_error *err)
{
    stile_status st;

    if (files == 0)
        return STILE_OK;
    if (files > 1)
        return stile_fail(err, STILE_CORRUPT, "head: missing, but there are several files");
    if ((st = stile_audit_scan_enter(scan, 1, err)) || (st = stile_audit_scan_lines(scan, err)))
        return st;
    return scan->lines.number > 3 || scan->chain.seq > 1
               ? stile_fail(err, STILE_CORRUPT, "head: missing, but the log has records")
               : STILE_OK;
}

static stile_status create_log(stile_audit_writer *writer, stile_audit_scan *scan, uint64_t files,
                               stile_error *err)
{
    stile_status st = check_unfinished(scan, files, err);

    stile_lines_close(&scan->lines);
    if (!st && files)
        st = remove_file(writer, 1, err);
    if (st || (st = stile_chain_start(&writer->chain, err)) ||
        (st = stile_audit_writer_next_file(writer, err)) ||
        (st = stile_audit_writer_checkpoint(writer, err)))
        return st;
    return stile_audit_writer_commit(writer, err);
}

/* Cut the file at `end`, so that no old byte can come back, and reserve anew. */
static stile_status cut_file(stile_audit_writer *writer, uint64_t end, stile_error *err)
{
    const stile_audit_hooks *hooks = writer->options.hooks;

    if (hooks->truncate(writer->fd, (off_t)end) != 0 || hooks->datasync(writer->fd) != 0)
        return stile_fail_errno(err, errno, "truncate", "audit log");
    writer->end = writer->reserved = end;
    if (end >= writer->options.file_bytes)
        return STILE_OK;
    if (hooks->allocate(writer->fd, (off_t)end, (off_t)(writer->options.file_bytes - end)) != 0 ||
        hooks->datasync(writer->fd) != 0)
        return stile_fail_errno(err, errno, "reserve space", "audit log");
    writer->reserved = writer->options.file_bytes;
    return STILE_OK;
}

/* Continue in the file that the scan stands in, after its last good line. */
static stile_status continue_file(stile_audit_writer *writer, stile_audit_scan *scan, uint64_t file,
                                  stile_error *err)
{
    char path[PATH_MAX], body[64];
    bool torn = scan->fault != NULL;
    uint64_t end = scan->lines.at;
    stile_receipt receipt;
    stile_status st = stile_audit_path(writer->folder, file, path, err);

    if (st)
        return st;
    writer->fd = writer->options.hooks->open(path, O_RDWR | O_CLOEXEC, 0600);
    if (writer->fd < 0)
        return stile_fail_errno(err, errno, "open", path);
    writer->chain = scan->chain;
    if ((st = cut_file(writer, end, err)) || !torn)
        return st;
    (void)snprintf(body, sizeof body, "{\"file\":%" PRIu64 ",\"offset\":%" PRIu64 "}", file, end);
    st = stile_audit_writer_add(writer, STILE_AUDIT_RECOVERED, stile_str(body), &receipt, err);
    return st ? st : stile_audit_writer_commit(writer, err);
}

/* The last file when it has no whole header: rotation had not got so far. */
static stile_status remake_file(stile_audit_writer *writer, stile_audit_scan *scan, uint64_t file,
                                stile_error *err)
{
    stile_status st;

    stile_lines_close(&scan->lines);
    writer->chain = scan->chain;
    st = remove_file(writer, file, err);
    return st ? st : stile_audit_writer_next_file(writer, err);
}

static stile_status resume_log(stile_audit_writer *writer, stile_audit_scan *scan, uint64_t files,
                               stile_error *err)
{
    bool torn = true;
    const char *missing;
    stile_status st;

    if (files == 0)
        return stile_fail(err, STILE_CORRUPT, "audit: the head is there, the log is not");
    for (uint64_t n = files > 1 ? files - 1 : 1; n <= files; n++) {
        if ((st = stile_audit_scan_enter(scan, n, err)) || (st = stile_audit_scan_lines(scan, err)))
            return st;
        if (scan->fault && n < files)
            return damaged(scan, scan->fault, err);
    }
    if (scan->fault && (st = stile_lines_is_torn(&scan->lines, &torn, err)))
        return st;
    if (!torn)
        return damaged(scan, scan->fault, err);
    if ((missing = stile_audit_scan_missing(scan)))
        return damaged(scan, scan->fault ? scan->fault : missing, err);
    return scan->lines.number == 1 ? remake_file(writer, scan, files, err)
                                   : continue_file(writer, scan, files, err);
}

static stile_status prepare(stile_audit_writer *writer, const char *folder, stile_error *err)
{
    stile_status st;

    stile_buf_init(&writer->batch, BATCH_MAX);
    if (!(writer->folder = stile_strdup(folder)) || !stile_buf_extend(&writer->batch, BATCH_KEPT))
        return stile_fail(err, STILE_NO_MEMORY, "audit: no memory for the log");
    stile_buf_reset(&writer->batch);
    if ((st = stile_dir_create(folder, err)) || (st = lock_folder(writer, err)))
        return st;
    return stile_audit_key_open(folder, writer->options.hooks, &writer->key, err);
}

stile_status stile_audit_writer_open(stile_audit_writer *writer, const char *folder,
                                     const stile_audit_options *options, stile_error *err)
{
    stile_audit_scan scan = {.lines = {.fd = -1}};
    uint64_t files = 0;
    stile_status st;

    *writer = (stile_audit_writer){.options = *options, .fd = -1, .lock_fd = -1};
    if ((st = prepare(writer, folder, err)))
        return st;
    st = stile_audit_scan_init(&scan, writer->folder, writer->key, err);
    if (!st)
        st = stile_audit_count_files(folder, &files, err);
    if (!st)
        st = scan.head.found ? resume_log(writer, &scan, files, err)
                             : create_log(writer, &scan, files, err);
    stile_audit_scan_release(&scan);
    return st;
}
