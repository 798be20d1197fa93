/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/embed/model.h"

#include "base/hash.h"

#define COUNT 12

static const char *const usual_tokens[COUNT] = {"[UNK]", "a",     "b", "ab",    "##b",    "##bc",
                                                "##c",   "stile", ".", "##ing", "\u00e6", "\u6771"};
static const uint16_t usual_scales[COUNT] = {0, 1, 2, 3, 4, 5, 6, 32767, 8, 9, 10, 11};

model_parts model_parts_usual(void)
{
    static int8_t rows[COUNT * MODEL_DIM];
    static int8_t centroids[MODEL_CENTROIDS * MODEL_DIM];

    for (int i = 0; i < COUNT; i++)
        for (int d = 0; d < MODEL_DIM; d++)
            rows[i * MODEL_DIM + d] = (int8_t)(d == i % MODEL_DIM ? 100 + i : 1);
    for (int i = 0; i < MODEL_CENTROIDS; i++)
        for (int d = 0; d < MODEL_DIM; d++)
            centroids[i * MODEL_DIM + d] = (int8_t)(d == i ? 127 : 0);
    return (model_parts){.tokens = usual_tokens,
                         .count = COUNT,
                         .scales = usual_scales,
                         .rows = rows,
                         .centroids = centroids};
}

void model_put_u64(stile_buf *file, size_t at, uint64_t value)
{
    for (int i = 0; i < 8; i++)
        file->ptr[at + (size_t)i] = (char)(value >> (8 * i));
}

void model_put_u32(stile_buf *file, size_t at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        file->ptr[at + (size_t)i] = (char)(value >> (8 * i));
}

void model_reseal(stile_buf *file)
{
    model_put_u64(file, MODEL_AT_SUM, stile_hash64(stile_slice_of(file->ptr, MODEL_AT_SUM)));
}

/* A section at the next multiple of 64, and its checksum into the header. */
static void add_section(stile_buf *out, size_t n, const void *bytes, size_t len)
{
    while (out->len % 64)
        stile_buf_add_byte(out, 0);
    stile_buf_add(out, bytes, len);
    model_put_u64(out, MODEL_AT_SUMS + 8 * n, stile_hash64(stile_slice_of(bytes, len)));
}

static void write_words(const model_parts *p, stile_buf *out)
{
    for (uint32_t i = 0; i < p->count && !p->raw_words; i++) {
        stile_buf_add_byte(out, (unsigned char)strlen(p->tokens[i]));
        stile_buf_add_str(out, p->tokens[i]);
    }
    if (p->raw_words)
        stile_buf_add(out, p->raw_words, p->raw_words_len);
}

static void write_header(const model_parts *p, stile_buf *out)
{
    stile_buf_add(out, "STILEMDL", 8);
    stile_buf_add_u32(out, 1);
    stile_buf_add_u32(out, MODEL_DIM);
    stile_buf_add_u32(out, p->count);
    stile_buf_add_u32(out, MODEL_CENTROIDS);
    stile_buf_add_u32(out, 1);
    stile_buf_add_u32(out, 100);
    while (out->len < MODEL_HEADER)
        stile_buf_add_byte(out, 0);
}

void model_build(const model_parts *p, stile_buf *out)
{
    stile_buf words, scales;

    stile_buf_init(out, 1 << 20);
    stile_buf_init(&words, 1 << 16);
    stile_buf_init(&scales, 1 << 16);
    write_words(p, &words);
    for (uint32_t i = 0; i < p->count; i++) {
        stile_buf_add_byte(&scales, (unsigned char)p->scales[i]);
        stile_buf_add_byte(&scales, (unsigned char)(p->scales[i] >> 8));
    }
    write_header(p, out);
    add_section(out, 0, words.ptr, words.len);
    add_section(out, 1, scales.ptr, scales.len);
    add_section(out, 2, p->rows, (size_t)p->count * MODEL_DIM);
    add_section(out, 3, p->centroids, MODEL_CENTROIDS * MODEL_DIM);
    model_put_u64(out, MODEL_AT_LENGTH, out->len);
    model_put_u64(out, MODEL_AT_WORDS_LEN, words.len);
    model_reseal(out);
    stile_buf_release(&scales);
    stile_buf_release(&words);
}
