/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the section, and the walk: each word's vector, then each hidden position once the two words
 * behind it are read, then each value once the last hidden position that it takes is there. */
#include "classifiers/network.h"

#include "base/memory.h"
#include "classifiers/network_file.h"

#define HEADER ((size_t)52)
#define MAX_SLOT_BITS 17
#define MAX_FACTOR (1 << 24)
#define MAX_BIAS (1 << 24)
#define VECTORS 8     /* in the rings */
#define HIDDEN 32     /* more than 4 * MAX_STEP */
#define REACH_FIRST 2 /* positions either side */
#define MAX_STEP 6

uint32_t stile_network_u32(const unsigned char *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static int32_t i32_at(const unsigned char *p)
{
    uint32_t u = stile_network_u32(p);
    int32_t value;
    memcpy(&value, &u, sizeof value);
    return value;
}

static bool width_fits(size_t width)
{
    return width >= 16 && width <= STILE_NETWORK_WIDTH && width % 16 == 0;
}

static bool factor_fits(int32_t factor)
{
    return factor > 0 && factor < MAX_FACTOR;
}

static bool bias_fits(int32_t bias)
{
    return bias > -MAX_BIAS && bias < MAX_BIAS;
}

/* The header's fields, and how many slots there are; false when one is out of range. */
static bool read_header(stile_network *n, const unsigned char *p, size_t *slots)
{
    uint32_t bits = stile_network_u32(p + 4);

    n->pieces = stile_network_u32(p);
    n->width = n->first.in = stile_network_u32(p + 8);
    n->first.out = n->second.in = stile_network_u32(p + 12);
    n->second.out = stile_network_u32(p + 16);
    n->first.factor = i32_at(p + 20);
    n->second.factor = i32_at(p + 24);
    n->bias = i32_at(p + 28);
    n->least = i32_at(p + 32);
    n->most = i32_at(p + 36);
    n->factor = i32_at(p + 40);
    n->step = stile_network_u32(p + 44);
    n->whole = stile_network_u32(p + 48);
    if (bits < 4 || bits > MAX_SLOT_BITS)
        return false;
    *slots = (size_t)1 << bits;
    n->mask = (uint32_t)*slots - 1;
    return n->pieces >= 1 && n->pieces <= 65535 && n->pieces < *slots && width_fits(n->width) &&
           width_fits(n->first.out) && width_fits(n->second.out) && factor_fits(n->first.factor) &&
           factor_fits(n->second.factor) && factor_fits(n->factor) && bias_fits(n->bias) &&
           bias_fits(n->least) && bias_fits(n->most) && n->least < n->most && n->step >= 1 &&
           n->step <= MAX_STEP && n->whole >= 1 && n->whole <= n->pieces;
}

static size_t layer_size(const stile_network_layer *layer)
{
    return 4 * layer->out + STILE_NETWORK_TAPS * layer->in * layer->out;
}

static size_t size_of(const stile_network *n, size_t slots)
{
    return HEADER + 6 * slots + n->width * (n->pieces + 1 + (size_t)STILE_NETWORK_MARKS) +
           layer_size(&n->first) + layer_size(&n->second) + n->second.out;
}

/* From the section's order, [tap][in][out], to the layer's. */
static const unsigned char *read_layer(stile_network_layer *l, const unsigned char *p)
{
    const int8_t *w = (const int8_t *)(p + 4 * l->out);

    for (size_t o = 0; o < l->out; o++)
        l->bias[o] = i32_at(p + 4 * o);
    for (size_t i = 0; i < STILE_NETWORK_TAPS * l->in; i++)
        for (size_t o = 0; o < l->out; o++)
            l->weights[(i / 2 * l->out + o) * 2 + i % 2] = w[i * l->out + o];
    return p + layer_size(l);
}

static bool layer_fits(const stile_network_layer *l)
{
    for (size_t o = 0; o < l->out; o++)
        if (!bias_fits(l->bias[o]))
            return false;
    return true;
}

/* Every slot's piece is there, and one slot is empty, so that looking ends. */
static bool slots_fit(const stile_network *n, size_t slots)
{
    bool empty = false;

    for (size_t s = 0; s < slots; s++) {
        uint32_t id = (uint32_t)n->ids[2 * s] | (uint32_t)n->ids[2 * s + 1] << 8;
        if (id >= n->pieces)
            return false;
        empty |= stile_network_u32(n->hashes + 4 * s) == 0;
    }
    return empty;
}

static void read_sections(stile_network *n, const unsigned char *p, size_t slots)
{
    n->hashes = p + HEADER;
    n->ids = n->hashes + 4 * slots;
    n->rows = (const int8_t *)(n->ids + 2 * slots);
    n->begin = n->rows + n->width * n->pieces;
    n->marks = n->begin + n->width;
    p = read_layer(&n->first, (const unsigned char *)(n->marks + n->width * STILE_NETWORK_MARKS));
    p = read_layer(&n->second, p);
    for (size_t o = 0; o < n->second.out; o++)
        n->last[o] = ((const int8_t *)p)[o];
}

stile_status stile_network_create(stile_slice bytes, const char *name, stile_network **out,
                                  stile_error *err)
{
    stile_network *n = stile_alloc(sizeof *n);
    const unsigned char *p = (const unsigned char *)bytes.ptr;
    size_t slots;

    if (!n)
        return stile_fail(err, STILE_NO_MEMORY, "classifier: out of memory");
    if (bytes.len < HEADER || !read_header(n, p, &slots) || bytes.len != size_of(n, slots)) {
        stile_free(n);
        return stile_fail(err, STILE_CORRUPT, "%s: a network's header out of range", name);
    }
    read_sections(n, p, slots);
    if (!slots_fit(n, slots) || !layer_fits(&n->first) || !layer_fits(&n->second)) {
        stile_free(n);
        return stile_fail(err, STILE_CORRUPT, "%s: a network's tables out of range", name);
    }
    *out = n;
    return STILE_OK;
}

void stile_network_destroy(stile_network *network)
{
    stile_free(network);
}

void stile_network_add(const stile_network *network, stile_network_walk *walk, stile_slice text,
                       const stile_word *word)
{
    stile_network_embed(network, text, word, walk->vectors[walk->words++ % VECTORS]);
}

/* Position `at + steps` of `count`, or NULL where the text has none. */
static const int16_t *row_at(const int16_t (*ring)[STILE_NETWORK_WIDTH], size_t size, size_t at,
                             int steps, size_t count)
{
    size_t back = steps < 0 ? (size_t)-steps : 0, place = at + (steps > 0 ? (size_t)steps : 0);

    if (back > at || place - back >= count)
        return NULL;
    return ring[(place - back) % size];
}

static void fill_hidden(const stile_network *n, stile_network_walk *w)
{
    const int16_t *taps[STILE_NETWORK_TAPS];

    for (int t = 0; t < STILE_NETWORK_TAPS; t++)
        taps[t] = row_at(w->vectors, VECTORS, w->hidden, t - REACH_FIRST, w->words);
    stile_network_convolve(&n->first, taps, w->layer[w->hidden++ % HIDDEN]);
}

static int32_t value_at(const stile_network *n, const stile_network_walk *w, size_t at)
{
    const int16_t *taps[STILE_NETWORK_TAPS];
    int16_t out[STILE_NETWORK_WIDTH];
    int32_t sum = n->bias;

    for (int t = 0; t < STILE_NETWORK_TAPS; t++)
        taps[t] =
            row_at(w->layer, HIDDEN, at, (t - STILE_NETWORK_TAPS / 2) * (int)n->step, w->hidden);
    stile_network_convolve(&n->second, taps, out);
    for (size_t o = 0; o < n->second.out; o++)
        sum += out[o] * n->last[o];
    sum = sum < n->least ? n->least : sum > n->most ? n->most : sum;
    return (int32_t)((int64_t)sum * n->factor / (1 << 24));
}

bool stile_network_take(const stile_network *n, stile_network_walk *w, bool end, int32_t *out)
{
    size_t reach = STILE_NETWORK_TAPS / 2 * n->step;
    int32_t value;

    while (w->hidden < w->words && (end || w->hidden + REACH_FIRST < w->words) &&
           w->hidden <= w->taken + reach)
        fill_hidden(n, w);
    if (w->taken >= w->hidden || (!end && w->taken + reach >= w->hidden))
        return false;
    value = value_at(n, w, w->taken++);
    *out = value > STILE_NETWORK_VALUE    ? STILE_NETWORK_VALUE
           : value < -STILE_NETWORK_VALUE ? -STILE_NETWORK_VALUE
                                          : value;
    return true;
}
