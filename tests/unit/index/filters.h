/* SPDX-License-Identifier: Apache-2.0 */
/* Random metadata and random filters for the index's tests, and an obvious oracle. */
#ifndef STILE_TESTS_INDEX_FILTERS_H
#define STILE_TESTS_INDEX_FILTERS_H

#include "indexes/filter.h"
#include "support/random.h"

#define FILTERS_FACTS 6

/* What a document says of itself: values of keys from a small pool, so that they meet. */
typedef struct facts {
    struct {
        int key;
        stile_value value;
    } fact[FILTERS_FACTS];
    size_t count;
    char json[512];
} facts;

void facts_make(facts *f, test_random *r);
/* A filter of at most `depth` levels. The caller's storage grows in `arena`. */
stile_filter *filters_make(test_random *r, unsigned depth, stile_arena *arena);
bool filters_match(const stile_filter *filter, const facts *f);

#endif
