/* SPDX-License-Identifier: Apache-2.0 */
/* Many callers at once: each gets the scores of its own texts, whoever they travelled with. */
#include "judge/batch.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CALLERS 24
#define ROUNDS 40

typedef struct fake {
    atomic_uint requests, together, flying, most_flying;
    size_t largest;
    const char *refused; /* a text that is refused */
    useconds_t takes;
} fake;

/* A text's score is a hundredth of its number. */
static stile_status send_fake(void *ctx, const stile_slice *texts, size_t count, double *scores,
                              stile_error *err)
{
    fake *f = ctx;
    unsigned flying = atomic_fetch_add(&f->flying, 1) + 1, most = atomic_load(&f->most_flying);
    stile_status st = STILE_OK;

    while (flying > most && !atomic_compare_exchange_weak(&f->most_flying, &most, flying))
        ;
    atomic_fetch_add(&f->requests, 1);
    atomic_fetch_add(&f->together, count > 3);
    (void)usleep(f->takes);
    for (size_t i = 0; i < count; i++) {
        if (f->refused && stile_slice_eq(texts[i], stile_str(f->refused)))
            st = stile_fail(err, STILE_INVALID, "refused");
        scores[i] = strtod(texts[i].ptr, NULL) / 100;
    }
    atomic_fetch_sub(&f->flying, 1);
    return count > 8 ? STILE_INTERNAL : st;
}

typedef struct caller {
    stile_judge_batch *batch;
    unsigned number;
    unsigned wrong, refused;
} caller;

static void *call(void *ctx)
{
    caller *c = ctx;

    for (unsigned round = 0; round < ROUNDS; round++) {
        char words[11][8];
        stile_slice texts[11];
        double scores[11];
        size_t count = 1 + (c->number + round) % 11;
        stile_status st;
        for (size_t i = 0; i < count; i++) {
            (void)snprintf(words[i], sizeof words[i], "%u", (c->number * 3 + (unsigned)i) % 100);
            texts[i] = stile_str(words[i]);
        }
        st = stile_judge_batch_ask(c->batch, texts, count, scores, NULL);
        c->refused += st == STILE_INVALID;
        c->wrong += st && st != STILE_INVALID;
        for (size_t i = 0; !st && i < count; i++)
            c->wrong += scores[i] != strtod(words[i], NULL) / 100;
    }
    return NULL;
}

static void run_all(fake *f, caller *callers)
{
    stile_judge_batch batch = {.send = send_fake, .ctx = f, .most = 8, .timeout_ms = 60000};
    pthread_t threads[CALLERS];

    cr_assert_eq(stile_judge_batch_init(&batch, NULL), STILE_OK);
    for (unsigned i = 0; i < CALLERS; i++) {
        callers[i] = (caller){.batch = &batch, .number = i};
        cr_assert_eq(pthread_create(&threads[i], NULL, call, &callers[i]), 0);
    }
    for (unsigned i = 0; i < CALLERS; i++)
        (void)pthread_join(threads[i], NULL);
    cr_assert_null(batch.first);
    cr_assert_eq(batch.flights, 0);
    stile_judge_batch_release(&batch);
}

Test(batch, each_caller_gets_its_own_scores)
{
    fake f = {.takes = 200};
    caller callers[CALLERS];

    run_all(&f, callers);
    for (unsigned i = 0; i < CALLERS; i++)
        cr_assert_eq(callers[i].wrong + callers[i].refused, 0, "caller %u", i);
    cr_assert_leq(atomic_load(&f.most_flying), STILE_JUDGE_FLIGHTS);
    cr_assert_gt(atomic_load(&f.together), 0, "texts travel together");
}

Test(batch, a_refused_text_stops_only_its_own_caller)
{
    fake f = {.takes = 200,
              .refused = "0"}; /* of caller 0 always; of the others only by wrapping */
    caller callers[CALLERS];

    run_all(&f, callers);
    cr_assert_eq(callers[0].refused, ROUNDS);
    for (unsigned i = 1; i < CALLERS; i++) {
        cr_assert_eq(callers[i].wrong, 0, "caller %u", i);
        cr_assert_eq(callers[i].refused, 0, "caller %u", i);
    }
}

typedef struct gate {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool open;
    unsigned waiting;
} gate;

static stile_status send_at_gate(void *ctx, const stile_slice *texts, size_t count, double *scores,
                                 stile_error *err)
{
    gate *g = ctx;

    (void)texts;
    (void)err;
    (void)pthread_mutex_lock(&g->lock);
    g->waiting++;
    (void)pthread_cond_broadcast(&g->changed);
    while (!g->open)
        (void)pthread_cond_wait(&g->changed, &g->lock);
    (void)pthread_mutex_unlock(&g->lock);
    for (size_t i = 0; i < count; i++)
        scores[i] = 0;
    return STILE_OK;
}

static void *call_once(void *ctx)
{
    const stile_slice text = stile_str("a");
    double score;

    return (void *)(intptr_t)stile_judge_batch_ask(ctx, &text, 1, &score, NULL);
}

Test(batch, who_is_not_sent_in_time_is_told_so)
{
    gate g = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    stile_judge_batch batch = {.send = send_at_gate, .ctx = &g, .most = 8, .timeout_ms = 20};
    pthread_t threads[STILE_JUDGE_FLIGHTS];
    void *result;

    cr_assert_eq(stile_judge_batch_init(&batch, NULL), STILE_OK);
    for (int i = 0; i < STILE_JUDGE_FLIGHTS; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, call_once, &batch), 0);
    (void)pthread_mutex_lock(&g.lock);
    while (g.waiting < STILE_JUDGE_FLIGHTS)
        (void)pthread_cond_wait(&g.changed, &g.lock);
    (void)pthread_mutex_unlock(&g.lock);
    cr_assert_eq((stile_status)(intptr_t)call_once(&batch), STILE_TIMEOUT);
    (void)pthread_mutex_lock(&g.lock);
    g.open = true;
    (void)pthread_cond_broadcast(&g.changed);
    (void)pthread_mutex_unlock(&g.lock);
    for (int i = 0; i < STILE_JUDGE_FLIGHTS; i++) {
        (void)pthread_join(threads[i], &result);
        cr_assert_eq((stile_status)(intptr_t)result, STILE_OK);
    }
    cr_assert_eq((stile_status)(intptr_t)call_once(&batch), STILE_OK);
    stile_judge_batch_release(&batch);
}
