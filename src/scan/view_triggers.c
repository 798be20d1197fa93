/* SPDX-License-Identifier: Apache-2.0 */
/* Every third position is looked at: of each word the four bytes at its start, behind its first byte and behind
 * its second are known. A set of 16,384 bits, by a hash of four bytes, rules out nearly all of them. */
#include "scan/view_triggers.h"

#include <pthread.h>

const stile_triggers stile_triggers_plain = {{"ignore", "instruction", "disregard", "previous",
                                              "system prompt", "assistant", "password", "reveal",
                                              "bypass", "override", "forget", NULL}};
const stile_triggers stile_triggers_rot13 = {
    {"vtaber",  "vafgehpgvba", "qvfertneq", "cerivbhf", "flfgrz cebzcg", "nffvfgnag", "cnffjbeq",
     "erirny",  "olcnff",      "bireevqr",  "sbetrg",   " jvgu ",        " guvf ",    " lbhe ",
     " gung ",  " sebz ",      " jura ",    "cyrnfr",   "erfcba",        "nafjre",    "fhzzne",
     "zrffntr", "sbejneq",     "zragvba",   NULL}};
const stile_triggers stile_triggers_reversed = {
    {"erongi",  "noitcurtsni", "dragersid", "suoiverp", "tpmorp metsys", "tnatsissa", "drowssap",
     "laever",  "ssapyb",      "edirrevo",  "tegrof",   " htiw ",        " siht ",    " ruoy ",
     " taht ",  " morf ",      " nehw ",    "esaelp",   "nopser",        "rewsna",    "rammus",
     "egassem", "drawrof",     "noitnem",   NULL}};

#define GRAM 4
#define STEP 3
#define GRAM_BITS 14

static uint64_t grams[(1 << GRAM_BITS) / 64]; /* written once */

static unsigned hash_at(const char *at)
{
    uint32_t gram;

    memcpy(&gram, at, sizeof gram);
    return gram * UINT32_C(2654435761) >> (32 - GRAM_BITS);
}

static void add_grams(const stile_triggers *triggers)
{
    for (size_t i = 0; triggers->words[i]; i++)
        for (size_t skip = 0; skip < STEP; skip++) {
            unsigned h = hash_at(triggers->words[i] + skip);
            grams[h / 64] |= UINT64_C(1) << h % 64;
        }
}

static void make_grams(void)
{
    add_grams(&stile_triggers_rot13);
    add_grams(&stile_triggers_reversed);
}

/* Whether any of the words begins at text[at], or less than a step before. */
static bool any_begins(stile_slice text, size_t at, const stile_triggers *triggers)
{
    for (size_t back = 0; back < STEP && back <= at; back++)
        for (size_t i = 0; triggers->words[i]; i++)
            if (text.ptr[at - back] == triggers->words[i][0] &&
                stile_slice_starts(stile_slice_cut(text, at - back, text.len),
                                   stile_str(triggers->words[i])))
                return true;
    return false;
}

stile_triggered stile_find_triggers(stile_slice text)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    stile_triggered found = {false, false};

    (void)pthread_once(&once, make_grams);
    for (size_t at = 0; at + GRAM <= text.len; at += STEP) {
        unsigned h = hash_at(text.ptr + at);
        if (!(grams[h / 64] >> h % 64 & 1))
            continue;
        found.rot13 = found.rot13 || any_begins(text, at, &stile_triggers_rot13);
        found.reversed = found.reversed || any_begins(text, at, &stile_triggers_reversed);
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
