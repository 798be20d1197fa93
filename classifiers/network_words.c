/* SPDX-License-Identifier: Apache-2.0 */
/* From a word to its vector: the mean of its pieces' rows, and what stands before it. A word is cut
 * into pieces from its front, the longest that the file knows first; some end it. */
#include "classifiers/network_file.h"

#define MAX_BYTES 32 /* of a word */
#define FIRST 0x811C9DC5u
#define LATER 0x9E3779B9u /* a piece that goes on with a word is another one */
#define NONE UINT32_MAX
#define MOST 127

static uint32_t id_of(const stile_network *n, uint32_t hash)
{
    for (uint32_t slot = hash & n->mask;; slot = (slot + 1) & n->mask) { /* one slot is empty */
        uint32_t here = stile_network_u32(n->hashes + (size_t)4 * slot);
        if (!here)
            return NONE;
        if (here == hash)
            return (uint32_t)n->ids[2 * slot] | (uint32_t)n->ids[2 * slot + 1] << 8;
    }
}

/* The longest piece that `bytes` begins with, and its length; NONE. */
static uint32_t piece_of(const stile_network *n, const unsigned char *bytes, size_t len, bool first,
                         size_t *taken)
{
    uint32_t hashes[MAX_BYTES], h = first ? FIRST : LATER;

    for (size_t i = 0; i < len; i++)
        hashes[i] = h = (h ^ bytes[i]) * 0x01000193u;
    for (*taken = len; *taken; --*taken) {
        uint32_t hash = stile_word_mix(hashes[*taken - 1]);
        uint32_t id = hash ? id_of(n, hash) : NONE;
        if (id != NONE)
            return id;
    }
    return NONE;
}

static void add_row(const stile_network *n, const int8_t *row, int32_t *sums)
{
    for (size_t d = 0; d < n->width; d++)
        sums[d] += row[d];
}

/* The word in lower case, numbers as "0"; its length. */
static size_t spell(stile_slice text, const stile_word *word, unsigned char *out)
{
    size_t len = word->end - word->start;

    if (word->number) {
        out[0] = '0';
        return 1;
    }
    for (size_t i = 0; i < len && i < MAX_BYTES; i++) {
        unsigned char b = (unsigned char)text.ptr[word->start + i];
        out[i] = b >= 'A' && b <= 'Z' ? (unsigned char)(b | 32) : b;
    }
    return len < MAX_BYTES ? len : MAX_BYTES;
}

static void add_pieces(const stile_network *n, const unsigned char *bytes, size_t len,
                       int32_t *sums)
{
    int32_t count = 0;
    size_t taken;

    for (size_t at = 0; at < len; at += taken) {
        uint32_t id = piece_of(n, bytes + at, len - at, at == 0, &taken);
        if (id == NONE)
            break;
        add_row(n, n->rows + (size_t)id * n->width, sums);
        count++;
        if (id >= n->whole)
            break;
    }
    if (!count)
        add_row(n, n->rows, sums);
    for (size_t d = 0; count > 1 && d < n->width; d++)
        sums[d] /= count;
}

void stile_network_embed(const stile_network *n, stile_slice text, const stile_word *word,
                         int16_t *out)
{
    int32_t sums[STILE_NETWORK_WIDTH] = {0};
    unsigned char bytes[MAX_BYTES];
    size_t len = spell(text, word, bytes);

    add_pieces(n, bytes, len, sums);
    if (word->begins)
        add_row(n, n->begin, sums);
    for (size_t i = 0; i < word->mark_count; i++)
        add_row(n, n->marks + (size_t)(word->marks[i] - '!') * n->width, sums);
    for (size_t d = 0; d < n->width; d++)
        out[d] = (int16_t)(sums[d] > MOST ? MOST : sums[d] < -MOST ? -MOST : sums[d]);
}
