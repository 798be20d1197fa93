/* SPDX-License-Identifier: Apache-2.0 */
/* The values of a text's words, one after the other: what their weights say and what the network adds. */
#include "classifiers/linear_model.h"

#define WAITING 16 /* at least STILE_NETWORK_DELAY + 1 */

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
