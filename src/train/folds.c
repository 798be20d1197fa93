/* SPDX-License-Identifier: Apache-2.0 */
#include "train/folds.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"

/* A fact of a text, and the source that it ties the text to. */
typedef struct tie {
    uint64_t what; /* hash of a payload or group */
    uint32_t source;
} tie;

typedef struct sources {
    const char **names;
    uint32_t *parent; /* union-find */
    size_t *texts;
    bool *injected;
    uint32_t count;
    uint32_t *of; /* a text: its source */
} sources;

static void release(sources *s)
{
    stile_free(s->names);
    stile_free(s->parent);
    stile_free(s->texts);
    stile_free(s->injected);
    stile_free(s->of);
}

static uint32_t root_of(const sources *s, uint32_t i)
{
    while (s->parent[i] != i)
        i = s->parent[i];
    return i;
}

static uint32_t source_of(sources *s, const char *name)
{
    for (uint32_t i = 0; i < s->count; i++)
        if (strcmp(s->names[i], name) == 0)
            return i;
    s->names[s->count] = name;
    s->parent[s->count] = s->count;
    return s->count++;
}

static stile_status list_sources(const stile_train_corpus *c, sources *s, stile_error *err)
{
    s->names = stile_alloc_array(c->count, sizeof *s->names);
    s->parent = stile_alloc_array(c->count, sizeof *s->parent);
    s->texts = stile_alloc_array(c->count, sizeof *s->texts);
    s->injected = stile_alloc_array(c->count, sizeof *s->injected);
    s->of = stile_alloc_array(c->count, sizeof *s->of);
    if (!s->names || !s->parent || !s->texts || !s->injected || !s->of)
        return stile_fail(err, STILE_NO_MEMORY, "train: out of memory");
    for (size_t i = 0; i < c->count; i++)
        s->of[i] = source_of(s, c->texts[i].source);
    return STILE_OK;
}

static int by_what(const void *a, const void *b)
{
    const tie *x = a, *y = b;
    if (x->what != y->what)
        return x->what < y->what ? -1 : 1;
    return (x->source > y->source) - (x->source < y->source);
}

/* Join the sources of equal ties. */
static stile_status join(const stile_train_corpus *c, sources *s, stile_error *err)
{
    tie *ties = stile_alloc_array(c->count, 2 * sizeof *ties);
    size_t count = 0;

    if (!ties)
        return stile_fail(err, STILE_NO_MEMORY, "train: out of memory");
    for (size_t i = 0; i < c->count; i++) {
        if (c->texts[i].group)
            ties[count++] = (tie){c->texts[i].group, s->of[i]};
        if (c->texts[i].payload)
            ties[count++] = (tie){c->texts[i].payload, s->of[i]};
    }
    qsort(ties, count, sizeof *ties, by_what);
    for (size_t i = 1; i < count; i++)
        if (ties[i].what == ties[i - 1].what)
            s->parent[root_of(s, ties[i].source)] = root_of(s, ties[i - 1].source);
    stile_free(ties);
    for (size_t i = 0; i < c->count; i++) {
        uint32_t root = root_of(s, s->of[i]);
        s->texts[root]++;
        s->injected[root] |= c->texts[i].injection && stile_train_text_fits(&c->texts[i]);
    }
    return STILE_OK;
}

/* A fold for each root: its own when it holds injections, else the emptiest of the benign ones. */
static void deal(sources *s, uint32_t benign_folds, uint32_t *fold_of_root, uint32_t *count,
                 size_t *filled)
{
    *count = benign_folds;
    for (uint32_t i = 0; i < s->count; i++) {
        uint32_t least = 0;
        if (root_of(s, i) != i)
            continue;
        if (s->injected[i]) {
            fold_of_root[i] = (*count)++;
            continue;
        }
        for (uint32_t f = 1; f < benign_folds; f++)
            least = filled[f] < filled[least] ? f : least;
        fold_of_root[i] = least;
        filled[least] += s->texts[i];
    }
}

stile_status stile_train_folds_make(const stile_train_corpus *corpus, uint32_t benign_folds,
                                    stile_train_folds *out, stile_error *err)
{
    sources s = {0};
    uint32_t *fold_of_root = NULL, *of = NULL;
    size_t *filled = stile_alloc_array(benign_folds, sizeof *filled);
    stile_status st;

    if ((st = list_sources(corpus, &s, err)) || (st = join(corpus, &s, err)))
        goto out;
    fold_of_root = stile_alloc_array(s.count, sizeof *fold_of_root);
    of = stile_alloc_array(corpus->count, sizeof *of);
    if (!fold_of_root || !of || !filled) {
        st = stile_fail(err, STILE_NO_MEMORY, "train: out of memory");
        goto out;
    }
    deal(&s, benign_folds, fold_of_root, &out->count, filled);
    for (size_t i = 0; i < corpus->count; i++)
        of[i] = fold_of_root[root_of(&s, s.of[i])];
    out->of = of;
    of = NULL;
out:
    release(&s);
    stile_free(of);
    stile_free(filled);
    stile_free(fold_of_root);
    return st;
}

void stile_train_folds_release(stile_train_folds *folds)
{
    stile_free(folds->of);
    *folds = (stile_train_folds){0};
}

/* Fits under way: threads take one fold after another. */
typedef struct work {
    const stile_train_corpus *corpus;
    const stile_train_folds *folds;
    const stile_train_options *options;
    double *scores;
    stile_train_progress fitted;
    void *ctx;
    pthread_mutex_t lock;
    /* guarded by lock */
    uint32_t next;
    stile_status st; /* of the first fit that failed */
    stile_error err;
} work;

static stile_status score_fold(const work *w, uint32_t fold, unsigned char *held, stile_error *err)
{
    const stile_train_corpus *c = w->corpus;
    stile_train_weights weights = {0};
    uint32_t from;
    stile_status st;

    for (size_t i = 0; i < c->count; i++)
        held[i] = w->folds->of[i] == fold;
    if ((st = stile_train_fit(c, held, w->options, &weights, err)))
        return st;
    for (size_t i = 0; i < c->count; i++)
        if (held[i])
            w->scores[i] = stile_train_score(&c->texts[i], w->options->shape, &weights, &from);
    stile_train_weights_release(&weights);
    return STILE_OK;
}

/* The next fold, or false when there is none or a fit has failed. */
static bool take(work *w, uint32_t *fold)
{
    bool any;
    (void)pthread_mutex_lock(&w->lock);
    any = w->next < w->folds->count && w->st == STILE_OK;
    *fold = w->next;
    w->next += any;
    (void)pthread_mutex_unlock(&w->lock);
    return any;
}

static void *score_folds(void *ctx)
{
    work *w = ctx;
    unsigned char *held = stile_alloc(w->corpus->count);
    uint32_t fold;

    while (take(w, &fold)) {
        stile_error err = {0};
        stile_status st = held ? score_fold(w, fold, held, &err)
                               : stile_fail(&err, STILE_NO_MEMORY, "train: out of memory");
        (void)pthread_mutex_lock(&w->lock);
        if (st && !w->st) {
            w->st = st;
            w->err = err;
        }
        if (w->fitted)
            w->fitted(w->ctx, 1);
        (void)pthread_mutex_unlock(&w->lock);
    }
    stile_free(held);
    return NULL;
}

stile_status stile_train_folds_score(const stile_train_corpus *corpus,
                                     const stile_train_folds *folds,
                                     const stile_train_options *options, unsigned jobs,
                                     stile_train_progress fitted, void *ctx, double *scores,
                                     stile_error *err)
{
    work w = {.corpus = corpus,
              .folds = folds,
              .options = options,
              .scores = scores,
              .fitted = fitted,
              .ctx = ctx};
    pthread_t threads[STILE_TRAIN_MAX_JOBS];
    unsigned started = 0;

    (void)pthread_mutex_init(&w.lock, NULL);
    while (started + 1 < jobs && started < STILE_TRAIN_MAX_JOBS &&
           pthread_create(&threads[started], NULL, score_folds, &w) == 0)
        started++;
    (void)score_folds(&w); /* this thread works too, so all is done with none started */
    for (unsigned i = 0; i < started; i++)
        (void)pthread_join(threads[i], NULL);
    (void)pthread_mutex_destroy(&w.lock);
    if (w.st && err)
        *err = w.err;
    return w.st;
}
