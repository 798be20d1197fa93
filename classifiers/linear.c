/* SPDX-License-Identifier: Apache-2.0 */
/* Loading the model and scoring with it. The words and their features are in linear_words.c. */
#include "classifiers/linear.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "stile/limits.h"

#define HEADER ((size_t)48)
#define PLAIN 1    /* versions: this one ends with the weights */
#define LABELLED 2 /* and in this one a label follows */
#define NETWORK 3
#define MIN_BITS 10
#define MAX_BITS 22 /* 4 MiB of weights */
#define MAX_WINDOW 256
#define WAITING 16 /* at least STILE_NETWORK_DELAY + 1 */
/* No sum of a window can leave an int32: 256 words of 12 features of 127 units, as many times what the
 * network adds, and a bias. */
#define MAX_UNITS (1 << 24)

struct stile_linear {
    stile_map map;         /* or empty: */
    char *copy;            /* owned */
    stile_slice file;      /* either's bytes */
    const int8_t *weights; /* in the map, 1 << bits of them */
    uint32_t mask, window, stride;
    int32_t bias, low, threshold, sure; /* in units of a weight */
    double scale;                       /* logits a unit; for showing only */
    stile_slice network, label;         /* in the map */
    stile_network *adds;                /* owned; what the section holds, or NULL */
    stile_sha256 digest;
};

static uint32_t u32_at(const unsigned char *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static int32_t i32_at(const unsigned char *p)
{
    uint32_t u = u32_at(p);
    int32_t value;
    memcpy(&value, &u, sizeof value);
    return value;
}

static double f64_at(const unsigned char *p)
{
    uint64_t bits = (uint64_t)u32_at(p) | (uint64_t)u32_at(p + 4) << 32;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static bool in_range(int32_t units)
{
    return units > -MAX_UNITS && units < MAX_UNITS;
}

static bool header_fits(const stile_linear *m, uint32_t bits)
{
    return bits >= MIN_BITS && bits <= MAX_BITS && m->window >= 4 && m->window <= MAX_WINDOW &&
           m->stride >= 1 && m->stride <= m->window && in_range(m->bias) && in_range(m->low) &&
           in_range(m->threshold) && in_range(m->sure) && m->low < m->threshold &&
           m->threshold < m->sure && m->scale > 0 && m->scale < 1e6;
}

/* What is between the weights and the digest: nothing, a label, or a network and perhaps a label. */
static bool rest_fits(stile_linear *m, uint32_t version, size_t weights)
{
    stile_slice rest;

    if (m->file.len < HEADER + weights + STILE_SHA256_LEN)
        return false;
    rest = stile_slice_cut(m->file, HEADER + weights, m->file.len - STILE_SHA256_LEN);
    if (version == PLAIN)
        return rest.len == 0;
    if (version == NETWORK) {
        size_t len = rest.len < 4 ? 0 : u32_at((const unsigned char *)rest.ptr);
        if (len == 0 || len > rest.len - 4)
            return false;
        m->network = stile_slice_cut(rest, 4, 4 + len);
        rest = stile_slice_cut(rest, 4 + len, rest.len);
    }
    m->label = rest;
    return (rest.len > 0 || version == NETWORK) && rest.len <= STILE_MAX_LABEL &&
           stile_utf8_valid(rest) == rest.len;
}

static stile_status read_header(stile_linear *m, const char *path, stile_error *err)
{
    const unsigned char *p = (const unsigned char *)m->file.ptr;
    uint32_t bits, version;

    if (m->file.len < HEADER || memcmp(p, "STILELIN", 8) != 0)
        return stile_fail(err, STILE_CORRUPT, "%s: not a classifier", path);
    version = u32_at(p + 8);
    if (version < PLAIN || version > NETWORK)
        return stile_fail(err, STILE_UNSUPPORTED, "%s: a classifier of version %u", path,
                          (unsigned)version);
    bits = u32_at(p + 12);
    m->window = u32_at(p + 16);
    m->stride = u32_at(p + 20);
    m->bias = i32_at(p + 24);
    m->low = i32_at(p + 28);
    m->threshold = i32_at(p + 32);
    m->sure = i32_at(p + 36);
    m->scale = f64_at(p + 40);
    if (!header_fits(m, bits))
        return stile_fail(err, STILE_CORRUPT, "%s: a classifier's header out of range", path);
    if (!rest_fits(m, version, (size_t)1 << bits))
        return stile_fail(err, STILE_CORRUPT, "%s: %zu bytes do not fit the header", path,
                          m->file.len);
    m->mask = (1u << bits) - 1;
    m->weights = (const int8_t *)(p + HEADER);
    return STILE_OK;
}

static stile_status check_digest(stile_linear *m, const char *path, stile_error *err)
{
    size_t body = m->file.len - STILE_SHA256_LEN;
    stile_sha256 digest;
    stile_status st = stile_sha256_of(stile_slice_of(m->file.ptr, body), &digest, err);

    if (st)
        return st;
    if (memcmp(digest.bytes, m->file.ptr + body, STILE_SHA256_LEN) != 0)
        return stile_fail(err, STILE_CORRUPT, "%s: the classifier's digest does not match", path);
    m->digest = digest;
    return STILE_OK;
}

static stile_status check_file(stile_linear *m, const char *name, stile_error *err)
{
    stile_status st = read_header(m, name, err);

    if (st || (st = check_digest(m, name, err)) || !m->network.len)
        return st;
    return stile_network_create(m->network, name, &m->adds, err);
}

stile_status stile_linear_load(const char *path, stile_linear **out, stile_error *err)
{
    stile_linear *m = stile_alloc(sizeof *m);
    stile_status st;

    if (!m)
        return stile_fail(err, STILE_NO_MEMORY, "classifier: out of memory");
    if (!(st = stile_map_open(path, &m->map, err))) {
        m->file = stile_slice_of(m->map.ptr, m->map.len);
        st = check_file(m, path, err);
    }
    if (st)
        stile_linear_destroy(m);
    else
        *out = m;
    return st;
}

stile_status stile_linear_copy(stile_slice bytes, const char *name, stile_linear **out,
                               stile_error *err)
{
    stile_linear *m = stile_alloc(sizeof *m);
    stile_status st;

    if (!m || !(m->copy = stile_alloc(bytes.len + 1))) {
        stile_linear_destroy(m);
        return stile_fail(err, STILE_NO_MEMORY, "classifier: out of memory");
    }
    if (bytes.len)
        memcpy(m->copy, bytes.ptr, bytes.len);
    m->file = stile_slice_of(m->copy, bytes.len);
    if ((st = check_file(m, name, err)))
        stile_linear_destroy(m);
    else
        *out = m;
    return st;
}

void stile_linear_destroy(stile_linear *model)
{
    if (!model)
        return;
    stile_network_destroy(model->adds);
    stile_map_close(&model->map);
    stile_free(model->copy);
    stile_free(model);
}

const stile_sha256 *stile_linear_digest(const stile_linear *model)
{
    return &model->digest;
}

stile_linear_fields stile_linear_fields_of(const stile_linear *m)
{
    stile_linear_fields fields = {.window = m->window,
                                  .stride = m->stride,
                                  .bias = m->bias,
                                  .low = m->low,
                                  .threshold = m->threshold,
                                  .sure = m->sure,
                                  .scale = m->scale,
                                  .weights = m->weights,
                                  .network = m->network,
                                  .label = m->label};
    for (uint32_t left = m->mask; left; left >>= 1)
        fields.bits++;
    return fields;
}

const stile_network *stile_linear_network(const stile_linear *model)
{
    return model->adds;
}

static int32_t weigh_word(const stile_linear *m, const stile_linear_word *word)
{
    int32_t sum = 0;
    for (size_t i = 0; i < word->count; i++)
        sum += m->weights[word->hash[i] & m->mask];
    return sum;
}

/* Read a word; what the network will add to it is known some words later. */
static void read_word(stile_linear_values *v)
{
    const stile_network *network = v->weights_alone ? NULL : v->model->adds;
    stile_linear_word word;

    if (!stile_linear_next(&v->words, &word)) {
        v->end = true;
        return;
    }
    v->waiting[v->read++ % WAITING] =
        (stile_linear_value){word.start, word.end, weigh_word(v->model, &word)};
    if (network)
        stile_network_add(network, &v->network, v->words.words.text, &v->words.word);
}

bool stile_linear_values_next(stile_linear_values *v, stile_linear_value *out)
{
    const stile_network *network = v->weights_alone ? NULL : v->model->adds;
    int32_t added = 0;

    for (;;) {
        bool there =
            network ? stile_network_take(network, &v->network, v->end, &added) : v->given < v->read;
        if (there)
            break;
        if (v->end)
            return false;
        read_word(v);
    }
    *out = v->waiting[v->given++ % WAITING];
    out->units += added;
    return true;
}

/* From a score in units to what it adds to a verdict, in thousandths: 0 below `low`, 250 there, 500
 * at the threshold, 900 from `sure` on. Integers, since a contracted multiply-add rounds otherwise
 * on other machines. */
static double weight_of(const stile_linear *m, int32_t units)
{
    int64_t milli;

    if (units < m->low)
        return 0;
    if (units < m->threshold)
        milli = 250 + (int64_t)250 * (units - m->low) / (m->threshold - m->low);
    else if (units < m->sure)
        milli = 500 + (int64_t)400 * (units - m->threshold) / (m->sure - m->threshold);
    else
        milli = 900;
    return (double)milli / 1000;
}

/* The window that slides, and what it found. */
typedef struct sliding {
    const stile_linear *model;
    int32_t values[MAX_WINDOW];  /* of the last words, in a ring */
    uint32_t starts[MAX_WINDOW]; /* where they begin */
    size_t words;
    int32_t sum, best; /* of the window now; of the best window yet */
    int32_t hit_best[STILE_LINEAR_HITS];
    bool any;
} sliding;

/* Passages that touch are one. */
static void keep_hit(sliding *s, int32_t units, uint32_t start, uint32_t end,
                     stile_linear_result *out)
{
    size_t last = out->hit_count - 1; /* read only when there is one */

    if (out->hit_count && start <= out->hits[last].end) {
        out->hits[last].end = end;
    } else if (out->hit_count == STILE_LINEAR_HITS) {
        out->hits[last].end = end;
        out->more = true;
    } else {
        last = out->hit_count++;
        out->hits[last] = (stile_linear_hit){.start = start, .end = end};
        s->hit_best[last] = units;
    }
    if (units > s->hit_best[last])
        s->hit_best[last] = units;
}

static void judge_window(sliding *s, uint32_t end, stile_linear_result *out)
{
    const stile_linear *m = s->model;
    int32_t units = s->sum + m->bias;
    size_t oldest = s->words < m->window ? 0 : s->words % m->window;

    if (!s->any || units > s->best)
        s->best = units;
    s->any = true;
    if (units >= m->low)
        keep_hit(s, units, s->starts[oldest], end, out);
}

static void add_word(sliding *s, const stile_linear_value *word)
{
    size_t slot = s->words % s->model->window;

    if (s->words >= s->model->window)
        s->sum -= s->values[slot];
    s->values[slot] = word->units;
    s->starts[slot] = word->start;
    s->sum += s->values[slot];
    s->words++;
}

static bool on_stride(const sliding *s)
{
    return s->words >= s->model->window && (s->words - s->model->window) % s->model->stride == 0;
}

/* Cut a passage to the run of words that says most for its being an instruction: the greatest sum of
 * the words' values, each with its share of the bias and of a quarter of the best window's score, so
 * that words which say little do not stretch it (Kadane). The passage is read as a text of its own. */
static void trim_hit(const stile_linear *m, stile_slice view, int32_t units, stile_linear_hit *hit)
{
    stile_linear_values values = {.model = m};
    stile_linear_value word;
    int64_t run = 0, best = 0;
    uint32_t from = 0, start = 0, end = 0;

    values.words.words.text = stile_slice_cut(view, hit->start, hit->end);
    while (stile_linear_values_next(&values, &word)) {
        if (run <= 0) {
            run = 0;
            from = word.start;
        }
        run += (int64_t)word.units * m->window + m->bias - (units > 0 ? units / 4 : 0);
        if (run > best) {
            best = run;
            start = from;
            end = word.end;
        }
    }
    if (best > 0) {
        hit->end = hit->start + end;
        hit->start += start;
    }
}

/* Slide over the text; with `network`, what the model's adds counts too. Returns what was found. */
static sliding slide(const stile_linear *model, stile_slice view, bool network,
                     stile_linear_result *out)
{
    stile_linear_values values = {
        .model = model, .weights_alone = !network, .words.words.text = view};
    stile_linear_value word = {.end = 0};
    sliding s = {.model = model, .best = model->bias};

    out->hit_count = 0;
    out->more = false;
    while (stile_linear_values_next(&values, &word)) {
        add_word(&s, &word);
        if (on_stride(&s))
            judge_window(&s, word.end, out);
    }
    if (s.words && !on_stride(&s))
        judge_window(&s, word.end, out);
    return s;
}

/* A short text's score, and its passage if it still is one. */
static void hold_to_more(sliding *s, stile_linear_result *out)
{
    int32_t less = s->model->threshold - s->model->low;
    size_t kept = 0;

    s->best -= less;
    for (size_t i = 0; i < out->hit_count; i++)
        if (s->hit_best[i] - less >= s->model->low) {
            s->hit_best[kept] = s->hit_best[i] - less;
            out->hits[kept++] = out->hits[i];
        }
    out->hit_count = kept;
}

/* The network costs ten times what the weights do. Where they alone see nothing, what it could add has
 * not been seen to matter: it is asked of the few texts that they find worth a look. */
void stile_linear_score(const stile_linear *model, stile_slice view, bool shown,
                        stile_linear_result *out)
{
    sliding s = slide(model, view, false, out);

    if (model->adds && s.best >= model->low)
        s = slide(model, view, true, out);
    if (shown && s.words < STILE_LINEAR_SHORT)
        hold_to_more(&s, out);
    out->score = (double)s.best * model->scale;
    out->weight = weight_of(model, s.best);
    for (size_t i = 0; i < out->hit_count; i++) {
        out->hits[i].score = (double)s.hit_best[i] * model->scale;
        out->hits[i].weight = weight_of(model, s.hit_best[i]);
        if (!(out->more && i == out->hit_count - 1))
            trim_hit(model, view, s.hit_best[i], &out->hits[i]);
    }
}
