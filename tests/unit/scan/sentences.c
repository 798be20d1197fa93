/* SPDX-License-Identifier: Apache-2.0 */
/* What is cut out of a text for its findings, what stays, and the way back from one to the other. */
#include "scan/sentences.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "scan/findings.h"
#include "support/random.h"

/* The text without the sentence around the first "BAD". */
static void check_cut(const char *text, const char *want)
{
    const char *bad = strstr(text, "BAD");
    uint32_t at = (uint32_t)(bad - text);
    const stile_finding finding = {
        .field = STILE_FIELD_TEXT, .action = STILE_ACTION_STRIP, .start = at, .end = at + 3};
    stile_buf out;

    stile_buf_init(&out, 1 << 16);
    cr_assert_eq(stile_sentences_strip(stile_str(text), &finding, 1, &out, NULL), STILE_OK);
    cr_expect_str_eq(out.ptr, want);
    stile_buf_release(&out);
}

Test(sentences, what_goes_is_a_sentence_a_field_or_a_quotation)
{
    static const char *const rows[][2] = {
        {"One. A BAD two. Three.", "One. […] Three."},
        {"title: Moving in\nnote: a BAD wish\ndate: 3 May\n",
         "title: Moving in\n[…]\ndate: 3 May\n"},
        {"10:02 ann: hello there, everybody who is in this room today\n"
         "10:03 bob: a BAD wish that goes on and on until the line is long\n10:04 ann: no\n",
         "10:02 ann: hello there, everybody who is in this room today\n[…]\n10:04 ann: no\n"},
        {"- milk\n- BAD eggs\n- bread\n", "- milk\n[…]\n- bread\n"},
        {"{\"a\": \"fine\", \"b\": \"a BAD wish\", \"c\": 3}",
         "{\"a\": \"fine\", \"b\": \"[…]\", \"c\": 3}"},
        {"Dear Ann,\nthank you.\n\nBAD.\n\nYours\nBob",
         "Dear Ann,\nthank you.\n\n[…]\n\nYours\nBob"},
        {"She wrote \"Do a BAD thing now\" on the board. Nobody did.",
         "She wrote \"[…]\" on the board. Nobody did."},
        {"Er schrieb „Tu etwas BAD. Sofort“ an die Tafel.",
         "Er schrieb „[…] Sofort“ an die Tafel."},
        /* Prose that was broken to fit a page is one sentence. */
        {"First. This sentence of some length was broken by whoever\nwrote it and holds a BAD word "
         "in "
         "its second line, and it goes\non to a third before it ends. Last.",
         "First. […] Last."},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_cut(rows[i][0], rows[i][1]);
}

/* Letters, ends of sentences and lines, at random. */
static size_t random_text(test_random *r, char *out, size_t size)
{
    static const char alphabet[] = "abcdefgh   ..!?\n\n:-\"{,";
    size_t len = 1 + test_random_below(r, (uint32_t)size - 1);

    for (size_t i = 0; i < len; i++)
        out[i] = alphabet[test_random_below(r, sizeof alphabet - 1)];
    return len;
}

static size_t random_findings(test_random *r, size_t len, stile_finding *out, size_t most)
{
    size_t count = 1 + test_random_below(r, (uint32_t)most);

    for (size_t i = 0; i < count; i++) {
        uint32_t start = test_random_below(r, (uint32_t)len);
        out[i] = (stile_finding){.field = STILE_FIELD_TEXT,
                                 .action = STILE_ACTION_STRIP,
                                 .family = "f",
                                 .rule = "r",
                                 .start = start,
                                 .end = start + 1 + test_random_below(r, (uint32_t)(len - start))};
    }
    stile_findings_settle(out, &count);
    return count;
}

/* Each byte that was left comes from an equal byte outside the cuts, the bytes of a mark from the cut
 * that it stands for; no byte of the text outside the cuts is missing. */
static void check_origins(uint64_t seed, uint32_t number)
{
    test_random r = test_random_case(seed, number);
    char bytes[400];
    bool seen[400] = {false};
    stile_finding findings[4];
    stile_cut cuts[4];
    size_t len = random_text(&r, bytes, sizeof bytes), n;
    size_t count = random_findings(&r, len, findings, 4);
    stile_slice text = stile_slice_of(bytes, len);
    stile_buf left;

    stile_buf_init(&left, 1 << 16);
    cr_assert_eq(stile_sentences_strip(text, findings, count, &left, NULL), STILE_OK);
    n = stile_sentences_cut(text, findings, count, cuts);
    for (uint32_t i = 0; i < left.len; i++) {
        uint32_t start = i, end = i + 1;
        bool cut = false;
        cr_assert(stile_sentences_origin(text, findings, count, &start, &end), "seed %llu case %u",
                  (unsigned long long)seed, number);
        for (size_t c = 0; c < n; c++)
            cut |= start == cuts[c].start && end == cuts[c].end && end > start;
        if (cut)
            continue;
        cr_assert(end == start + 1 && bytes[start] == left.ptr[i] && !seen[start],
                  "seed %llu case %u byte %u", (unsigned long long)seed, number, i);
        seen[start] = true;
    }
    for (size_t c = 0; c < n; c++)
        memset(seen + cuts[c].start, true, cuts[c].end - cuts[c].start);
    for (size_t i = 0; i < len; i++)
        cr_assert(seen[i], "seed %llu case %u: byte %zu got lost", (unsigned long long)seed, number,
                  i);
    stile_buf_release(&left);
}

Test(sentences, what_is_left_knows_where_it_came_from)
{
    uint64_t seed = test_random_seed("sentences");

    for (uint32_t i = 0; i < test_cases(20000); i++)
        check_origins(seed, i);
}

Test(sentences, past_the_end_comes_from_nowhere)
{
    const stile_finding finding = {
        .field = STILE_FIELD_TEXT, .action = STILE_ACTION_STRIP, .start = 0, .end = 1};
    uint32_t start = 5, end = 7; /* one past the mark */

    cr_assert(!stile_sentences_origin(stile_str("Bad."), &finding, 1, &start, &end));
    start = end = 2;
    cr_assert(!stile_sentences_origin(stile_str("Bad."), &finding, 1, &start, &end));
}
