/* SPDX-License-Identifier: Apache-2.0 */
#include "train/explain.h"

#include <stdlib.h>

#include "base/json.h"
#include "base/memory.h"
#include "classifiers/misplaced.h"
#include "scan/scan_view.h"

/* One feature that ends in a word of a passage. */
typedef struct reason {
    const char *kind;
    uint32_t start, end; /* in the passage */
    uint32_t hash;
    int32_t units, times;
} reason;

typedef struct reasons {
    reason *items; /* owned */
    size_t count, size;
} reasons;

/* Where the two words before the present one began. */
typedef struct before {
    uint32_t last, second;
} before;

static const char *const kind_names[] = {
    "word",          "pair", "triple",  "pair-with-gap",  "first-word",    "first-pair",  "stem",
    "pair-of-stems", "mark", "machine", "before-machine", "after-machine", "machine-mark"};

static uint32_t start_of(stile_linear_kind kind, const before *b, uint32_t start)
{
    if (kind == STILE_LINEAR_PAIR || kind == STILE_LINEAR_FIRST_PAIR ||
        kind == STILE_LINEAR_STEM_PAIR)
        return b->last;
    if (kind == STILE_LINEAR_TRIPLE || kind == STILE_LINEAR_GAP)
        return b->second;
    return start;
}

static stile_status add(reasons *r, reason item, stile_error *err)
{
    if (r->count == r->size) {
        size_t size = r->size ? 2 * r->size : 256;
        reason *grown = stile_realloc_array(r->items, size, sizeof *grown);
        if (!grown)
            return stile_fail(err, STILE_NO_MEMORY, "explain: out of memory");
        r->items = grown;
        r->size = size;
    }
    r->items[r->count++] = item;
    return STILE_OK;
}

static stile_status list_reasons(const stile_linear_fields *f, stile_slice passage, reasons *out,
                                 stile_error *err)
{
    stile_linear_walk walk = {.words.text = passage};
    stile_linear_word word;
    before b = {0, 0};
    stile_status st = STILE_OK;

    while (!st && stile_linear_next(&walk, &word)) {
        for (size_t i = 0; !st && i < word.count; i++) {
            stile_linear_kind kind = word.kind[i];
            reason item = {.kind = kind_names[kind],
                           .start = start_of(kind, &b, word.start),
                           .end = word.end,
                           .hash = word.hash[i],
                           .units = f->weights[word.hash[i] & ((1u << f->bits) - 1)],
                           .times = 1};
            if (item.units)
                st = add(out, item, err);
        }
        b = (before){word.start, b.last};
    }
    return st;
}

/* What the network adds to the passage, in one reason that stands at the word to which it adds most. */
static stile_status list_added(const stile_network *network, stile_slice passage, reasons *out,
                               stile_error *err)
{
    stile_words words = {.text = passage};
    stile_network_walk walk = {0};
    stile_word word, ring[STILE_NETWORK_DELAY + 2] = {{0}};
    size_t read = 0, given = 0, size = sizeof ring / sizeof *ring;
    reason item = {.kind = "meaning", .times = 1};
    int32_t units, most = INT32_MIN;
    bool end = false;

    while (!end || given < read) {
        if (!(end = end || !stile_words_next(&words, &word))) {
            ring[read++ % size] = word;
            stile_network_add(network, &walk, passage, &word);
        }
        if (!stile_network_take(network, &walk, end, &units))
            continue;
        item.units += units;
        if (units > most) {
            most = units;
            item.start = ring[given % size].start;
            item.end = ring[given % size].end;
        }
        given++;
    }
    return item.units ? add(out, item, err) : STILE_OK;
}

static int by_hash(const void *a, const void *b)
{
    const reason *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return (x->start > y->start) - (x->start < y->start);
}

static int by_weight(const void *a, const void *b)
{
    const reason *x = a, *y = b;
    int32_t wx = x->units * x->times, wy = y->units * y->times;
    if (wx != wy)
        return wx > wy ? -1 : 1;
    return (x->start > y->start) - (x->start < y->start);
}

/* Each feature once, with how often it is there; the weightiest first. */
static void sort_reasons(reasons *r)
{
    size_t kept = 0;

    if (r->count == 0)
        return;
    qsort(r->items, r->count, sizeof *r->items, by_hash);
    for (size_t i = 0; i < r->count; i++)
        if (kept && r->items[kept - 1].hash == r->items[i].hash)
            r->items[kept - 1].times++;
        else
            r->items[kept++] = r->items[i];
    r->count = kept;
    qsort(r->items, r->count, sizeof *r->items, by_weight);
}

static json_t *features_json(const stile_linear_fields *f, stile_slice passage, const reasons *r,
                             size_t most)
{
    json_t *list = json_array();

    for (size_t i = 0; list && i < r->count && i < most; i++) {
        const reason *item = &r->items[i];
        if (item->units <= 0)
            break;
        (void)json_array_append_new(
            list, json_pack("{s:o,s:s,s:f}", "feature",
                            stile_json_string(stile_slice_cut(passage, item->start, item->end)),
                            "kind", item->kind, "logits", item->units * item->times * f->scale));
    }
    return list;
}

static stile_status explain_passage(const stile_linear *model, const stile_scan_view *view,
                                    const stile_linear_hit *hit, size_t most, json_t *passages,
                                    stile_error *err)
{
    stile_linear_fields f = stile_linear_fields_of(model);
    stile_slice passage = stile_slice_cut(view->text, hit->start, hit->end);
    reasons r = {0};
    uint32_t start, end;
    json_t *json;
    stile_status st = list_reasons(&f, passage, &r, err);

    if (!st && stile_linear_network(model))
        st = list_added(stile_linear_network(model), passage, &r, err);

    if (!st) {
        sort_reasons(&r);
        stile_scan_view_origin(view, hit->start, hit->end, &start, &end);
        json = json_pack("{s:f,s:f,s:{s:I,s:I},s:o}", "score", hit->score, "weight", hit->weight,
                         "span", "start", (json_int_t)start, "end", (json_int_t)end, "features",
                         features_json(&f, passage, &r, most));
        if (!json || json_array_append_new(passages, json))
            st = stile_fail(err, STILE_NO_MEMORY, "explain: out of memory");
    }
    stile_free(r.items);
    return st;
}

static stile_status explain_view(const stile_linear *model, const stile_scan_view *view,
                                 size_t most, json_t *views, stile_linear_result *result,
                                 stile_error *err)
{
    json_t *passages = json_array();
    stile_status st = STILE_OK;

    stile_linear_score(model, view->text, view->kind == STILE_VIEW_NORMALIZED, result);
    for (size_t i = 0; !st && i < result->hit_count; i++)
        st = explain_passage(model, view, &result->hits[i], most, passages, err);
    if (!st &&
        json_array_append_new(views, json_pack("{s:s,s:s,s:f,s:O}", "view",
                                               stile_view_kind_name(view->kind), "how", view->how,
                                               "score", result->score, "passages", passages)))
        st = stile_fail(err, STILE_NO_MEMORY, "explain: out of memory");
    json_decref(passages);
    return st;
}

/* What tells that a sentence is out of place: its features that are not zero. */
static json_t *reasons_json(stile_slice text, uint32_t start)
{
    stile_misplaced_reason found[STILE_MISPLACED_REASONS];
    size_t count = stile_misplaced_explain(text, start, found);
    json_t *object = json_object();

    for (size_t i = 0; object && i < count; i++)
        if (found[i].value)
            (void)json_object_set_new(object, found[i].feature, json_integer(found[i].value));
    return object;
}

static stile_status explain_misplaced(stile_slice text, json_t *list, stile_error *err)
{
    stile_misplaced_result result;

    stile_misplaced_find(text, &result);
    for (size_t i = 0; i < result.count; i++) {
        const stile_misplaced_hit *hit = &result.hits[i];
        json_t *sentence = stile_json_string(stile_slice_cut(text, hit->start, hit->end));
        json_t *json = json_pack("{s:f,s:f,s:{s:I,s:I},s:o,s:o}", "score", hit->score / 1024.0,
                                 "weight", hit->weight, "span", "start", (json_int_t)hit->start,
                                 "end", (json_int_t)hit->end, "sentence", sentence, "features",
                                 reasons_json(text, hit->start));
        if (!json || json_array_append_new(list, json))
            return stile_fail(err, STILE_NO_MEMORY, "explain: out of memory");
    }
    return STILE_OK;
}

stile_status stile_train_explain(const stile_linear *model, stile_slice text, stile_format format,
                                 size_t most, json_t **out, stile_error *err)
{
    json_t *list = json_array(), *misplaced = json_array();
    stile_scan_views views;
    stile_arena arena;
    double score = 0, weight = 0;
    bool any = false;
    stile_status st;

    stile_arena_init(&arena, 0);
    st = stile_scan_views_make(text, format, &arena, &views, err);
    for (size_t i = 0; !st && i < views.count; i++) {
        stile_linear_result result;
        if (views.views[i].kind == STILE_VIEW_RAW)
            continue; /* the classifier does not read it */
        if ((st = explain_view(model, &views.views[i], most, list, &result, err)))
            break;
        score = !any || result.score > score ? result.score : score;
        weight = result.weight > weight ? result.weight : weight;
        any = true;
    }
    if (!st)
        st = explain_misplaced(text, misplaced, err);
    if (!st && !(*out = json_pack("{s:f,s:f,s:O,s:O}", "score", score, "weight", weight, "views",
                                  list, "misplaced", misplaced)))
        st = stile_fail(err, STILE_NO_MEMORY, "explain: out of memory");
    json_decref(misplaced);
    json_decref(list);
    stile_arena_release(&arena);
    return st;
}
