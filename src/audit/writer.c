/* SPDX-License-Identifier: Apache-2.0 */
/* Files are reserved ahead: an append inside reserved bytes changes no file size, so its sync
 * needs no journal commit. O_APPEND would write after the reserved bytes, hence pwrite. */
#include "audit/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

#include "audit/lines.h"
#include "base/file.h"
#include "base/memory.h"

const stile_audit_options stile_audit_usual = {
    .hooks = &stile_audit_system_hooks,
    .file_bytes = UINT64_C(64) * 1024 * 1024,
    .checkpoint_every = 1024,
};

static stile_status poison(stile_audit_writer *writer, int code, const char *doing,
                           stile_error *err)
{
    stile_status st;

    writer->poisoned = true;
    st = stile_fail_errno(err, code, doing, "audit log");
    /* Whatever the reason, to callers the log has failed. */
    return st == STILE_IO ? st : stile_fail(err, STILE_IO, "audit log: cannot %s", doing);
}

static stile_status refuse(stile_error *err)
{
    return stile_fail(err, STILE_IO, "audit log: a write failed before; restart to recover");
}

static stile_status reserve(stile_audit_writer *writer, uint64_t until, stile_error *err)
{
    const stile_audit_hooks *hooks = writer->options.hooks;

    if (until <= writer->reserved)
        return STILE_OK;
    if (hooks->allocate(writer->fd, (off_t)writer->reserved, (off_t)(until - writer->reserved)) !=
        0)
        return poison(writer, errno, "reserve space", err);
    writer->reserved = until;
    return STILE_OK;
}

static stile_status write_batch(stile_audit_writer *writer, stile_error *err)
{
    const stile_audit_hooks *hooks = writer->options.hooks;
    stile_slice rest = stile_buf_slice(&writer->batch);
    stile_status st = reserve(writer, writer->end + rest.len, err);

    while (!st && rest.len) {
        ssize_t n = hooks->pwrite(writer->fd, rest.ptr, rest.len, (off_t)writer->end);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            st = poison(writer, n ? errno : EIO, "write", err);
            break;
        }
        rest = stile_slice_cut(rest, (size_t)n, rest.len);
        writer->end += (uint64_t)n;
    }
    stile_buf_reset(&writer->batch);
    return st;
}

static stile_status sync_file(stile_audit_writer *writer, stile_error *err)
{
    if (writer->options.hooks->datasync(writer->fd) != 0)
        return poison(writer, errno, "sync", err);
    writer->grouped = false;
    return STILE_OK;
}

static stile_status write_head(stile_audit_writer *writer, stile_error *err)
{
    char path[PATH_MAX];

    if (snprintf(path, sizeof path, "%s/head", writer->folder) >= PATH_MAX)
        return stile_fail(err, STILE_INVALID, "audit: path too long");
    if (writer->options.hooks->replace(path, stile_slice_of(writer->head, writer->head_len), 0600,
                                       err)) {
        writer->poisoned = true;
        return stile_fail(err, STILE_IO, "audit log: cannot write the head");
    }
    writer->head_due = false;
    return STILE_OK;
}

stile_status stile_audit_writer_commit(stile_audit_writer *writer, stile_error *err)
{
    stile_status st;

    if (writer->poisoned)
        return refuse(err);
    if (!writer->batch.len && !writer->grouped)
        return STILE_OK;
    st = write_batch(writer, err);
    if (!st)
        st = sync_file(writer, err);
    /* Only now: a head must never name a record that could still be lost. */
    if (!st && writer->head_due)
        st = write_head(writer, err);
    return st;
}

stile_status stile_audit_writer_checkpoint(stile_audit_writer *writer, stile_error *err)
{
    size_t from = writer->batch.len;
    stile_status st;

    if (writer->poisoned)
        return refuse(err);
    st = stile_chain_add_checkpoint(&writer->chain, writer->key, writer->grouped, &writer->batch,
                                    err);
    if (st)
        return st;
    writer->head_len = writer->batch.len - from;
    memcpy(writer->head, writer->batch.ptr + from, writer->head_len);
    writer->grouped = writer->head_due = true;
    return STILE_OK;
}

/* Give back what was reserved and not used; the file is final from here on. */
static stile_status finish_file(stile_audit_writer *writer, stile_error *err)
{
    const stile_audit_hooks *hooks = writer->options.hooks;
    int fd = writer->fd;

    if (hooks->truncate(fd, (off_t)writer->end) != 0)
        return poison(writer, errno, "truncate", err);
    if (hooks->datasync(fd) != 0)
        return poison(writer, errno, "sync", err);
    writer->fd = -1;
    if (hooks->close(fd) != 0)
        return poison(writer, errno, "close", err);
    return STILE_OK;
}

stile_status stile_audit_writer_next_file(stile_audit_writer *writer, stile_error *err)
{
    const stile_audit_hooks *hooks = writer->options.hooks;
    char path[PATH_MAX];
    stile_status st = stile_audit_path(writer->folder, writer->chain.file + 1, path, err);

    if (!st)
        st = stile_chain_add_header(&writer->chain, &writer->batch, err);
    if (st)
        return st;
    writer->fd = hooks->open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (writer->fd < 0)
        return poison(writer, errno, "create the next file", err);
    writer->end = writer->reserved = 0;
    if ((st = reserve(writer, writer->options.file_bytes, err)) ||
        (st = write_batch(writer, err)) || (st = sync_file(writer, err)))
        return st;
    if (hooks->dir_sync(writer->folder, err)) {
        writer->poisoned = true;
        return stile_fail(err, STILE_IO, "audit log: cannot sync the folder");
    }
    return STILE_OK;
}

static stile_status rotate(stile_audit_writer *writer, stile_error *err)
{
    stile_status st = stile_audit_writer_checkpoint(writer, err);

    if (st)
        return st;
    if ((st = stile_audit_writer_commit(writer, err)) || (st = finish_file(writer, err)) ||
        (st = stile_audit_writer_next_file(writer, err))) {
        writer->poisoned = true;
        return st;
    }
    return STILE_OK;
}

/* Room for a line of this body and for the checkpoint that ends the file. */
static bool fits(const stile_audit_writer *writer, size_t body_len)
{
    uint64_t want = writer->end + writer->batch.len + body_len + 3 * STILE_AUDIT_OVERHEAD;
    bool empty = writer->end + writer->batch.len <= STILE_AUDIT_OVERHEAD;

    return empty || want <= writer->options.file_bytes;
}

stile_status stile_audit_writer_add(stile_audit_writer *writer, const char *event, stile_slice body,
                                    stile_receipt *out, stile_error *err)
{
    stile_receipt receipt = {0};
    stile_status st = STILE_OK;

    if (writer->poisoned)
        return refuse(err);
    if (!fits(writer, body.len))
        st = rotate(writer, err);
    else if (writer->chain.unsigned_records >= writer->options.checkpoint_every)
        st = stile_audit_writer_checkpoint(writer, err);
    if (!st)
        st = stile_chain_add_record(&writer->chain, event, body, writer->grouped, &writer->batch,
                                    err);
    if (st)
        return st;
    writer->grouped = true;
    receipt.sequence = writer->chain.seq;
    (void)stile_unhex(stile_str(writer->chain.prev), receipt.hash, sizeof receipt.hash);
    *out = receipt;
    return STILE_OK;
}

void stile_audit_writer_release(stile_audit_writer *writer)
{
    const stile_audit_hooks *hooks = writer->options.hooks;

    if (!hooks)
        return;
    if (writer->fd >= 0)
        (void)hooks->close(writer->fd);
    if (writer->lock_fd >= 0)
        (void)hooks->close(writer->lock_fd);
    writer->fd = writer->lock_fd = -1;
    stile_audit_key_destroy(writer->key);
    stile_buf_release(&writer->batch);
    stile_free(writer->folder);
}
