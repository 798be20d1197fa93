/* SPDX-License-Identifier: Apache-2.0 */
#include "classifiers/machines.h"

#include <pthread.h>
#include <string.h>

#include "classifiers/words.h"

#define SLOT_BITS 10
#define SLOTS (1u << SLOT_BITS)

static const char *const names[][2] = {
#include "classifiers/machines.inc"
};
_Static_assert(sizeof names / sizeof *names < SLOTS / 2, "looking for a name ends");

/* Two names may share a slot's hash only by having the same words. */
static struct {
    uint32_t hash, before; /* hash 0: empty */
} slots[SLOTS];            /* written once */

static uint32_t hash_of(const char *word)
{
    stile_words words = {.text = stile_str(word)};
    stile_word one;

    return stile_words_next(&words, &one) ? one.hash : 0;
}

static void fill(void)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        uint32_t hash = hash_of(names[i][names[i][1] ? 1 : 0]), at = hash % SLOTS;
        while (slots[at].hash)
            at = (at + 1) % SLOTS;
        slots[at].hash = hash;
        slots[at].before = names[i][1] ? hash_of(names[i][0]) : 0;
    }
}

bool stile_is_machine(uint32_t hash, uint32_t before)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    (void)pthread_once(&once, fill);
    for (uint32_t at = hash % SLOTS; slots[at].hash; at = (at + 1) % SLOTS)
        if (slots[at].hash == hash && (slots[at].before == 0 || slots[at].before == before))
            return true;
    return false;
}
