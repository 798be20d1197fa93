/* SPDX-License-Identifier: Apache-2.0 */
/* One pass over the words. The weights go ahead; where a window of theirs is worth a look, the network
 * begins some words before it (those are in the ring) and follows until the stretch ends. */
#include "classifiers/linear_stretch.h"

#define AROUND STILE_LINEAR_AROUND

/* A new stretch begins at least a window and AROUND + 1 words behind the end of the last one, so by then
 * the network has said all of that: a window has four words or more. */
_Static_assert(AROUND + 4 >= STILE_NETWORK_DELAY, "a stretch is done before the next one begins");
_Static_assert(STILE_LINEAR_WINDOW + 2 * AROUND + STILE_NETWORK_DELAY <= STILE_LINEAR_KEPT,
               "the ring holds what a stretch begins with");

void stile_linear_stretches_init(stile_linear_stretches *s, const stile_linear *model,
                                 stile_slice view)
{
    size_t needed = model->window + 2 * AROUND + STILE_NETWORK_DELAY;

    s->model = model;
    s->walk = (stile_linear_walk){.words.text = view};
    for (s->mask = 63; s->mask + 1 < needed;)
        s->mask = 2 * s->mask + 1;
    s->read = s->from = s->to = s->fed = s->given = 0;
    s->end = false;
    s->sum = 0;
    s->best = model->bias;
}

static size_t later(size_t a, size_t b)
{
    return a > b ? a - b : 0;
}

/* The window that ends with the last word reaches `low`: a stretch begins, or goes on. */
static void ask(stile_linear_stretches *s)
{
    size_t from = later(s->read, s->model->window + AROUND);

    if (s->to == 0 || from > s->to) {
        s->from = from;
        s->fed = s->given = later(from, STILE_NETWORK_DELAY);
        s->network.words = s->network.hidden = s->network.taken = 0;
    }
    s->to = s->read + AROUND;
}

static bool on_stride(const stile_linear *m, size_t words)
{
    return words >= m->window && (words - m->window) % m->stride == 0;
}

/* Whether a window ends with word `at`, and all of it is in the stretch. */
static bool ends_window(const stile_linear_stretches *s, size_t at)
{
    bool last = s->end && at + 1 == s->read;

    if (s->read < s->model->window)
        return last;
    return at + 1 - s->from >= s->model->window && (last || on_stride(s->model, at + 1));
}

static void look(stile_linear_stretches *s)
{
    int32_t units = s->sum + s->model->bias;

    if (s->read <= s->model->window || units > s->best)
        s->best = units;
    if (units >= s->model->low)
        ask(s);
}

static void read_word(stile_linear_stretches *s)
{
    const stile_linear *m = s->model;
    stile_linear_word word;
    int32_t units = 0;

    if (!stile_linear_next(&s->walk, &word)) {
        s->end = true;
        if (s->read && !on_stride(m, s->read))
            look(s);
        return;
    }
    for (size_t i = 0; i < word.count; i++)
        units += m->weights[word.hash[i] & m->mask];
    if (s->read >= m->window)
        s->sum -= s->kept[(s->read - m->window) & s->mask].units;
    s->sum += units;
    s->kept[s->read & s->mask].word = s->walk.word;
    s->kept[s->read & s->mask].units = units;
    s->read++;
    if (on_stride(m, s->read))
        look(s);
}

/* What the network adds to the stretch's next word; false when that takes words not yet read. */
static bool take(stile_linear_stretches *s, int32_t *added)
{
    const stile_network *network = s->model->adds;

    *added = 0;
    for (;;) {
        if (!network && (s->given + 1 < s->read || (s->end && s->given < s->read)))
            return true; /* of the last word it is known that it is the last */
        if (network && stile_network_take(network, &s->network, s->end && s->fed == s->read, added))
            return true;
        if (!network || s->fed == s->read)
            return false;
        stile_network_add(network, &s->network, s->walk.words.text,
                          &s->kept[s->fed++ & s->mask].word);
    }
}

bool stile_linear_stretches_next(stile_linear_stretches *s, stile_linear_value *out, bool *begins,
                                 bool *window_ends)
{
    int32_t added;
    size_t at;

    for (;;) {
        while (s->given < s->to && take(s, &added)) {
            if ((at = s->given++) < s->from)
                continue;
            *out = (stile_linear_value){s->kept[at & s->mask].word.start,
                                        s->kept[at & s->mask].word.end,
                                        s->kept[at & s->mask].units + added};
            *begins = at == s->from;
            *window_ends = ends_window(s, at);
            return true;
        }
        if (s->end)
            return false;
        read_word(s);
    }
}
