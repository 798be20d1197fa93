/* SPDX-License-Identifier: Apache-2.0 */
/* Seeded random numbers for property tests. The seed comes from $STILE_SEED or the clock, and
 * is printed, so that any failure can be run again. */
#ifndef STILE_TESTS_SUPPORT_RANDOM_H
#define STILE_TESTS_SUPPORT_RANDOM_H

#include <stdint.h>

typedef struct test_random {
    uint64_t state;
} test_random;

/* Seed from the environment or the clock; prints "seed NAME STILE_SEED=n". */
test_random test_random_start(const char *name);
/* A stream of its own for case `n`, so that one case can be repeated alone. */
test_random test_random_case(uint64_t seed, uint64_t n);
uint64_t test_random_seed(const char *name); /* prints it */
uint64_t test_random_next(test_random *r);
/* Uniform in [0, bound); 0 for bound 0. */
uint32_t test_random_below(test_random *r, uint32_t bound);
double test_random_unit(test_random *r); /* [0, 1) */
/* Number of cases a property runs: $STILE_CASES, else `usual`. */
uint32_t test_cases(uint32_t usual);

#endif
