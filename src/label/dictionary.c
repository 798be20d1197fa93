/* SPDX-License-Identifier: Apache-2.0 */
/* The label dictionary and the permits that it mints.
 *
 * Labels live in pages that never move, so a label once given stays where it is while others are
 * added. The table from text to id is open addressing with linear probing, rebuilt when it is half
 * full. A permit remembers how many labels it has judged; minting again for the same clearance
 * judges only the newer ones. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"
#include "stile/permit.h"

#define PAGE 1024
#define MAX_PAGES 4096 /* four million labels */
#define EMPTY UINT32_MAX

struct stile_permit {
    atomic_size_t refs;
    uint32_t watermark; /* labels [0, watermark) are judged */
    uint32_t *ids;      /* ascending */
    size_t count;
    unsigned char digest[STILE_SHA256_LEN];
};

typedef struct cached {
    char *clearance;
    stile_permit *permit;
    uint64_t used;
} cached;

struct stile_labels {
    const stile_levels *levels;
    pthread_rwlock_t lock; /* guards all below but what pages hold */
    stile_label **pages[MAX_PAGES];
    _Atomic uint32_t count;
    uint32_t *table; /* ids by hash of text; EMPTY is free */
    size_t table_size;

    pthread_mutex_t cache_lock; /* taken before lock */
    cached *cache;
    size_t cache_count, cache_size;
    uint64_t clock;
};

static stile_status no_memory(stile_error *err)
{
    return stile_fail(err, STILE_NO_MEMORY, "label: out of memory");
}

stile_status stile_labels_create(const stile_levels *levels, size_t cache, stile_labels **out,
                                 stile_error *err)
{
    stile_labels *d = stile_alloc(sizeof *d);

    if (!d)
        return no_memory(err);
    d->levels = levels;
    d->cache_size = cache ? cache : 1;
    (void)pthread_rwlock_init(&d->lock, NULL);
    (void)pthread_mutex_init(&d->cache_lock, NULL);
    if (!(d->cache = stile_alloc_array(d->cache_size, sizeof *d->cache))) {
        stile_labels_destroy(d);
        return no_memory(err);
    }
    *out = d;
    return STILE_OK;
}

void stile_labels_destroy(stile_labels *d)
{
    if (!d)
        return;
    for (size_t i = 0; i < d->cache_count; i++) {
        stile_free(d->cache[i].clearance);
        stile_permit_unref(d->cache[i].permit);
    }
    stile_free(d->cache);
    for (uint32_t i = 0; i < d->count; i++)
        stile_label_destroy(d->pages[i / PAGE][i % PAGE]);
    for (size_t p = 0; p < MAX_PAGES; p++)
        stile_free(d->pages[p]);
    stile_free(d->table);
    (void)pthread_rwlock_destroy(&d->lock);
    (void)pthread_mutex_destroy(&d->cache_lock);
    stile_free(d);
}

uint32_t stile_labels_count(const stile_labels *labels)
{
    return atomic_load(&labels->count);
}

const stile_label *stile_labels_get(const stile_labels *labels, uint32_t id)
{
    /* The count is raised after the page's slot is filled, so what is below it may be read. */
    return id < atomic_load(&labels->count) ? labels->pages[id / PAGE][id % PAGE] : NULL;
}

/* The slot of `text`: its own, or the free one where it belongs. The table is never full. */
static size_t slot_of(const stile_labels *d, stile_slice text)
{
    size_t at = (size_t)stile_hash64(text) & (d->table_size - 1);

    while (d->table[at] != EMPTY) {
        const stile_label *label = d->pages[d->table[at] / PAGE][d->table[at] % PAGE];
        if (stile_slice_eq(stile_label_text(label), text))
            break;
        at = (at + 1) & (d->table_size - 1);
    }
    return at;
}

static bool find_locked(const stile_labels *d, stile_slice text, uint32_t *id)
{
    size_t at;

    if (!d->table_size)
        return false;
    at = slot_of(d, text);
    if (d->table[at] == EMPTY)
        return false;
    *id = d->table[at];
    return true;
}

bool stile_labels_find(const stile_labels *labels, stile_slice canonical, uint32_t *id)
{
    stile_labels *d = (stile_labels *)(uintptr_t)labels; /* to lock; nothing else changes */
    bool found;

    (void)pthread_rwlock_rdlock(&d->lock);
    found = find_locked(d, canonical, id);
    (void)pthread_rwlock_unlock(&d->lock);
    return found;
}

static stile_status grow_table(stile_labels *d, stile_error *err)
{
    size_t size = d->table_size ? 2 * d->table_size : 64;
    uint32_t *table, *old = d->table;

    if (2 * ((size_t)d->count + 1) <= d->table_size)
        return STILE_OK;
    if (!(table = stile_alloc_array(size, sizeof *table)))
        return no_memory(err);
    memset(table, 0xff, size * sizeof *table);
    d->table = table;
    d->table_size = size;
    for (uint32_t i = 0; i < d->count; i++)
        table[slot_of(d, stile_label_text(d->pages[i / PAGE][i % PAGE]))] = i;
    stile_free(old);
    return STILE_OK;
}

static stile_status add_locked(stile_labels *d, const stile_label *label, uint32_t *id,
                               stile_error *err)
{
    uint32_t next = d->count;
    stile_label *copy = NULL, ***page = &d->pages[next / PAGE];
    stile_status st;

    if (next / PAGE == MAX_PAGES)
        return stile_fail(err, STILE_TOO_LARGE, "label: more than %d distinct labels",
                          PAGE * MAX_PAGES);
    if (!*page && !(*page = stile_alloc_array(PAGE, sizeof **page)))
        return no_memory(err);
    if ((st = grow_table(d, err)) ||
        (st = stile_label_parse(d->levels, stile_label_text(label), &copy, err)))
        return st;
    (*page)[next % PAGE] = copy;
    d->table[slot_of(d, stile_label_text(copy))] = next;
    atomic_store(&d->count, next + 1);
    *id = next;
    return STILE_OK;
}

stile_status stile_labels_add(stile_labels *labels, const stile_label *label, uint32_t *id,
                              bool *added, stile_error *err)
{
    stile_status st = STILE_OK;
    bool found = stile_labels_find(labels, stile_label_text(label), id);

    if (!found) {
        (void)pthread_rwlock_wrlock(&labels->lock);
        found = find_locked(labels, stile_label_text(label), id);
        if (!found)
            st = add_locked(labels, label, id, err);
        (void)pthread_rwlock_unlock(&labels->lock);
    }
    if (!st && added)
        *added = !found;
    return st;
}

static int by_text(const void *a, const void *b)
{
    const stile_label *x = *(const stile_label *const *)a, *y = *(const stile_label *const *)b;
    return stile_slice_cmp(stile_label_text(x), stile_label_text(y));
}

/* Over the texts in order, so that the digest does not tell which ids they have. */
static stile_status digest_permit(const stile_labels *d, stile_permit *permit, stile_error *err)
{
    const stile_label **labels = stile_alloc_array(permit->count, sizeof(const stile_label *));
    stile_slice *texts = stile_alloc_array(permit->count, sizeof *texts);
    stile_sha256 digest;
    stile_status st = STILE_OK;

    if (!labels || !texts) {
        st = no_memory(err);
    } else {
        for (size_t i = 0; i < permit->count; i++)
            labels[i] = stile_labels_get(d, permit->ids[i]);
        if (permit->count)
            qsort(labels, permit->count, sizeof(const stile_label *), by_text);
        for (size_t i = 0; i < permit->count; i++)
            texts[i] = stile_label_text(labels[i]);
        if (!(st = stile_sha256_parts(texts, permit->count, &digest, err)))
            memcpy(permit->digest, digest.bytes, sizeof permit->digest);
    }
    stile_free(labels);
    stile_free(texts);
    return st;
}

/* A new permit: what `old` (may be NULL) judged, and the labels since. */
static stile_status judge(const stile_labels *d, const stile_clearance *clearance,
                          const stile_permit *old, stile_permit **out, stile_error *err)
{
    stile_permit *permit = stile_alloc(sizeof *permit);
    uint32_t now = stile_labels_count(d), from = old ? old->watermark : 0;
    stile_status st;

    if (!permit)
        return no_memory(err);
    atomic_init(&permit->refs, 1);
    permit->watermark = now;
    permit->count = old ? old->count : 0;
    if (!(permit->ids = stile_alloc_array(permit->count + (now - from), sizeof *permit->ids))) {
        stile_permit_unref(permit);
        return no_memory(err);
    }
    if (old && old->count)
        memcpy(permit->ids, old->ids, old->count * sizeof *permit->ids);
    for (uint32_t id = from; id < now; id++)
        if (stile_clearance_dominates(clearance, stile_labels_get(d, id)))
            permit->ids[permit->count++] = id;
    if (old && old->count == permit->count) { /* the newer labels are all above the clearance */
        memcpy(permit->digest, old->digest, sizeof permit->digest);
    } else if ((st = digest_permit(d, permit, err))) {
        stile_permit_unref(permit);
        return st;
    }
    *out = permit;
    return STILE_OK;
}

static cached *find_cached(stile_labels *d, stile_slice text)
{
    for (size_t i = 0; i < d->cache_count; i++)
        if (stile_slice_eq(stile_str(d->cache[i].clearance), text))
            return &d->cache[i];
    return NULL;
}

/* A place for a new clearance: a free one, or that of the one used longest ago. NULL when memory
 * ran out, and then nothing is cached. */
static cached *make_place(stile_labels *d, stile_slice text)
{
    char *copy = stile_strndup(text.ptr, text.len);
    cached *place;

    if (!copy)
        return NULL;
    if (d->cache_count < d->cache_size) {
        place = &d->cache[d->cache_count++];
    } else {
        place = &d->cache[0];
        for (size_t i = 1; i < d->cache_count; i++)
            if (d->cache[i].used < place->used)
                place = &d->cache[i];
        stile_free(place->clearance);
        stile_permit_unref(place->permit);
    }
    *place = (cached){.clearance = copy};
    return place;
}

stile_status stile_permit_mint(stile_labels *labels, const stile_clearance *clearance,
                               stile_permit **out, stile_error *err)
{
    stile_slice text = stile_clearance_text(clearance);
    stile_permit *permit = NULL;
    cached *place;
    stile_status st = STILE_OK;

    (void)pthread_mutex_lock(&labels->cache_lock);
    place = find_cached(labels, text);
    if (place && place->permit->watermark == stile_labels_count(labels)) {
        permit = stile_permit_ref(place->permit);
    } else if (!(st = judge(labels, clearance, place ? place->permit : NULL, &permit, err))) {
        if (place)
            stile_permit_unref(place->permit);
        else
            place = make_place(labels, text);
        if (place)
            place->permit = stile_permit_ref(permit);
    }
    if (!st && place)
        place->used = ++labels->clock;
    (void)pthread_mutex_unlock(&labels->cache_lock);
    if (!st)
        *out = permit;
    return st;
}

stile_permit *stile_permit_ref(stile_permit *permit)
{
    atomic_fetch_add(&permit->refs, 1);
    return permit;
}

void stile_permit_unref(stile_permit *permit)
{
    if (!permit || atomic_fetch_sub(&permit->refs, 1) != 1)
        return;
    stile_free(permit->ids);
    stile_free(permit);
}

bool stile_permit_has(const stile_permit *permit, uint32_t label_id)
{
    size_t low = 0, high = permit ? permit->count : 0;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (permit->ids[middle] == label_id)
            return true;
        if (permit->ids[middle] < label_id)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

const uint32_t *stile_permit_ids(const stile_permit *permit, size_t *count)
{
    *count = permit ? permit->count : 0;
    return permit ? permit->ids : NULL;
}

const unsigned char *stile_permit_digest(const stile_permit *permit)
{
    return permit->digest;
}
