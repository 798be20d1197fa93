/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "plane/record.h"
#include "plane/rulings.h"
#include "support/folder.h"
#include "support/random.h"

/* Everything that a pin speaks of, drawn small so that equal ones come often. */
typedef struct subject {
    const char *label;
    stile_chunk_record chunk;
    char text[4];
    stile_finding findings[3];
    stile_verdict verdict;
} subject;

static void draw(test_random *r, subject *s)
{
    static const char *const labels[] = {"public", "internal", "internal//eu"};
    static const char *const rules[] = {"a", "b", "ab"};

    *s = (subject){.label = labels[test_random_below(r, 3)]};
    s->text[0] = (char)('a' + test_random_below(r, 2));
    s->chunk.text = stile_str(s->text);
    s->chunk.scan_input.bytes[0] = (unsigned char)test_random_below(r, 2);
    s->verdict.finding_count = test_random_below(r, 3);
    s->verdict.findings = s->findings;
    for (size_t i = 0; i < s->verdict.finding_count; i++)
        s->findings[i] = (stile_finding){.family = rules[test_random_below(r, 3)],
                                         .rule = rules[test_random_below(r, 3)],
                                         .field = (uint8_t)test_random_below(r, 2),
                                         .action = (uint8_t)test_random_below(r, 2),
                                         .start = test_random_below(r, 2),
                                         .end = 2 + test_random_below(r, 2),
                                         .weight = (float)test_random_unit(r)};
}

static bool same_finding(const stile_finding *a, const stile_finding *b)
{
    return strcmp(a->family, b->family) == 0 && strcmp(a->rule, b->rule) == 0 &&
           a->field == b->field && a->action == b->action && a->start == b->start &&
           a->end == b->end;
}

/* The findings of both that count, pair by pair. */
static bool same_findings(const subject *a, const subject *b, bool text_only)
{
    const stile_finding *left[3], *right[3];
    size_t n = 0, m = 0;

    for (size_t i = 0; i < a->verdict.finding_count; i++)
        if (!text_only || a->findings[i].field == STILE_FIELD_TEXT)
            left[n++] = &a->findings[i];
    for (size_t i = 0; i < b->verdict.finding_count; i++)
        if (!text_only || b->findings[i].field == STILE_FIELD_TEXT)
            right[m++] = &b->findings[i];
    for (size_t i = 0; n == m && i < n; i++)
        if (!same_finding(left[i], right[i]))
            return false;
    return n == m;
}

Test(rulings, pins_are_equal_exactly_when_what_they_speak_of_is)
{
    uint64_t seed = test_random_seed("pins");
    uint32_t cases = test_cases(20000), equal = 0;

    for (uint32_t i = 0; i < cases; i++) {
        test_random r = test_random_case(seed, i);
        subject a, b;
        stile_pins x, y;
        bool label, chunk, collection;
        draw(&r, &a);
        draw(&r, &b);
        if (i % 2) { /* often the same but for the weights, which do not count */
            b = a;
            b.chunk.text = stile_str(b.text);
            b.verdict.findings = b.findings;
            if (i % 4 == 3 && b.verdict.finding_count)
                b.findings[0].end ^= 1;
        }
        cr_assert_eq(stile_pins_of(stile_str(a.label), &a.chunk, &a.verdict, &x, NULL), STILE_OK);
        cr_assert_eq(stile_pins_of(stile_str(b.label), &b.chunk, &b.verdict, &y, NULL), STILE_OK);
        label = strcmp(a.label, b.label) == 0;
        chunk = label && a.chunk.scan_input.bytes[0] == b.chunk.scan_input.bytes[0] &&
                same_findings(&a, &b, false);
        collection = label && a.text[0] == b.text[0] && same_findings(&a, &b, true);
        cr_assert_eq(memcmp(x.chunk.bytes, y.chunk.bytes, 32) == 0, chunk, "seed %llu case %u",
                     (unsigned long long)seed, i);
        cr_assert_eq(memcmp(x.collection.bytes, y.collection.bytes, 32) == 0, collection,
                     "seed %llu case %u", (unsigned long long)seed, i);
        equal += chunk;
    }
    cr_assert_gt(equal, cases / 10);
}

static char *folder;
static stile_plane *plane;
static stile_arena arena;
static stile_caller ann = {.name = "ann", .key_id = "1"};

static void setup(void)
{
    stile_error err = {0};
    folder = test_folder_make();
    test_file_write(test_path(folder, "stile.yaml"), stile_str("embedder:\n  kind: none\n"));
    cr_assert_eq(stile_plane_init(folder, &err), STILE_OK, "%s", err.text);
    cr_assert_eq(stile_plane_open(folder, &plane, &err), STILE_OK, "%s", err.text);
    stile_arena_init(&arena, 0);
}

static void teardown(void)
{
    stile_plane_close(plane);
    stile_arena_release(&arena);
    test_folder_remove(folder);
}

TestSuite(decisions, .init = setup, .fini = teardown);

Test(decisions, the_latest_of_a_pin_stands_and_ends_what_rests_on_the_one_before)
{
    stile_review review = {.decision = STILE_REVIEW_RELEASED,
                           .collection = 3,
                           .principal = stile_str("ann"),
                           .until_ms = 9};
    stile_review found;
    stile_sha256 pin = {{7}}, other = {{8}};
    stile_standing standing = stile_plane_standing(plane);

    cr_assert_eq(stile_plane_review(plane, 3, STILE_REVIEW_CHUNK, &pin, &arena, &found, NULL),
                 STILE_NOT_FOUND);
    cr_assert_eq(
        stile_plane_review_put(plane, &review, &pin, "test", stile_record_begin(&ann), NULL),
        STILE_OK);
    cr_assert_not(stile_plane_hold(plane, &standing));
    review.decision = STILE_REVIEW_CONFIRMED;
    cr_assert_eq(
        stile_plane_review_put(plane, &review, &pin, "test", stile_record_begin(&ann), NULL),
        STILE_OK);
    cr_assert_eq(stile_plane_review(plane, 3, STILE_REVIEW_CHUNK, &pin, &arena, &found, NULL),
                 STILE_OK);
    cr_assert_eq(found.decision, STILE_REVIEW_CONFIRMED);
    cr_assert_eq(stile_plane_review(plane, 3, STILE_REVIEW_COLLECTION, &pin, &arena, &found, NULL),
                 STILE_NOT_FOUND, "a chunk's decision is not the collection's");
    cr_assert_eq(stile_plane_review(plane, 4, STILE_REVIEW_CHUNK, &pin, &arena, &found, NULL),
                 STILE_NOT_FOUND);
    cr_assert_eq(stile_plane_review(plane, 3, STILE_REVIEW_CHUNK, &other, &arena, &found, NULL),
                 STILE_NOT_FOUND);
    stile_standing_release(&standing);
}

static stile_status change(uint32_t scopes, stile_trust trust, stile_flagged flagged)
{
    stile_collection_change wanted = {.name = stile_str("wiki"),
                                      .sets_trust = true,
                                      .sets_flagged = true,
                                      .trust = trust,
                                      .flagged = flagged};
    stile_collection out;
    ann.scopes = scopes;
    return stile_plane_collection_change(plane, &ann, &wanted, &arena, &out, NULL);
}

Test(decisions, what_loosens_a_collection_needs_the_scope_trust)
{
    const uint32_t plain = 1u << STILE_SCOPE_COLLECTION, trust = plain | 1u << STILE_SCOPE_TRUST;
    stile_collection wiki = {.name = stile_str("wiki")}, made;

    cr_assert_eq(stile_plane_collection_create(plane, &wiki, &arena, &made, NULL), STILE_OK);
    cr_assert_eq(change(plain, STILE_TRUST_INTERNAL, STILE_FLAGGED_SANITIZE), STILE_FORBIDDEN);
    cr_assert_eq(change(plain, STILE_TRUST_EXTERNAL, STILE_FLAGGED_WITHHOLD), STILE_OK);
    cr_assert_eq(change(plain, STILE_TRUST_EXTERNAL, STILE_FLAGGED_SANITIZE), STILE_FORBIDDEN);
    cr_assert_eq(change(trust, STILE_TRUST_CURATED, STILE_FLAGGED_SANITIZE), STILE_OK);
    cr_assert_eq(change(plain, STILE_TRUST_EXTERNAL, STILE_FLAGGED_WITHHOLD), STILE_OK);
    cr_assert_eq(stile_plane_collection_find(plane, stile_str("wiki"), &arena, &made, NULL),
                 STILE_OK);
    cr_assert_eq(made.trust, STILE_TRUST_EXTERNAL);
    cr_assert_eq(made.flagged, STILE_FLAGGED_WITHHOLD);
}
