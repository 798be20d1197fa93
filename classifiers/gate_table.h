/* SPDX-License-Identifier: Apache-2.0 */
/* What a gate holds: literals by a hash of their first bytes, and the clauses each of them meets. Three
 * bytes tell whether there is any; four tables then, by how long the literals are, hold few to a bucket. */
#ifndef STILE_CLASSIFIERS_GATE_TABLE_H
#define STILE_CLASSIFIERS_GATE_TABLE_H

#include "classifiers/gate.h"
#include "classifiers/needs.h"

enum {
    STILE_GATE_BITS = 16,        /* of the hash of three bytes */
    STILE_GATE_HAS_BITS = 15,    /* of the hash of a table's bytes */
    STILE_GATE_BUCKET_BITS = 13, /* the first of them: which bucket */
    STILE_GATE_BUCKETS = 1 << STILE_GATE_BUCKET_BITS,
    STILE_GATE_LENGTHS = 4 /* tables: by 3, 4, 6, 8 bytes */
};

typedef struct stile_gate_literal {
    uint64_t head, mask; /* the first eight bytes */
    uint32_t first;      /* of its entries; they end where the next literal's begin */
    uint8_t len;
    bool ends_word;
    char tail[STILE_LITERAL_MAX]; /* from the ninth byte on */
} stile_gate_literal;

/* A literal is one of the way's clause. */
typedef struct stile_gate_entry {
    uint32_t way;
    uint16_t clause, left; /* left: clauses of the way from this one on */
} stile_gate_entry;

typedef struct stile_gate_way {
    uint32_t pattern, count;
    uint32_t low[STILE_WAY_CLAUSES], high[STILE_WAY_CLAUSES];
} stile_gate_way;

typedef struct stile_gate_table {
    uint64_t has[(1 << STILE_GATE_HAS_BITS) / 64]; /* bit: some literal has that hash */
    uint32_t start[STILE_GATE_BUCKETS + 1];        /* of buckets, in `literals` */
} stile_gate_table;

/* Literals that are looked for at the start of words, or anywhere. */
enum { STILE_GATE_WORDS, STILE_GATE_ANYWHERE, STILE_GATE_SETS };

struct stile_gate {
    size_t count;         /* patterns */
    unsigned char *knows; /* one byte a pattern */
    stile_gate_way *ways;
    unsigned char *clauses; /* one byte a way: how many it has */
    size_t way_count;
    stile_gate_literal *literals; /* and one more, whose `first` ends the last's entries */
    size_t literal_count;
    stile_gate_entry *entries;
    uint64_t begins[STILE_GATE_SETS][(1 << STILE_GATE_BITS) / 64]; /* bit: some literal begins so */
    stile_gate_table tables[STILE_GATE_SETS * STILE_GATE_LENGTHS]; /* a set's stand together */
};

/* For one byte: whether it is a letter of a word, as "\b" has it. */
extern const bool stile_gate_in_word[256];

/* The byte itself where it is a letter of a word, else a blank; without a branch, of which a text would have
 * every other guessed wrong. */
static inline uint32_t stile_gate_third(uint32_t c)
{
    uint32_t in = 0u - (uint32_t)stile_gate_in_word[c];
    return (c & in) | (' ' & ~in);
}

/* Eight bytes, the first the lowest. */
static inline uint64_t stile_gate_load(const char *at)
{
    const unsigned char *p = (const unsigned char *)at;
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
           (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
           (uint64_t)p[7] << 56;
}

/* Of eight bytes the three that tell whether any literal begins so. At the start of a word the third may be
 * what ends it: whatever that is, a blank. */
static inline uint32_t stile_gate_first(uint64_t head, int set)
{
    uint32_t gram = (uint32_t)head & 0xffffff;

    if (set == STILE_GATE_WORDS)
        gram = (gram & 0xffff) | stile_gate_third(gram >> 16) << 16;
    return gram;
}

static inline uint32_t stile_gate_bit(uint32_t first)
{
    return first * UINT32_C(2654435761) >> (32 - STILE_GATE_BITS);
}

/* The hash, in the table for literals of that length, of those that may be what begins with `head`. */
static inline uint32_t stile_gate_hash(uint64_t head, int set, int length)
{
    static const uint64_t masks[STILE_GATE_LENGTHS] = {0, UINT32_MAX, UINT64_C(0xffffffffffff),
                                                       UINT64_MAX};
    uint64_t key = length ? head & masks[length] : stile_gate_first(head, set);

    return (uint32_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> (64 - STILE_GATE_HAS_BITS));
}

static inline uint32_t stile_gate_bucket(uint32_t hash)
{
    return hash >> (STILE_GATE_HAS_BITS - STILE_GATE_BUCKET_BITS);
}

#endif
