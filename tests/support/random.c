/* SPDX-License-Identifier: Apache-2.0 */
#include "support/random.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* SplitMix64 (Steele, Lea, Flood 2014). */
uint64_t test_random_next(test_random *r)
{
    uint64_t z = (r->state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

uint64_t test_random_seed(const char *name)
{
    const char *given = getenv("STILE_SEED");
    struct timespec now;
    uint64_t seed;

    if (given) {
        seed = strtoull(given, NULL, 0);
    } else {
        (void)clock_gettime(CLOCK_REALTIME, &now);
        seed = (uint64_t)now.tv_sec * 1000003 + (uint64_t)now.tv_nsec;
    }
    fprintf(stderr, "seed %s STILE_SEED=%" PRIu64 "\n", name, seed);
    return seed;
}

test_random test_random_start(const char *name)
{
    return (test_random){test_random_seed(name)};
}

test_random test_random_case(uint64_t seed, uint64_t n)
{
    test_random r = {seed ^ (n * UINT64_C(0xd1342543de82ef95))};
    (void)test_random_next(&r);
    return r;
}

uint32_t test_random_below(test_random *r, uint32_t bound)
{
    return bound ? (uint32_t)((test_random_next(r) >> 32) * bound >> 32) : 0;
}

double test_random_unit(test_random *r)
{
    return (double)(test_random_next(r) >> 11) * 0x1p-53;
}

uint32_t test_cases(uint32_t usual)
{
    const char *given = getenv("STILE_CASES");

#ifdef __SANITIZE_ADDRESS__
    if (usual > 1000) /* the release build runs them all */
        usual = usual / 5 > 1000 ? usual / 5 : 1000;
#endif
    return given ? (uint32_t)strtoul(given, NULL, 0) : usual;
}
