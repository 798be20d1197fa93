/* SPDX-License-Identifier: Apache-2.0 */
/* What a gate holds. Of each way of a pattern one clause, the rarest that it has, is its pilot: what pilots
 * need is looked for everywhere, what the way's other clauses need only near a pilot that was met. Pilots'
 * literals stand in tables by a hash of their first bytes; the other clauses are sets of literals, each with a
 * filter of how these begin. */
#ifndef STILE_CLASSIFIERS_GATE_TABLE_H
#define STILE_CLASSIFIERS_GATE_TABLE_H

#include "classifiers/gate.h"
#include "classifiers/gate_kernel.h"
#include "classifiers/needs.h"

enum {
    STILE_GATE_BITS = 16,        /* of the hash of three bytes */
    STILE_GATE_HAS_BITS = 15,    /* of the hash of a table's bytes */
    STILE_GATE_BUCKET_BITS = 13, /* the first of them: which bucket */
    STILE_GATE_BUCKETS = 1 << STILE_GATE_BUCKET_BITS,
    STILE_GATE_LENGTHS = 4, /* tables: by 3, 4, 6, 8 bytes */
    STILE_GATE_LEAD = 2,    /* bytes of a literal before its first word, at most */
    STILE_GATE_PAD = 64,    /* zero bytes before and behind the text; no literal is longer */
    STILE_GATE_NEAR =
        1024 /* bytes that another clause is looked for in; in more it is taken for there */
};

/* Literals that are looked for at the start of words, or anywhere. */
enum { STILE_GATE_WORDS, STILE_GATE_ANYWHERE, STILE_GATE_SETS };

/* A literal stands where its first word begins, which `lead` goes before. Of 32 bytes: what many texts make it read
 * is to be near at hand. */
typedef struct stile_gate_literal {
    uint64_t head;  /* the first eight bytes */
    uint32_t first; /* of the ways whose pilot it is; they end where the next literal's begin */
    uint8_t len;
    uint8_t lead_len;
    bool ends_word;
    char lead[STILE_GATE_LEAD];
    char tail[STILE_LITERAL_MAX - 8]; /* from the ninth byte on */
} stile_gate_literal;

enum { STILE_GATE_PARTS = 32, STILE_GATE_NO_GROUP = 0 };

/* Literals of a clause that are looked for at the start of words, or that are looked for anywhere. Those at words
 * go by the hash of how they begin (stile_gate_bit), the others by their first two bytes. */
typedef struct stile_gate_group {
    stile_gate_filter first, second; /* of the hash; of the bytes */
    stile_gate_filter pair;          /* of short ones at words, if `pairs`: stile_gate_pair */
    uint32_t members;                /* in `members` */
    /* Behind there, where those begin whose gram's first five bits are ... */
    uint16_t start[STILE_GATE_PARTS + 1];
    bool pairs;
} stile_gate_group;

typedef struct stile_gate_set {
    uint32_t group[STILE_GATE_SETS]; /* or STILE_GATE_NO_GROUP */
} stile_gate_set;

/* Gram: the first byte of the hash, the pair, or the first byte; second as the filter has it. Both are padded by
 * STILE_LANES. */
typedef struct stile_gate_members {
    char *grams, *seconds;
    uint32_t *literals;
} stile_gate_members;

enum { STILE_GATE_LINE = 64 }; /* bytes that memory gives at once */

/* Of two lines, so that most need no other. */
typedef struct stile_gate_way {
    stile_gate_filter first, second; /* of the clause `screen`, as its (first) group has them */
    uint32_t pattern;
    uint8_t pilot;
    uint8_t
        anchor; /* the clause that tells best where a match starts; the pilot, where none tells better */
    uint8_t checks; /* others, the rarest first, in `check` */
    uint8_t check[STILE_WAY_CLAUSES];
    uint8_t screen; /* the clause by which meetings are screened; STILE_WAY_CLAUSES: all pass */
    bool screen_words,
        screen_more; /* its literals stand at words; and there are more than two filters tell */
    uint32_t low[STILE_WAY_CLAUSES], high[STILE_WAY_CLAUSES];
    uint32_t set[STILE_WAY_CLAUSES]; /* but the pilot's */
} stile_gate_way;
_Static_assert(sizeof(stile_gate_way) <= 2 * STILE_GATE_LINE, "a way is two lines");

typedef struct stile_gate_table {
    uint64_t has[(1 << STILE_GATE_HAS_BITS) / 64]; /* bit: some literal has that hash */
    uint32_t start[STILE_GATE_BUCKETS + 1];        /* of buckets, in `literals` */
} stile_gate_table;

struct stile_gate {
    size_t count;         /* patterns */
    unsigned char *knows; /* one byte a pattern */
    stile_gate_way *ways; /* in `way_bytes`, where a line begins */
    void *way_bytes;
    size_t way_count;
    stile_gate_literal *literals; /* pilots' first, by table; one more ends the last's ways */
    size_t literal_count;
    uint32_t *pilots; /* ways, by literal */
    stile_gate_set *sets;
    size_t set_count;
    stile_gate_group *groups; /* from 1 on */
    size_t group_count;
    const stile_gate_kernel *kernel;
    stile_gate_members members;
    uint64_t begins[STILE_GATE_SETS][(1 << STILE_GATE_BITS) / 64]; /* bit: some pilot begins so */
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

/* Short literals at the start of words go by their first two bytes: the second may be what ends it. */
static inline uint32_t stile_gate_pair(uint64_t head)
{
    uint32_t second = stile_gate_third((uint32_t)(head >> 8) & 0xff);
    return ((uint32_t)head * 41 + second * 7) & 0xff;
}

/* The hash, in the table for literals of that length, of those that may be what begins with `head`. The shortest
 * that are looked for anywhere are two marks. */
static inline uint32_t stile_gate_hash(uint64_t head, int set, int length)
{
    static const uint64_t masks[STILE_GATE_LENGTHS] = {0xffff, UINT32_MAX, UINT64_C(0xffffffffffff),
                                                       UINT64_MAX};
    uint64_t key =
        length || set == STILE_GATE_ANYWHERE ? head & masks[length] : stile_gate_first(head, set);

    return (uint32_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> (64 - STILE_GATE_HAS_BITS));
}

static inline uint32_t stile_gate_bucket(uint32_t hash)
{
    return hash >> (STILE_GATE_HAS_BITS - STILE_GATE_BUCKET_BITS);
}

#endif
