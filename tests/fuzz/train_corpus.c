/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as rows to train on: read or refused, and what was read is whole. */
#include <stdint.h>
#include <stdlib.h>

#include "train/corpus.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const stile_train_corpus *corpus, const stile_train_text *text)
{
    size_t hot = 0;

    for (size_t i = 0; i < text->words; i++) {
        if (text->ends[i] > text->ends[i + 1])
            abort();
        hot += text->hot[i];
    }
    for (size_t i = 0; text->words && i < text->ends[text->words]; i++)
        if (text->features[i] >> corpus->bits)
            abort();
    if (hot != text->hot_words)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    stile_train_corpus corpus;

    stile_train_corpus_init(&corpus, 12);
    (void)!stile_train_corpus_read_text(&corpus, "fuzz", stile_slice_of(data, size), NULL);
    for (size_t i = 0; i < corpus.count; i++)
        check(&corpus, &corpus.texts[i]);
    for (size_t i = 1; i < corpus.label_count; i++)
        if (stile_slice_cmp(corpus.labels[i - 1], corpus.labels[i]) >= 0)
            abort();
    stile_train_corpus_release(&corpus);
    return 0;
}
