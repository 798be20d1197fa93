/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a network's section, refused or walked over a text to its end: a value for each word. */
#include <stdlib.h>

#include "classifiers/network.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void walk(const stile_network *network, stile_slice text)
{
    stile_words words = {.text = text};
    stile_network_walk values = {0};
    stile_word word;
    int32_t value;
    size_t count = 0;

    while (stile_words_next(&words, &word)) {
        stile_network_add(network, &values, text, &word);
        count += stile_network_take(network, &values, false, &value);
    }
    while (stile_network_take(network, &values, true, &value))
        count++;
    if (count != words.count)
        abort();
}

/* The first byte says how much of the input is text. */
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    stile_network *network = NULL;
    size_t text = size ? data[0] : 0;

    if (size < 1 + text)
        return 0;
    if (!stile_network_create(stile_slice_of(data + 1 + text, size - 1 - text), "fuzz", &network,
                              NULL))
        walk(network, stile_slice_of(data + 1, text));
    stile_network_destroy(network);
    return 0;
}
