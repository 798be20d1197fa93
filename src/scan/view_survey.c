/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/view_survey.h"

#include <stddef.h>

#define LETTER 1u
#define DIGIT 2u
#define SIGN 4u /* stands for a letter in leet; some are digits */
#define MARKUP 16u
#define CONTROL 32u
#define BEYOND 64u   /* not ASCII */
#define DROPPED 128u /* normalizing leaves it out, so that its neighbours meet */

#define LEAST_SPACED 5 /* as in view_spaced.c */
#define SPACED_STEP 9  /* bytes from one letter to the next: a gap of eight characters */
#define LEAST_LEET 2   /* as in view_fold.c */

static const unsigned char kinds[256] = {
    128, 128, 128, 128, 128, 128, 128, 128, 128, 0,   0,   0,   0,   0,   128, 128, 128, 128, 128,
    128, 128, 128, 128, 128, 128, 128, 128, 160, 128, 128, 128, 128, 0,   4,   0,   0,   4,   0,
    0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   6,   6,   2,   6,   6,   6,   2,   6,   2,
    2,   0,   0,   16,  0,   0,   0,   4,   1,   1,   1,   1,   1,   1,   1,   1,   1,   1,   1,
    1,   1,   1,   1,   1,   1,   1,   1,   1,   1,   1,   1,   1,   1,   1,   0,   0,   16,  0,
    0,   0,   1,   1,   1,   1,   1,   1,   1,   1,   1,   1,   1,   1,   1,   1,   1,   1,   1,
    1,   1,   1,   1,   1,   1,   1,   1,   1,   0,   0,   0,   0,   128, 64,  64,  64,  64,  64,
    64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,
    64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,
    64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,
    64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,
    64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,
    64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,  64,
    64,  64,  64,  64,  64,  64,  64,  64,  64,
};

typedef struct counting {
    unsigned all;          /* kinds seen */
    size_t beside, streak; /* signs beside letters; lone letters close together */
    size_t last, longest;
} counting;

static void see_lone(counting *n, size_t i)
{
    n->streak = n->streak && i - n->last <= SPACED_STEP ? n->streak + 1 : 1;
    n->last = i;
    if (n->streak > n->longest)
        n->longest = n->streak;
}

stile_view_survey stile_view_survey_of(stile_slice text)
{
    const unsigned char *p = (const unsigned char *)text.ptr;
    counting n = {0};
    unsigned before = 0, k = text.len ? kinds[p[0]] : 0;

    for (size_t i = 0; i < text.len; i++) {
        unsigned after = i + 1 < text.len ? kinds[p[i + 1]] : 0, around = before | after;
        n.all |= k;
        /* a letter and a sign, in either order; SIGN is LETTER << 2 */
        n.beside += ((before >> 2 & k) | (before & k >> 2)) & LETTER;
        if (k & ~(around | around >> 1) & LETTER) /* DIGIT is LETTER << 1 */
            see_lone(&n, i);
        before = k;
        k = after;
    }
    return (stile_view_survey){.ascii = !(n.all & BEYOND),
                               .control = n.all & CONTROL,
                               .markup = n.all & MARKUP,
                               .spaced = (n.all & BEYOND) || n.longest >= LEAST_SPACED,
                               .leet = n.beside >= LEAST_LEET || (n.all & DROPPED)};
}
