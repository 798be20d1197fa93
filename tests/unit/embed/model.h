/* SPDX-License-Identifier: Apache-2.0 */
/* A small static model, built by hand from docs/formats/model.md, that tests then damage. */
#ifndef STILE_TESTS_EMBED_MODEL_H
#define STILE_TESTS_EMBED_MODEL_H

#include <stddef.h>
#include <stdint.h>

#include "stile/buf.h"

#define MODEL_DIM 16
#define MODEL_CENTROIDS 2

/* Where the header's fields are. */
enum {
    MODEL_AT_VERSION = 8,
    MODEL_AT_DIM = 12,
    MODEL_AT_TOKENS = 16,
    MODEL_AT_CENTROIDS = 20,
    MODEL_AT_FLAGS = 24,
    MODEL_AT_WORD_CHARS = 28,
    MODEL_AT_LENGTH = 32,
    MODEL_AT_WORDS_LEN = 40,
    MODEL_AT_SUMS = 48, /* words, scales, rows, centroids */
    MODEL_AT_RESERVED = 80,
    MODEL_AT_SUM = 120,
    MODEL_HEADER = 128
};

/* The model's sections, to be changed before model_build. */
typedef struct model_parts {
    const char *const *tokens;
    uint32_t count;
    const uint16_t *scales;  /* [count] */
    const int8_t *rows;      /* [count][MODEL_DIM] */
    const int8_t *centroids; /* [MODEL_CENTROIDS][MODEL_DIM] */
    const char *raw_words;   /* instead of the tokens, when not NULL */
    size_t raw_words_len;
} model_parts;

/* [UNK] (scale 0), a few words and their continuations; token i's row is `i` in column i % 16 and
 * 1 elsewhere. */
model_parts model_parts_usual(void);
/* The file's bytes. The caller releases `out`. */
void model_build(const model_parts *parts, stile_buf *out);
void model_put_u32(stile_buf *file, size_t at, uint32_t value);
void model_put_u64(stile_buf *file, size_t at, uint64_t value);
/* Make the header's own checksum right again. */
void model_reseal(stile_buf *file);

#endif
