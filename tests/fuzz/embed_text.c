/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a text for the shipped model: no word gives more tokens than it may, every token
 * is the vocabulary's, and cutting the text at a space changes no token. */
#include <stdlib.h>

#include "embed/embedder.h"
#include "embed/model_file.h"
#include "embed/wordpiece.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

typedef struct tally {
    uint32_t tokens; /* in the vocabulary */
    uint64_t sum;    /* of the ids, in order */
} tally;

static stile_model_file file;
static stile_wordpiece *vocabulary;

static void open_model(void)
{
    char path[4096];

    if (stile_model_path(path, sizeof path, NULL) || stile_model_file_open(path, &file, NULL) ||
        stile_wordpiece_create(file.words, file.tokens, &vocabulary, NULL))
        abort();
}

static void check_word(void *ctx, const uint32_t *ids, size_t count)
{
    tally *t = ctx;

    if (count == 0 || count > STILE_WORDPIECE_MAX_CHARS)
        abort();
    for (size_t i = 0; i < count; i++) {
        if (ids[i] >= t->tokens)
            abort();
        t->sum = t->sum * 31 + ids[i] + 1;
    }
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    stile_slice text = stile_slice_of(data, size);
    const char *space = size ? memchr(data, ' ', size) : NULL;
    size_t cut = space ? (size_t)(space - text.ptr) : size;
    tally whole, parts;

    if (!vocabulary)
        open_model();
    whole = parts = (tally){.tokens = file.tokens};
    stile_wordpiece_encode(vocabulary, text, check_word, &whole);
    stile_wordpiece_encode(vocabulary, stile_slice_cut(text, 0, cut), check_word, &parts);
    stile_wordpiece_encode(vocabulary, stile_slice_cut(text, cut, size), check_word, &parts);
    if (whole.sum != parts.sum)
        abort();
    return 0;
}
