/* SPDX-License-Identifier: Apache-2.0 */
/* The stretches that a network is asked of: their words, values and windows against a slow reading of
 * docs/formats/classifier.md that asks the network of the whole text. */
#include "classifiers/linear_stretch.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/memory.h"
#include "support/random.h"

#define BITS 10u
#define SECTION 20000
#define MOST 2048 /* words of a text */

/* The network of the golden file. */
static size_t read_section(unsigned char *out)
{
    static char line[2 * SECTION + 2];
    FILE *file = fopen(STILE_SOURCE_DIR "/tests/unit/scan/network.txt", "r");
    size_t len;

    cr_assert_not_null(file);
    cr_assert_not_null(fgets(line, sizeof line, file));
    (void)fclose(file);
    len = strcspn(line, "\n") / 2;
    cr_assert(stile_unhex(stile_slice_of(line, 2 * len), out, len));
    return len;
}

static void put32(unsigned char *p, uint32_t value)
{
    for (size_t i = 0; i < 4; i++)
        p[i] = (unsigned char)(value >> 8 * i);
}

/* A classifier of random weights, with the network of any step or without it. */
static stile_linear *make(test_random *r)
{
    static unsigned char file[SECTION + 2048];
    uint32_t window = 4 + test_random_below(r, test_random_below(r, 8) ? 40 : 253);
    uint32_t stride = 1 + test_random_below(r, window), network = test_random_below(r, 4) ? 4 : 1;
    uint32_t fields[] = {network, BITS, window, stride, -test_random_below(r, 200), 10, 60, 200};
    size_t at = 48, len;
    double scale = 0.5;
    stile_sha256 digest;
    stile_linear *model = NULL;

    memcpy(file, "STILELIN", 8);
    for (size_t i = 0; i < 8; i++)
        put32(file + 8 + 4 * i, fields[i]);
    memcpy(file + 40, &scale, 8);
    for (; at < 48 + (1u << BITS); at++)
        file[at] = (unsigned char)(test_random_below(r, 33) - 17);
    if (network == 4) {
        len = read_section(file + at + 4);
        put32(file + at, (uint32_t)len);
        file[at + 4 + 44] = (unsigned char)(1 + test_random_below(r, 6)); /* the step */
        at += 4 + len;
    }
    cr_assert_eq(stile_sha256_of(stile_slice_of(file, at), &digest, NULL), STILE_OK);
    memcpy(file + at, digest.bytes, STILE_SHA256_LEN);
    cr_assert_eq(stile_linear_copy(stile_slice_of(file, at + STILE_SHA256_LEN), "x", &model, NULL),
                 STILE_OK);
    return model;
}

static size_t random_text(test_random *r, char *out)
{
    static const char *const words[] = {
        "ignore ", "the ", "cat. ", "Send ",   "it: ",  "now! ", "1 ",
        "é ",      "語",   "to ",   "\"me\" ", "user ", "AI, ",  "assistant "};
    size_t len = 0;
    uint32_t count = test_random_below(r, test_random_below(r, 4) ? 300 : 1500);

    for (uint32_t i = 0; i < count; i++) {
        /* words that return seldom, so that there is something to find all along the text */
        if (test_random_below(r, 3)) {
            out[len++] = (char)('a' + test_random_below(r, 26));
            out[len++] = (char)('a' + test_random_below(r, 26));
            out[len++] = ' ';
        } else {
            const char *word = words[test_random_below(r, sizeof words / sizeof *words)];
            memcpy(out + len, word, strlen(word));
            len += strlen(word);
        }
    }
    return len;
}

/* All values of a text, by weights alone or with the network; how many. */
static size_t all_values(const stile_linear *model, stile_slice text, bool alone,
                         stile_linear_value *out)
{
    stile_linear_values values = {.model = model, .weights_alone = alone, .words.words.text = text};
    size_t n = 0;

    while (n < MOST && stile_linear_values_next(&values, &out[n]))
        n++;
    cr_assert_lt(n, MOST);
    return n;
}

typedef struct slow {
    stile_linear_value alone[MOST], both[MOST];
    bool asked[MOST]; /* the word is in a stretch */
    size_t words;
    int32_t best; /* of the windows by weights alone */
} slow;

static bool is_window(const stile_linear *m, size_t from, size_t to, size_t words)
{
    if (words < m->window)
        return from == 0 && to == words;
    return to - from == m->window && (from % m->stride == 0 || to == words);
}

static int32_t sum_of(const stile_linear_value *values, size_t from, size_t to)
{
    int32_t sum = 0;
    for (size_t i = from; i < to; i++)
        sum += values[i].units;
    return sum;
}

static void read_slowly(slow *s, const stile_linear *m, stile_slice text)
{
    bool any = false;

    memset(s->asked, 0, sizeof s->asked);
    s->words = all_values(m, text, true, s->alone);
    cr_assert_eq(all_values(m, text, false, s->both), s->words);
    s->best = m->bias;
    for (size_t from = 0; from < s->words; from++) {
        size_t to = from + m->window < s->words ? from + m->window : s->words;
        int32_t units = m->bias + sum_of(s->alone, from, to);
        if (!is_window(m, from, to, s->words))
            continue;
        s->best = !any || units > s->best ? units : s->best;
        any = true;
        if (units < m->low)
            continue;
        for (size_t i = from < STILE_LINEAR_AROUND ? 0 : from - STILE_LINEAR_AROUND;
             i < to + STILE_LINEAR_AROUND && i < s->words; i++)
            s->asked[i] = true;
    }
}

/* What the walk gives, against what was read slowly. */
static void check(const slow *s, const stile_linear *m, stile_slice text, uint32_t n)
{
    static stile_linear_stretches walk;
    stile_linear_value value;
    bool begins, ends;
    size_t at = 0, from = 0;

    stile_linear_stretches_init(&walk, m, text);
    while (stile_linear_stretches_next(&walk, &value, &begins, &ends)) {
        size_t first = at;
        while (at < s->words && !s->asked[at])
            at++;
        cr_assert_lt(at, s->words, "case %" PRIu32, n);
        cr_assert_eq(begins, at == 0 || at != first, "case %" PRIu32 " word %zu", n, at);
        from = begins ? at : from;
        cr_assert_eq(value.start, s->both[at].start, "case %" PRIu32 " word %zu", n, at);
        cr_assert_eq(value.end, s->both[at].end);
        cr_assert_eq(value.units, s->both[at].units, "case %" PRIu32 " word %zu", n, at);
        at++;
        cr_assert_eq(ends,
                     s->words < m->window
                         ? at == s->words
                         : at - from >= m->window && is_window(m, at - m->window, at, s->words),
                     "case %" PRIu32 " word %zu", n, at);
    }
    while (at < s->words)
        cr_assert_not(s->asked[at++], "case %" PRIu32, n);
    cr_assert_eq(walk.read, s->words);
    cr_assert_eq(walk.best, s->best, "case %" PRIu32, n);
}

/* The greatest window of the stretches, each summed anew; without one, of the text by weights alone. */
static int32_t slow_score(const slow *s, const stile_linear *m)
{
    int32_t best = s->best;
    bool any = false;

    for (size_t from = 0; from < s->words; from++) {
        size_t to = from + m->window < s->words ? from + m->window : s->words;
        bool within = is_window(m, from, to, s->words);
        int32_t units = m->bias + sum_of(s->both, from, to);
        for (size_t i = from; i < to; i++)
            within &= s->asked[i];
        if (!within)
            continue;
        best = !any || units > best ? units : best;
        any = true;
    }
    return best;
}

Test(linear_stretch, values_are_those_of_the_whole_text)
{
    static slow s;
    static char text[8 * MOST];
    uint64_t seed = test_random_seed("linear_stretch");
    uint32_t some = 0, part = 0;

    for (uint32_t n = 0; n < test_cases(1500); n++) {
        test_random r = test_random_case(seed, n);
        stile_linear *model = make(&r);
        stile_slice view = stile_slice_of(text, random_text(&r, text));
        stile_linear_result result;
        size_t asked = 0;

        read_slowly(&s, model, view);
        check(&s, model, view, n);
        stile_linear_score(model, view, false, &result);
        cr_assert_eq(result.score, 0.5 * slow_score(&s, model), "case %" PRIu32, n);
        for (size_t i = 0; i < s.words; i++)
            asked += s.asked[i];
        some += asked > 0;
        part += asked > 0 && asked < s.words;
        stile_linear_destroy(model);
    }
    cr_assert_gt(some, test_cases(1500) / 10);
    cr_assert_gt(part, test_cases(1500) / 20);
}
