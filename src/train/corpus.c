/* SPDX-License-Identifier: Apache-2.0 */
#include "train/corpus.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/memory.h"
#include "classifiers/linear.h"
#include "scan/scan_view.h"
#include "stile/limits.h"

#define MAX_FILE ((size_t)1 << 30)
#define MAX_SPANS 16

void stile_train_corpus_init(stile_train_corpus *corpus, uint32_t bits)
{
    *corpus = (stile_train_corpus){.bits = bits};
    stile_arena_init(&corpus->arena, 0);
}

void stile_train_corpus_release(stile_train_corpus *corpus)
{
    stile_arena_release(&corpus->arena);
    stile_free(corpus->texts);
    stile_free(corpus->labels);
    *corpus = (stile_train_corpus){0};
}

bool stile_train_text_fits(const stile_train_text *text)
{
    return strcmp(text->kind, "direct") != 0 && strcmp(text->kind, "jailbreak") != 0;
}

/* Where the payload lies: bytes of the text, or of its normalized view. */
typedef struct spans {
    struct {
        size_t start, end;
    } at[MAX_SPANS];
    size_t count;
    bool in_view;
} spans;

static stile_status read_spans(const json_t *row, size_t len, spans *out, stile_error *err)
{
    const json_t *list = json_object_get(row, "spans");
    size_t i;
    json_t *pair;

    if (list && (!json_is_array(list) || json_array_size(list) > MAX_SPANS))
        return stile_fail(err, STILE_INVALID, "/spans: expected at most %d pairs", MAX_SPANS);
    json_array_foreach(list, i, pair)
    {
        json_int_t start = json_integer_value(json_array_get(pair, 0));
        json_int_t end = json_integer_value(json_array_get(pair, 1));
        if (json_array_size(pair) != 2 || start < 0 || end <= start || (size_t)end > len)
            return stile_fail(err, STILE_INVALID, "/spans/%zu: expected [start, end) in bytes", i);
        out->at[out->count].start = (size_t)start;
        out->at[out->count++].end = (size_t)end;
    }
    return STILE_OK;
}

static stile_status normalized(stile_slice text, stile_arena *arena, stile_scan_view *out,
                               stile_error *err)
{
    stile_scan_views views;
    stile_status st = stile_scan_views_make(text, STILE_FORMAT_UNKNOWN, arena, &views, err);

    for (size_t i = 0; !st && i < views.count; i++)
        if (views.views[i].kind == STILE_VIEW_NORMALIZED) {
            *out = views.views[i];
            return STILE_OK;
        }
    return st ? st : stile_fail(err, STILE_INTERNAL, "train: no normalized view");
}

static const char *find(stile_slice text, stile_slice needle)
{
    for (size_t at = 0; at + needle.len <= text.len; at++) {
        const char *first = memchr(text.ptr + at, needle.ptr[0], text.len - needle.len - at + 1);
        if (!first)
            return NULL;
        if (memcmp(first, needle.ptr, needle.len) == 0)
            return first;
        at = (size_t)(first - text.ptr);
    }
    return NULL;
}

/* A payload given by its words is looked for where the classifier reads: in the view. One that some
 * disguise keeps from being found there leaves the text without a span, and out of the fitting. */
static stile_status find_payload(stile_slice payload, const stile_scan_view *view,
                                 stile_arena *arena, spans *out, stile_error *err)
{
    stile_scan_view needle = {0};
    const char *found;
    stile_status st = normalized(payload, arena, &needle, err);

    if (st || needle.text.len == 0)
        return st;
    found = find(view->text, needle.text);
    if (!found)
        return STILE_OK;
    out->in_view = true;
    out->count = 1;
    out->at[0].start = (size_t)(found - view->text.ptr);
    out->at[0].end = out->at[0].start + needle.text.len;
    return STILE_OK;
}

static bool lies_in(const spans *s, const stile_scan_view *view, const stile_linear_word *word)
{
    uint32_t start = word->start, end = word->end;

    if (!s->in_view && s->count)
        stile_scan_view_origin(view, word->start, word->end, &start, &end);
    for (size_t i = 0; i < s->count; i++)
        if (start < s->at[i].end && end > s->at[i].start)
            return true;
    return false;
}

/* What the corpus's network adds to each of `count` words; NULL: out of memory. */
static int32_t *read_added(stile_train_corpus *c, stile_slice text, size_t count)
{
    int32_t *added = stile_arena_array(&c->arena, count + 1, sizeof *added);
    stile_network_walk walk = {0};
    stile_words words = {.text = text};
    stile_word word;
    size_t n = 0;

    while (added && stile_words_next(&words, &word)) {
        stile_network_add(c->network, &walk, text, &word);
        if (stile_network_take(c->network, &walk, false, &added[n]))
            n++;
    }
    while (added && stile_network_take(c->network, &walk, true, &added[n]))
        n++;
    return added;
}

/* The words of a view as the text keeps them. */
static stile_status read_words(stile_train_corpus *c, const stile_scan_view *view, const spans *s,
                               stile_train_text *out, stile_error *err)
{
    size_t most = view->text.len / 2 + 2, words = 0,
           features = 0; /* a word takes two bytes, but the last */
    stile_linear_walk walk = {.words.text = view->text};
    stile_linear_word word;
    uint32_t *all = stile_alloc_array(most, STILE_LINEAR_FEATURES * sizeof *all);
    uint32_t *kept, *ends;
    unsigned char *hot;

    while (all && stile_linear_next(&walk, &word))
        for (size_t i = 0; i < word.count; i++)
            all[features++] = word.hash[i] & ((1u << c->bits) - 1);
    words = walk.words.count;
    kept = stile_arena_array(&c->arena, features + 1, sizeof *kept);
    ends = stile_arena_array(&c->arena, words + 1, sizeof *ends);
    hot = stile_arena_array(&c->arena, words + 1, 1);
    if (!all || !kept || !ends || !hot) {
        stile_free(all);
        return stile_fail(err, STILE_NO_MEMORY, "train: out of memory");
    }
    memcpy(kept, all, features * sizeof *kept);
    stile_free(all);
    walk = (stile_linear_walk){.words.text = view->text};
    for (size_t i = 0; stile_linear_next(&walk, &word); i++) {
        ends[i + 1] = ends[i] + (uint32_t)word.count;
        out->hot_words += hot[i] = lies_in(s, view, &word);
    }
    if (c->network && !(out->added = read_added(c, view->text, words)))
        return stile_fail(err, STILE_NO_MEMORY, "train: out of memory");
    out->features = kept;
    out->ends = ends;
    out->hot = hot;
    out->words = words;
    return STILE_OK;
}

static stile_status keep(stile_train_corpus *c, const json_t *row, const char *name,
                         const char *usual, const char **out, stile_error *err)
{
    stile_slice value = stile_str(usual), copy;
    stile_status st = stile_json_get_string(row, "", name, false, &value, err);

    if (!st && !(st = stile_arena_copy(&c->arena, value, &copy, err)))
        *out = copy.ptr;
    return st;
}

static uint64_t hash_of(stile_slice s)
{
    return s.len ? stile_hash64(s) : 0;
}

static stile_status append(stile_train_corpus *c, const stile_train_text *text, stile_error *err)
{
    if (c->count == c->size) {
        size_t size = c->size ? 2 * c->size : 1024;
        stile_train_text *grown = stile_realloc_array(c->texts, size, sizeof *grown);
        if (!grown)
            return stile_fail(err, STILE_NO_MEMORY, "train: out of memory");
        c->texts = grown;
        c->size = size;
    }
    c->texts[c->count++] = *text;
    return STILE_OK;
}

/* Keep the row's label, once. */
static stile_status keep_label(stile_train_corpus *c, const json_t *row, stile_error *err)
{
    stile_slice label = {0}, *grown;
    size_t at = 0;
    stile_status st = stile_json_get_string(row, "", "security_label", false, &label, err);

    if (st || label.len == 0)
        return st;
    if (label.len > STILE_MAX_LABEL)
        return stile_fail(err, STILE_TOO_LARGE, "/security_label: %zu bytes", label.len);
    while (at < c->label_count && stile_slice_cmp(c->labels[at], label) < 0)
        at++;
    if (at < c->label_count && stile_slice_eq(c->labels[at], label))
        return STILE_OK;
    if (c->label_count == STILE_TRAIN_MAX_LABELS)
        return stile_fail(err, STILE_TOO_LARGE, "/security_label: more than %d distinct ones",
                          STILE_TRAIN_MAX_LABELS);
    if (!(grown = stile_realloc_array(c->labels, c->label_count + 1, sizeof *grown)))
        return stile_fail(err, STILE_NO_MEMORY, "train: out of memory");
    c->labels = grown;
    if ((st = stile_arena_copy(&c->arena, label, &label, err)))
        return st;
    memmove(grown + at + 1, grown + at, (c->label_count++ - at) * sizeof *grown);
    grown[at] = label;
    return STILE_OK;
}

/* `work` is scratch for the views, released by the caller. */
static stile_status read_row(stile_train_corpus *c, const json_t *row, stile_arena *work,
                             stile_error *err)
{
    const json_t *meta = json_object_get(row, "meta");
    stile_scan_view view = {0};
    stile_train_text text = {0};
    spans s = {.count = 0};
    stile_slice body = {0}, label = {0}, group = {0}, payload = {0};
    stile_status st;

    if ((st = stile_json_get_string(row, "", "text", true, &body, err)) ||
        (st = stile_json_get_string(row, "", "label", true, &label, err)) ||
        (st = stile_json_get_string(row, "", "group", false, &group, err)) ||
        (meta && (st = stile_json_get_string(meta, "/meta", "payload", false, &payload, err))) ||
        (st = keep(c, row, "source", "unknown", &text.source, err)) ||
        (st = keep(c, row, "kind", "unknown", &text.kind, err)) ||
        (st = keep(c, row, "lang", "unknown", &text.language, err)) ||
        (st = keep_label(c, row, err)))
        return st;
    if (body.len > STILE_MAX_DOCUMENT)
        return stile_fail(err, STILE_TOO_LARGE, "/text: %zu bytes", body.len);
    text.injection = stile_slice_eq(label, stile_str("injection"));
    text.group = hash_of(group);
    text.payload = hash_of(payload);
    if ((st = normalized(body, work, &view, err)) || (st = read_spans(row, body.len, &s, err)))
        return st;
    if (text.injection && !s.count && (st = find_payload(payload, &view, work, &s, err)))
        return st;
    if ((st = read_words(c, &view, &s, &text, err)))
        return st;
    return append(c, &text, err);
}

static stile_status read_line(stile_train_corpus *c, stile_slice line, stile_error *err)
{
    stile_arena work;
    json_t *row = NULL;
    stile_status st = stile_json_parse(line, "row", &row, err);

    stile_arena_init(&work, 0);
    if (!st)
        st = read_row(c, row, &work, err);
    stile_arena_release(&work);
    json_decref(row);
    return st;
}

stile_status stile_train_corpus_read_text(stile_train_corpus *corpus, const char *name,
                                          stile_slice text, stile_error *err)
{
    size_t line = 0;

    for (size_t at = 0; at < text.len;) {
        const char *newline = memchr(text.ptr + at, '\n', text.len - at);
        size_t end = newline ? (size_t)(newline - text.ptr) : text.len;
        stile_status st = STILE_OK;
        line++;
        if (end > at)
            st = read_line(corpus, stile_slice_of(text.ptr + at, end - at), err);
        if (st)
            return stile_fail_in(err, st, "%s:%zu", name, line);
        at = end + 1;
    }
    return STILE_OK;
}

stile_status stile_train_corpus_read(stile_train_corpus *corpus, const char *path, stile_error *err)
{
    stile_buf text;
    stile_status st;

    stile_buf_init(&text, MAX_FILE);
    if (!(st = stile_file_read(path, &text, err)))
        st = stile_train_corpus_read_text(corpus, path, stile_buf_slice(&text), err);
    stile_buf_release(&text);
    return st;
}
