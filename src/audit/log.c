/* SPDX-License-Identifier: Apache-2.0 */
/* Group commit. Appenders queue their request; the first to find nobody leading takes the whole
 * queue, encodes it, writes and syncs once without the lock, and wakes the others. Meanwhile the
 * next queue gathers, so the number of threads, not the disk, bounds how much one sync covers.
 *
 * A request lives on its thread's stack: it leaves the queue before its thread returns. */
#include "stile/audit.h"

#include <pthread.h>
#include <string.h>

#include "audit/writer.h"
#include "base/json.h"
#include "base/log.h"
#include "base/memory.h"

/* One leader stops gathering here, to bound memory and the others' waiting. */
#define GROUP_BYTES (4u * 1024 * 1024)

typedef struct request {
    const char *event;
    stile_slice body;
    stile_receipt receipt;
    stile_status status;
    stile_error *err; /* the caller's, written by the leader; may be NULL */
    bool done;
    struct request *next;
} request;

struct stile_audit {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* guarded by lock */
    request *first, **last;
    bool leading, failed; /* failed: the writer's `poisoned`, as of the last commit */
    /* owned by the leader */
    stile_audit_writer writer;
};

stile_status stile_audit_open_with(const char *folder, const stile_audit_options *options,
                                   stile_audit **out, stile_error *err)
{
    stile_audit *audit = stile_alloc(sizeof *audit);
    stile_status st;

    if (!audit)
        return stile_fail(err, STILE_NO_MEMORY, "audit: no memory for the log");
    st = stile_audit_writer_open(&audit->writer, folder, options, err);
    if (st) {
        stile_audit_writer_release(&audit->writer);
        stile_free(audit);
        return st;
    }
    (void)pthread_mutex_init(&audit->lock, NULL);
    (void)pthread_cond_init(&audit->changed, NULL);
    audit->last = &audit->first;
    *out = audit;
    return STILE_OK;
}

stile_status stile_audit_open(const char *folder, stile_audit **out, stile_error *err)
{
    return stile_audit_open_with(folder, &stile_audit_usual, out, err);
}

void stile_audit_close(stile_audit *audit)
{
    stile_error err = {0};
    stile_status st = STILE_OK;

    if (!audit)
        return;
    if (!audit->writer.poisoned && audit->writer.chain.unsigned_records)
        st = stile_audit_writer_checkpoint(&audit->writer, &err);
    if (!st && !audit->writer.poisoned)
        st = stile_audit_writer_commit(&audit->writer, &err);
    if (st) /* nothing acknowledged is lost: only its signature waits for the next open */
        stile_log(STILE_LOG_ERROR, "audit.close", "%s", err.text);
    stile_audit_writer_release(&audit->writer);
    (void)pthread_cond_destroy(&audit->changed);
    (void)pthread_mutex_destroy(&audit->lock);
    stile_free(audit);
}

/* "audit." is the log's own. */
static bool event_allowed(const char *event)
{
    size_t len = strlen(event);

    return len > 0 && len <= STILE_AUDIT_EVENT_MAX && strncmp(event, "audit.", 6) != 0 &&
           strspn(event, "abcdefghijklmnopqrstuvwxyz0123456789._-") == len;
}

static stile_status check_body(stile_slice body, stile_error *err)
{
    json_t *json = NULL;
    stile_status st;

    if (body.len > STILE_MAX_AUDIT_RECORD)
        return stile_fail(err, STILE_TOO_LARGE, "audit: a record of %zu bytes, at most %u",
                          body.len, STILE_MAX_AUDIT_RECORD);
    if (body.len < 2 || body.ptr[0] != '{' || body.ptr[body.len - 1] != '}' ||
        memchr(body.ptr, '\n', body.len))
        return stile_fail(err, STILE_INVALID, "audit: the body is not one line of a JSON object");
    st = stile_json_parse(body, "audit body", &json, err);
    json_decref(json);
    return st;
}

/* Take what is queued, up to GROUP_BYTES. With the lock. */
static request *take_group(stile_audit *audit)
{
    request *group = audit->first, **end = &audit->first;
    size_t bytes = 0;

    while (*end && (bytes == 0 || bytes + (*end)->body.len <= GROUP_BYTES)) {
        bytes += (*end)->body.len;
        end = &(*end)->next;
    }
    if (end == &audit->first)
        return NULL;
    audit->first = *end;
    if (!audit->first)
        audit->last = &audit->first;
    *end = NULL;
    return group;
}

/* Without the lock: only the leader is here. */
static void commit_group(stile_audit_writer *writer, request *group)
{
    stile_error err = {0};
    stile_status st;

    for (request *r = group; r; r = r->next)
        r->status = stile_audit_writer_add(writer, r->event, r->body, &r->receipt, r->err);
    st = stile_audit_writer_commit(writer, &err);
    for (request *r = group; r; r = r->next) {
        if (st && !r->status)
            r->status = stile_fail(r->err, st, "%s", err.text);
        r->receipt.durable = !r->status;
    }
}

/* With the lock, which it gives up while writing. */
static void lead(stile_audit *audit)
{
    request *group = take_group(audit);

    audit->leading = true;
    (void)pthread_mutex_unlock(&audit->lock);
    commit_group(&audit->writer, group);
    (void)pthread_mutex_lock(&audit->lock);
    while (group) {
        request *next = group->next; /* a done request may vanish once the lock is free */
        group->done = true;
        group = next;
    }
    audit->leading = false;
    audit->failed = audit->writer.poisoned;
    (void)pthread_cond_broadcast(&audit->changed);
}

bool stile_audit_usable(stile_audit *audit)
{
    bool usable;

    (void)pthread_mutex_lock(&audit->lock);
    usable = !audit->failed;
    (void)pthread_mutex_unlock(&audit->lock);
    return usable;
}

stile_status stile_audit_append(stile_audit *audit, const char *event, stile_slice body,
                                stile_receipt *out, stile_error *err)
{
    request mine = {.event = event, .body = body, .err = err};
    stile_status st;

    if (!event_allowed(event))
        return stile_fail(err, STILE_INVALID, "audit: not a name for an event");
    if ((st = check_body(body, err)))
        return st;
    (void)pthread_mutex_lock(&audit->lock);
    *audit->last = &mine;
    audit->last = &mine.next; // cppcheck-suppress autoVariables ; waited for below, then unlinked
    while (!mine.done) {
        if (audit->leading)
            (void)pthread_cond_wait(&audit->changed, &audit->lock);
        else
            lead(audit);
    }
    (void)pthread_mutex_unlock(&audit->lock);
    if (!mine.status)
        *out = mine.receipt;
    return mine.status;
}
