/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/batch.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

/* A caller's texts, at most a request's; on the caller's stack until `done`. */
typedef struct stile_judge_waiter {
    const stile_slice *texts;
    size_t count;
    double *scores;
    stile_status st;
    stile_error err;
    bool taken, done;
    struct stile_judge_waiter *next;
} waiter;

stile_status stile_judge_batch_init(stile_judge_batch *batch, stile_error *err)
{
    pthread_condattr_t attributes;
    bool ok;

    if (pthread_mutex_init(&batch->lock, NULL))
        return stile_fail(err, STILE_NO_MEMORY, "judge: no lock");
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    ok = pthread_cond_init(&batch->changed, &attributes) == 0;
    (void)pthread_condattr_destroy(&attributes);
    if (ok)
        return STILE_OK;
    (void)pthread_mutex_destroy(&batch->lock);
    return stile_fail(err, STILE_NO_MEMORY, "judge: no condition");
}

void stile_judge_batch_release(stile_judge_batch *batch)
{
    (void)pthread_cond_destroy(&batch->changed);
    (void)pthread_mutex_destroy(&batch->lock);
}

static void send_alone(stile_judge_batch *b, waiter *w)
{
    w->st = b->send(b->ctx, w->texts, w->count, w->scores, &w->err);
}

/* Everything of `group` in one request. Without the lock. */
static void send_group(stile_judge_batch *b, waiter *group)
{
    stile_slice texts[STILE_JUDGE_MAX_BATCH] = {{NULL, 0}};
    double scores[STILE_JUDGE_MAX_BATCH];
    stile_error err = {0};
    size_t count = 0, at = 0;
    stile_status st;

    if (!group->next) {
        send_alone(b, group);
        return;
    }
    for (waiter *w = group; w; w = w->next) {
        memcpy(texts + count, w->texts, w->count * sizeof *texts);
        count += w->count;
    }
    st = b->send(b->ctx, texts, count, scores, &err);
    for (waiter *w = group; w; w = w->next) {
        if (st == STILE_INVALID) {
            send_alone(b, w);
            continue;
        }
        if (!st)
            memcpy(w->scores, scores + at, w->count * sizeof *scores);
        at += w->count;
        w->st = st;
        w->err = err;
    }
}

/* Take who came first and whoever fits beside them, send, and wake all. Under the lock, which is let go
 * meanwhile. */
static void lead(stile_judge_batch *b)
{
    waiter *group = b->first, *last = group;
    size_t count = group->count;

    group->taken = true;
    while (last->next && count + last->next->count <= b->most) {
        last = last->next;
        last->taken = true;
        count += last->count;
    }
    b->first = last->next;
    last->next = NULL;
    b->flights++;
    (void)pthread_mutex_unlock(&b->lock);
    send_group(b, group);
    (void)pthread_mutex_lock(&b->lock);
    b->flights--;
    while (group) {
        waiter *next = group->next; /* once done, it is its caller's again */
        group->done = true;
        group = next;
    }
    (void)pthread_cond_broadcast(&b->changed);
}

static void enqueue(stile_judge_batch *b, waiter *w)
{
    waiter **end = &b->first;

    while (*end)
        end = &(*end)->next;
    *end = w;
}

static void leave(stile_judge_batch *b, const waiter *w)
{
    waiter **at = &b->first;

    while (*at != w)
        at = &(*at)->next;
    *at = w->next;
}

static struct timespec deadline_of(const stile_judge_batch *b)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += (time_t)(b->timeout_ms / 1000);
    t.tv_nsec += (long)(b->timeout_ms % 1000) * 1000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000;
    }
    return t;
}

static bool is_past(const struct timespec *deadline)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec > deadline->tv_sec ||
           (now.tv_sec == deadline->tv_sec && now.tv_nsec >= deadline->tv_nsec);
}

static stile_status ask_part(stile_judge_batch *b, waiter *w, stile_error *err)
{
    struct timespec deadline = deadline_of(b);
    bool late = false;

    (void)pthread_mutex_lock(&b->lock);
    enqueue(b, w);
    while (!w->done && !late) {
        if (!w->taken && (late = is_past(&deadline)))
            leave(b, w);
        else if (!w->taken && b->flights < STILE_JUDGE_FLIGHTS)
            lead(b);
        else if (w->taken)
            (void)pthread_cond_wait(&b->changed, &b->lock);
        else
            (void)pthread_cond_timedwait(&b->changed, &b->lock, &deadline);
    }
    (void)pthread_mutex_unlock(&b->lock);
    if (late)
        return stile_fail(err, STILE_TIMEOUT, "judge: not sent in time");
    if (w->st && err)
        *err = w->err;
    return w->st;
}

stile_status stile_judge_batch_ask(stile_judge_batch *batch, const stile_slice *texts, size_t count,
                                   double *scores, stile_error *err)
{
    for (size_t at = 0; at < count;) {
        size_t n = count - at < batch->most ? count - at : batch->most;
        waiter w = {.texts = texts + at, .count = n, .scores = scores + at};
        stile_status st = ask_part(batch, &w, err);
        if (st)
            return st;
        at += n;
    }
    return STILE_OK;
}
