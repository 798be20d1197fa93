/* SPDX-License-Identifier: Apache-2.0 */
/* The linear classifier: one weight a hashed feature, summed over a sliding window of words. The
 * file and the features are in docs/formats/classifier.md. Immutable once loaded, so any number of
 * threads may score at once; scoring allocates nothing and adds integers only, so that the same
 * text has the same score on every machine. */
#ifndef STILE_CLASSIFIERS_LINEAR_H
#define STILE_CLASSIFIERS_LINEAR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "classifiers/network.h"
#include "stile/slice.h"
#include "stile/status.h"

typedef struct stile_linear stile_linear;

/* Maps the model and checks every field and the weights' digest: STILE_CORRUPT, or
 * STILE_UNSUPPORTED for a newer format. Caller destroys. */
stile_status stile_linear_load(const char *path, stile_linear **out,
                               stile_error *err) STILE_MUST_CHECK;
/* The same of a copy of the file's bytes, which `name` stands for in errors. */
stile_status stile_linear_copy(stile_slice bytes, const char *name, stile_linear **out,
                               stile_error *err) STILE_MUST_CHECK;
void stile_linear_destroy(stile_linear *model);
/* Of the whole file: belongs into the scan version. */
const stile_sha256 *stile_linear_digest(const stile_linear *model);

/* The file's fields, for measuring and recalibrating; `weights` (1 << bits) and `label` borrow
 * from the model. */
typedef struct stile_linear_fields {
    uint32_t bits, window, stride;
    int32_t bias, low, threshold, sure; /* in units of a weight */
    double scale;                       /* logits a unit */
    const int8_t *weights;
    stile_slice network; /* its section, or empty */
    stile_slice label;   /* the join of the labels of what it was fitted on; empty: none had one */
} stile_linear_fields;
stile_linear_fields stile_linear_fields_of(const stile_linear *model);
/* The network that adds to the words' values, or NULL; borrowed from the model. */
const stile_network *stile_linear_network(const stile_linear *model);

#define STILE_LINEAR_HITS 16 /* passages reported of one text */

/* A passage that reads like an instruction to the reader: bytes [start, end) of the view. */
typedef struct stile_linear_hit {
    uint32_t start, end;
    double score;  /* of its best window, in logits */
    double weight; /* what it adds to a verdict: STILE_LINEAR_SURE at the model's threshold */
} stile_linear_hit;

/* At the threshold a passage weighs this much, alone enough for an external source. */
#define STILE_LINEAR_SURE 0.5

typedef struct stile_linear_result {
    double score; /* of the best window of the text; 0 words: that of an empty window */
    double weight;
    stile_linear_hit hits[STILE_LINEAR_HITS]; /* ascending, apart */
    size_t hit_count;
    bool more; /* there were more passages: the last one reaches to the end of the text */
} stile_linear_result;

/* Score `view`, the text of a normalized, decoded or extracted view, of less than 4 GiB. Where an author
 * shows it, a text of fewer than STILE_LINEAR_SHORT words scores less by what lies between the levels low
 * and threshold: there is no document around its words that they could be out of place in, and honest
 * sentences that sound like orders mostly come alone. */
#define STILE_LINEAR_SHORT 16
/* Words either side of a window that weights find worth a look, which the network is asked of as well. */
#define STILE_LINEAR_AROUND 12
void stile_linear_score(const stile_linear *model, stile_slice view, bool shown,
                        stile_linear_result *out);

/* For tests against the reference and for `explain`: the features that end in one word. */
#define STILE_LINEAR_FEATURES 18
typedef enum {
    STILE_LINEAR_WORD,
    STILE_LINEAR_PAIR,
    STILE_LINEAR_TRIPLE,
    STILE_LINEAR_GAP, /* the pair of a word and the one before the last */
    STILE_LINEAR_FIRST_WORD,
    STILE_LINEAR_FIRST_PAIR,
    STILE_LINEAR_STEM,
    STILE_LINEAR_STEM_PAIR, /* of two words, at least one of which has a stem */
    STILE_LINEAR_MARK,
    STILE_LINEAR_MACHINE, /* a word for a machine, as it stands */
    STILE_LINEAR_BEFORE_MACHINE,
    STILE_LINEAR_AFTER_MACHINE,
    STILE_LINEAR_MACHINE_MARK /* right behind one */
} stile_linear_kind;

typedef struct stile_linear_word {
    uint32_t start, end;
    uint32_t hash[STILE_LINEAR_FEATURES];
    uint8_t kind[STILE_LINEAR_FEATURES]; /* stile_linear_kind */
    size_t count;
} stile_linear_word;

/* A feature and the number of the word, from 1 on, that it last ended in. */
#define STILE_LINEAR_SEEN 1024
typedef struct stile_linear_seen {
    uint32_t hash, word;
} stile_linear_seen;

/* A walk over the words of a text. Zero but for `words.text` to begin. */
typedef struct stile_linear_walk {
    stile_words words;
    stile_word word;                           /* the one read last */
    uint32_t last, before_last;                /* hashes of the two words before */
    uint32_t last_stem;                        /* of the word before, or 0 */
    uint32_t around[3];                        /* stems, or hashes, of the three words before */
    size_t machine;                            /* number of the last word for a machine; 0: none */
    bool last_begins;                          /* the word before began a sentence */
    stile_linear_seen seen[STILE_LINEAR_SEEN]; /* by the low bits of the hash, the latest of each */
} stile_linear_walk;

/* The next word; false at the end. */
bool stile_linear_next(stile_linear_walk *walk, stile_linear_word *out);

/* A word's value: the weights of its features, and what the network adds. */
typedef struct stile_linear_value {
    uint32_t start, end;
    int32_t units;
} stile_linear_value;

/* A walk over the values of a text. Zero but for `model` and `words.words.text` to begin. */
typedef struct stile_linear_values {
    const stile_linear *model;
    bool weights_alone; /* the network is not asked */
    stile_linear_walk words;
    stile_network_walk network;
    stile_linear_value waiting[16]; /* for the network, in a ring */
    size_t read, given;
    bool end; /* no word is left to read */
} stile_linear_values;

/* The next word's value; false at the end. */
bool stile_linear_values_next(stile_linear_values *values, stile_linear_value *out);

#endif
