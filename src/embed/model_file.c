/* SPDX-License-Identifier: Apache-2.0 */
#include "embed/model_file.h"

#include <inttypes.h>

#include "base/hash.h"
#include "stile/buf.h"

#define MAGIC "STILEMDL"
#define VERSION 1
#define HEADER 128
#define HEADER_SUMMED 120 /* bytes that the header's checksum covers */
#define HEADER_USED 80
#define ALIGN 64
#define MAX_TOKENS (1u << 20)
#define MAX_CENTROIDS 65536
#define MAX_WORDS (256u * MAX_TOKENS)
#define MAX_SCALE 32767
#define FLAG_UNCASED 1
#define WORD_CHARS 100

enum { WORDS, SCALES, ROWS, CENTRES, SECTIONS };
static const char *const section_names[SECTIONS] = {"words", "scales", "rows", "centroids"};

typedef struct header {
    uint32_t version, dim, tokens, centroids, flags, word_chars;
    uint64_t length, words_len;
    uint64_t sums[SECTIONS];
} header;

/* The caller has made sure of HEADER bytes, so no read can fail. */
static bool read_header(stile_slice bytes, header *h)
{
    stile_reader r = stile_reader_of(stile_slice_cut(bytes, 8, HEADER_SUMMED));

    return stile_reader_u32(&r, &h->version) && stile_reader_u32(&r, &h->dim) &&
           stile_reader_u32(&r, &h->tokens) && stile_reader_u32(&r, &h->centroids) &&
           stile_reader_u32(&r, &h->flags) && stile_reader_u32(&r, &h->word_chars) &&
           stile_reader_u64(&r, &h->length) && stile_reader_u64(&r, &h->words_len) &&
           stile_reader_u64(&r, &h->sums[WORDS]) && stile_reader_u64(&r, &h->sums[SCALES]) &&
           stile_reader_u64(&r, &h->sums[ROWS]) && stile_reader_u64(&r, &h->sums[CENTRES]);
}

static stile_status corrupt(stile_error *err, const char *what)
{
    return stile_fail(err, STILE_CORRUPT, "model: %s", what);
}

static bool all_zero(stile_slice bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        if (bytes.ptr[i])
            return false;
    return true;
}

static stile_status check_header(stile_slice bytes, header *h, stile_error *err)
{
    stile_reader tail;
    uint64_t sum = 0;

    if (bytes.len < HEADER)
        return corrupt(err, "shorter than a header");
    if (memcmp(bytes.ptr, MAGIC, 8) != 0)
        return corrupt(err, "not a model file");
    tail = stile_reader_of(stile_slice_cut(bytes, HEADER_SUMMED, HEADER));
    if (!stile_reader_u64(&tail, &sum) ||
        sum != stile_hash64(stile_slice_cut(bytes, 0, HEADER_SUMMED)))
        return corrupt(err, "the header's checksum is wrong");
    if (!read_header(bytes, h))
        return corrupt(err, "shorter than a header");
    if (h->version != VERSION)
        return stile_fail(err, STILE_UNSUPPORTED, "model: version %" PRIu32 "; this build reads %d",
                          h->version, VERSION);
    if (h->dim == 0 || h->dim % 16 != 0 || h->dim > STILE_MODEL_MAX_DIM)
        return corrupt(err, "the dimension is out of range");
    if (h->tokens == 0 || h->tokens > MAX_TOKENS)
        return corrupt(err, "the number of tokens is out of range");
    if (h->centroids > MAX_CENTROIDS)
        return corrupt(err, "the number of centroids is out of range");
    if (h->flags != FLAG_UNCASED)
        return corrupt(err, "unknown flags");
    if (h->word_chars != WORD_CHARS)
        return corrupt(err, "the longest word is not of 100 characters");
    if (h->words_len == 0 || h->words_len > MAX_WORDS)
        return corrupt(err, "the length of the words is out of range");
    if (!all_zero(stile_slice_cut(bytes, HEADER_USED, HEADER_SUMMED)))
        return corrupt(err, "reserved bytes are set");
    return STILE_OK;
}

/* Find the sections, which the sizes in the header place; they must fill the file exactly. */
static stile_status cut_sections(stile_slice bytes, const header *h, stile_slice out[SECTIONS],
                                 stile_error *err)
{
    /* No overflow: the header's bounds keep the sum below 2^32. */
    const uint64_t sizes[SECTIONS] = {h->words_len, 2u * (uint64_t)h->tokens,
                                      (uint64_t)h->dim * h->tokens,
                                      (uint64_t)h->dim * h->centroids};
    uint64_t at = HEADER;

    if (h->length != bytes.len)
        return corrupt(err, "the file is not as long as its header says");
    for (int i = 0; i < SECTIONS; i++) {
        uint64_t start = (at + ALIGN - 1) / ALIGN * ALIGN;

        if (start > bytes.len || sizes[i] > bytes.len - start)
            return corrupt(err, "a section is cut off");
        if (!all_zero(stile_slice_cut(bytes, at, start)))
            return corrupt(err, "padding is not zero");
        out[i] = stile_slice_cut(bytes, start, start + sizes[i]);
        if (stile_hash64(out[i]) != h->sums[i])
            return stile_fail(err, STILE_CORRUPT, "model: the checksum of its %s is wrong",
                              section_names[i]);
        at = start + sizes[i];
    }
    return at == bytes.len ? STILE_OK : corrupt(err, "bytes after the last section");
}

/* -128 has no place: the sums' bounds rest on 127. */
static bool in_range(const int8_t *values, size_t count)
{
    int8_t least = 0;

    for (size_t i = 0; i < count; i++)
        least = values[i] < least ? values[i] : least;
    return least >= -127;
}

static stile_status check_values(const stile_model_file *f, stile_error *err)
{
    for (uint32_t i = 0; i < f->tokens; i++)
        if ((f->scales[2 * i] | f->scales[2 * i + 1] << 8) > MAX_SCALE)
            return corrupt(err, "a scale is out of range");
    if (!in_range(f->rows, (size_t)f->dim * f->tokens) ||
        !in_range(f->centres, (size_t)f->dim * f->centroids))
        return corrupt(err, "a number is out of range");
    for (uint32_t i = 0; i < f->centroids; i++)
        if (all_zero(stile_slice_of(f->centres + (size_t)i * f->dim, f->dim)))
            return corrupt(err, "a centroid is zero");
    return STILE_OK;
}

stile_status stile_model_file_open(const char *path, stile_model_file *out, stile_error *err)
{
    stile_model_file f = {0};
    stile_slice bytes, sections[SECTIONS];
    header h;
    stile_status st = stile_map_open(path, &f.map, err);

    if (st)
        return st;
    bytes = stile_slice_of(f.map.ptr, f.map.len);
    if (!(st = check_header(bytes, &h, err)) && !(st = cut_sections(bytes, &h, sections, err))) {
        f.dim = h.dim;
        f.tokens = h.tokens;
        f.centroids = h.centroids;
        f.words = sections[WORDS];
        f.scales = (const unsigned char *)sections[SCALES].ptr;
        f.rows = (const int8_t *)sections[ROWS].ptr;
        f.centres = (const int8_t *)sections[CENTRES].ptr;
        st = check_values(&f, err);
    }
    if (st) {
        stile_map_close(&f.map);
        return stile_fail_in(err, st, "%s", path);
    }
    *out = f;
    return STILE_OK;
}

void stile_model_file_close(stile_model_file *file)
{
    stile_map_close(&file->map);
    *file = (stile_model_file){0};
}
