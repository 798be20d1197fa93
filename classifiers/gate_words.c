/* SPDX-License-Identifier: Apache-2.0 */
/* Where the words of a text begin. */
#include "base/memory.h"
#include "classifiers/gate_scan.h"

bool stile_gate_words_reserve(stile_gate_words *words, size_t len)
{
    size_t most = len / 2 + 2 + STILE_GATE_FILTER_BYTES;

    stile_gate_words_release(words);
    words->at = stile_alloc_array(most, sizeof *words->at);
    words->first = stile_alloc(most);
    words->second = stile_alloc(most);
    words->pair = stile_alloc(most);
    words->blocks = stile_alloc_array(len / STILE_GATE_BLOCK + 2, sizeof *words->blocks);
    return words->at && words->first && words->second && words->pair && words->blocks;
}

void stile_gate_words_release(stile_gate_words *words)
{
    stile_free(words->at);
    stile_free(words->first);
    stile_free(words->second);
    stile_free(words->pair);
    stile_free(words->blocks);
    *words = (stile_gate_words){0};
}

void stile_gate_words_find(stile_gate_words *words, const stile_gate_kernel *kernel,
                           const char *text, size_t len)
{
    uint64_t before = 0;
    uint32_t count = 0;
    size_t block = 0;

    for (uint32_t from = 0; from < len; from += STILE_GATE_BLOCK, block++) {
        uint64_t in_word = kernel->words(text + from), begins = in_word & ~(in_word << 1 | before);
        before = in_word >> (STILE_GATE_BLOCK - 1);
        words->blocks[block] = (stile_gate_block){begins, count};
        for (; begins; begins &= begins - 1)
            words->at[count++] = from + (uint32_t)__builtin_ctzll(begins);
    }
    words->blocks[block] = (stile_gate_block){0, count};
    words->count = count;
    for (size_t i = 0; i < count; i++) {
        uint64_t head = stile_gate_load(text + words->at[i]);
        uint32_t bit = stile_gate_bit(stile_gate_first(head, STILE_GATE_WORDS));
        words->first[i] = (uint8_t)(bit >> 8);
        words->second[i] = (uint8_t)bit;
        words->pair[i] = (uint8_t)stile_gate_pair(head);
    }
}
