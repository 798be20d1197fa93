/* SPDX-License-Identifier: Apache-2.0 */
/* What a gate does with many bytes at a time, in portable C and for processors with AVX2. All give the same. */
#ifndef STILE_CLASSIFIERS_GATE_KERNEL_H
#define STILE_CLASSIFIERS_GATE_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STILE_GATE_WORD_BYTES = 64, STILE_GATE_FILTER_BYTES = 32 };

/* A set of byte values. */
typedef struct stile_gate_filter {
    uint8_t bits[STILE_GATE_FILTER_BYTES];
} stile_gate_filter;

static inline void stile_gate_filter_add(stile_gate_filter *f, uint8_t value)
{
    f->bits[value / 128 * 16 + value % 16] |= (uint8_t)(1 << value / 16 % 8);
}

static inline bool stile_gate_filter_has(const stile_gate_filter *f, uint8_t value)
{
    return f->bits[value / 128 * 16 + value % 16] >> value / 16 % 8 & 1;
}

struct stile_gate;
struct stile_gate_scratch;
struct stile_gate_meeting;

typedef struct stile_gate_kernel {
    /* Bit i: text[i] is a letter of a word. Reads STILE_GATE_WORD_BYTES. */
    uint64_t (*words)(const char *text);
    /* Bit i: bytes[i] is in the filter. Reads STILE_GATE_FILTER_BYTES. */
    uint32_t (*members)(const stile_gate_filter *filter, const uint8_t *bytes);
    /* Bit i: a[i] is in `f`, and b[i] in `g`. */
    uint32_t (*both)(const stile_gate_filter *f, const stile_gate_filter *g, const uint8_t *a,
                     const uint8_t *b);
    /* The places in text[from, to) whose three bytes may begin a literal, as `bits` (stile_gate_bit) tell. Reads 16
     * bytes behind, and writes eight places more than it counts. */
    size_t (*begins)(const uint64_t *bits, const char *text, uint32_t from, uint32_t to,
                     uint32_t *out);
    /* Drops meetings of pilots near which their way cannot be (gate_screen.c); how many are left. */
    size_t (*screen)(const struct stile_gate *gate, const struct stile_gate_scratch *s,
                     struct stile_gate_meeting *list, size_t count);
} stile_gate_kernel;

extern const stile_gate_kernel stile_gate_kernel_portable;

/* For this processor the best. */
const stile_gate_kernel *stile_gate_kernel_best(void);

#endif
