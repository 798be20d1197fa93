/* SPDX-License-Identifier: Apache-2.0 */
/* Most positions of most texts are ruled out by a hash of the four bytes there: a set of 4,096 bits,
 * which all words together fill to less than a hundredth. */
#include "scan/view_triggers.h"

#include <pthread.h>

const stile_triggers stile_triggers_plain = {{"ignore", "instruction", "disregard", "previous",
                                              "system prompt", "assistant", "password", "reveal",
                                              "bypass", "override", "forget", NULL}};
const stile_triggers stile_triggers_rot13 = {{"vtaber", "vafgehpgvba", "qvfertneq", "cerivbhf",
                                              "flfgrz cebzcg", "nffvfgnag", "cnffjbeq", "erirny",
                                              "olcnff", "bireevqr", "sbetrg", NULL}};
const stile_triggers stile_triggers_reversed = {{"erongi", "noitcurtsni", "dragersid", "suoiverp",
                                                 "tpmorp metsys", "tnatsissa", "drowssap", "laever",
                                                 "ssapyb", "edirrevo", "tegrof", NULL}};

#define GRAM 4

static uint64_t grams[64]; /* written once */

static unsigned hash_at(const char *at)
{
    uint32_t gram;

    memcpy(&gram, at, sizeof gram);
    return gram * UINT32_C(2654435761) >> 20;
}

static void add_grams(const stile_triggers *triggers)
{
    for (size_t i = 0; triggers->words[i]; i++) {
        unsigned h = hash_at(triggers->words[i]);
        grams[h / 64] |= UINT64_C(1) << h % 64;
    }
}

static void make_grams(void)
{
    add_grams(&stile_triggers_rot13);
    add_grams(&stile_triggers_reversed);
}

static bool begins_with_any(stile_slice text, const stile_triggers *triggers)
{
    for (size_t i = 0; triggers->words[i]; i++)
        if (stile_slice_starts(text, stile_str(triggers->words[i])))
            return true;
    return false;
}

stile_triggered stile_find_triggers(stile_slice text)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    stile_triggered found = {false, false};

    (void)pthread_once(&once, make_grams);
    for (size_t at = 0; at + GRAM <= text.len; at++) {
        unsigned h = hash_at(text.ptr + at);
        if (!(grams[h / 64] >> h % 64 & 1))
            continue;
        found.rot13 |= begins_with_any(stile_slice_cut(text, at, text.len), &stile_triggers_rot13);
        found.reversed |=
            begins_with_any(stile_slice_cut(text, at, text.len), &stile_triggers_reversed);
    }
    return found;
}

size_t stile_count_triggers(stile_slice text, const stile_triggers *triggers)
{
    size_t found = 0;

    for (size_t i = 0; triggers->words[i]; i++)
        found += stile_slice_holds(text, triggers->words[i]);
    return found;
}
