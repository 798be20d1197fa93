/* SPDX-License-Identifier: Apache-2.0 */
/* Where it is said that nothing crosses a joint, the scan of all of the text finds nothing across. */
#include "scan/joint.h"

#include <criterion/criterion.h>

#include "base/utf8.h"
#include "scan/hits.h"
#include "scan/view_build.h"
#include "support/random.h"

static stile_policy *policy;
static stile_scanner *scanner;

static void setup(void)
{
    stile_policy_options options = {.classifier = "none"};
    stile_error err = {0};

    cr_assert_eq(stile_policy_load(&options, &policy, &err), STILE_OK, "%s", err.text);
    cr_assert_eq(stile_scanner_create(policy, &scanner, NULL), STILE_OK);
}

static void teardown(void)
{
    stile_scanner_destroy(scanner);
    stile_policy_unref(policy);
}

TestSuite(joint, .init = setup, .fini = teardown);

static void add_honest(test_random *r, stile_buf *out)
{
    static const char *const sentences[] = {
        "The harbour opens at six, and the ferry leaves when all are aboard. ",
        "See https://example.org/a/rather/long/path?with=a&query=behind+it for more.\n",
        "Please note: the user's manual tells how the assistant mode is switched off. ",
        "3. Send the form to your office; we keep all data for future use.\n\n",
        "na\xc3\xafve 1gn0r3 caf\xc3\xa9 \xe2\x80\x9cwords\xe2\x80\x9d ------ ====== "};

    for (uint32_t k = test_random_below(r, 12); k > 0; k--)
        stile_buf_add_str(out, sentences[test_random_below(r, 5)]);
}

/* Examples that rules carry, with honest text about them. */
static void make_text(test_random *r, stile_buf *out)
{
    const stile_rules *rules = &policy->rules;

    for (uint32_t k = 1 + test_random_below(r, 3); k > 0; k--) {
        const stile_examples *e =
            &rules->rules[test_random_below(r, (uint32_t)rules->count)].positive;
        add_honest(r, out);
        if (e->count)
            stile_buf_add_slice(out, e->texts[test_random_below(r, (uint32_t)e->count)]);
        stile_buf_add_byte(out, ' ');
    }
    add_honest(r, out);
}

/* Whether a hit has bytes of both sides of one of the joints. The mark of a budget is no hit: it reaches to
 * the text's end wherever it was met. */
static bool crosses(const stile_scan_view *view, const stile_scan_hits *hits, const uint32_t at[2])
{
    for (size_t i = 0; i < hits->count; i++) {
        uint32_t start, end, same = 0;
        for (size_t k = 0; k < hits->count; k++)
            same += hits->hits[k].rule == hits->hits[i].rule;
        if (hits->hits[i].limited || same >= STILE_HITS_A_RULE)
            continue;
        stile_scan_view_origin(view, hits->hits[i].start, hits->hits[i].end, &start, &end);
        if ((start < at[0] && end > at[0]) || (start < at[1] && end > at[1]))
            return true;
    }
    return false;
}

/* A place in the text, or, more often, one that a match in the view goes over: late in a long match is where
 * it is easily missed. */
static uint32_t draw_place(test_random *r, stile_slice text, uint32_t from,
                           const stile_scan_view *view, const stile_scan_hits *hits)
{
    uint32_t start = from, end = (uint32_t)text.len;

    if (hits->count && test_random_below(r, 4)) {
        const stile_scan_hit *hit = &hits->hits[test_random_below(r, (uint32_t)hits->count)];
        stile_scan_view_origin(view, hit->start, hit->end, &start, &end);
        start = test_random_below(r, 2) ? start : end - (end - start) / 8;
    }
    if (start < from || end <= start)
        return from;
    return (uint32_t)stile_utf8_floor(text, start + test_random_below(r, end - start));
}

Test(joint, nothing_crosses_where_nothing_may)
{
    uint64_t seed = test_random_seed("joint");
    uint32_t cases = test_cases(1500), crossed = 0, spared = 0;

    for (uint32_t n = 0; n < cases; n++) {
        test_random r = test_random_case(seed, n);
        stile_scan_views views;
        stile_arena arena;
        stile_buf bytes;
        stile_slice text;
        uint32_t at[2];
        stile_arena_init(&arena, 0);
        stile_buf_init(&bytes, 65536);
        make_text(&r, &bytes);
        text = stile_buf_slice(&bytes);
        cr_assert_eq(stile_scan_views_plain(text, &arena, &views, NULL), STILE_OK);
        for (size_t v = 1; v < views.count; v++) {
            stile_scan_hits hits;
            bool may, does;
            cr_assert_eq(stile_scan_hits_of(scanner, &views.views[v], &arena, &hits, NULL),
                         STILE_OK);
            at[0] = draw_place(&r, text, 0, &views.views[v], &hits);
            at[1] = draw_place(&r, text, at[0], &views.views[v], &hits);
            cr_assert_eq(stile_joint_may_cross(scanner, &views.views[v], at, &may, NULL), STILE_OK);
            does = crosses(&views.views[v], &hits, at);
            cr_assert(may || !does, "seed %llu case %u: view %s, joints %u and %u",
                      (unsigned long long)seed, n, views.views[v].how, at[0], at[1]);
            crossed += does;
            spared += !may;
        }
        stile_buf_release(&bytes);
        stile_arena_release(&arena);
    }
    cr_assert(crossed > cases / 20 && spared > cases / 6, "%u crossed, %u spared", crossed, spared);
}
