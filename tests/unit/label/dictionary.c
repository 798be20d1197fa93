/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>

#include "base/memory.h"
#include "stile/permit.h"
#include "support/random.h"

static stile_levels *levels;
static stile_labels *labels;

static void setup(void)
{
    cr_assert_eq(stile_levels_create_default(&levels, NULL), STILE_OK);
    cr_assert_eq(stile_labels_create(levels, 4, &labels, NULL), STILE_OK);
}

static void teardown(void)
{
    stile_labels_destroy(labels);
    stile_levels_destroy(levels);
}

TestSuite(dictionary, .init = setup, .fini = teardown);

static uint32_t add(const char *text, bool *added)
{
    stile_label *label = NULL;
    uint32_t id = UINT32_MAX;
    cr_assert_eq(stile_label_parse(levels, stile_str(text), &label, NULL), STILE_OK);
    cr_assert_eq(stile_labels_add(labels, label, &id, added, NULL), STILE_OK);
    stile_label_destroy(label);
    return id;
}

static stile_permit *mint(const char *text)
{
    stile_clearance *clearance = NULL;
    stile_permit *permit = NULL;
    cr_assert_eq(stile_clearance_parse(levels, stile_str(text), &clearance, NULL), STILE_OK);
    cr_assert_eq(stile_permit_mint(labels, clearance, &permit, NULL), STILE_OK);
    stile_clearance_destroy(clearance);
    return permit;
}

Test(dictionary, a_label_keeps_its_first_id)
{
    bool added;
    cr_assert_eq(add("internal//b&a", &added), 0);
    cr_assert(added);
    cr_assert_eq(add("public", &added), 1);
    cr_assert_eq(add("internal//a&b", &added), 0);
    cr_assert(!added);
    cr_assert_eq(stile_labels_count(labels), 2);
    cr_assert_null(stile_labels_get(labels, 2));
    cr_assert_str_eq(stile_label_text(stile_labels_get(labels, 0)).ptr, "internal//a&b");
}

Test(dictionary, many_labels_are_found_again)
{
    char text[64];
    for (int i = 0; i < 5000; i++) {
        (void)sprintf(text, "internal//t%d", i);
        cr_assert_eq(add(text, NULL), (uint32_t)i);
    }
    for (int i = 0; i < 5000; i++) {
        uint32_t id;
        (void)sprintf(text, "internal//t%d", i);
        cr_assert(stile_labels_find(labels, stile_str(text), &id));
        cr_assert_eq(id, (uint32_t)i);
    }
    cr_assert(!stile_labels_find(labels, stile_str("internal//none"), &(uint32_t){0}));
}

Test(dictionary, a_permit_catches_up_with_new_labels)
{
    stile_permit *first, *second;
    add("public", NULL);
    add("restricted", NULL);
    first = mint("internal");
    cr_assert(stile_permit_has(first, 0) && !stile_permit_has(first, 1));
    add("internal", NULL);
    cr_assert(!stile_permit_has(first, 2), "a permit is immutable");
    second = mint("internal");
    cr_assert(stile_permit_has(second, 0) && !stile_permit_has(second, 1) &&
              stile_permit_has(second, 2));
    stile_permit_unref(first);
    stile_permit_unref(second);
}

Test(dictionary, a_permits_digest_does_not_tell_ids_or_hidden_labels)
{
    stile_labels *other = NULL, *kept = labels;
    stile_permit *a, *b;
    add("public", NULL);
    add("restricted", NULL);
    add("internal", NULL);
    a = mint("internal");
    cr_assert_eq(stile_labels_create(levels, 4, &other, NULL), STILE_OK);
    labels = other;
    add("internal", NULL);
    add("restricted//x", NULL);
    add("restricted//y", NULL);
    add("public", NULL);
    b = mint("internal");
    cr_assert_eq(memcmp(stile_permit_digest(a), stile_permit_digest(b), 32), 0);
    add("internal//z", NULL);
    stile_permit_unref(b);
    b = mint("internal//z");
    cr_assert_neq(memcmp(stile_permit_digest(a), stile_permit_digest(b), 32), 0);
    stile_permit_unref(a);
    stile_permit_unref(b);
    labels = kept;
    stile_labels_destroy(other);
}

Test(dictionary, more_clearances_than_the_cache_holds_still_mint_right)
{
    char text[64];
    for (int i = 0; i < 20; i++) {
        (void)sprintf(text, "internal//t%d", i);
        add(text, NULL);
    }
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < 20; i++) {
            stile_permit *permit;
            size_t count;
            (void)sprintf(text, "internal//t%d", i);
            permit = mint(text);
            cr_assert_eq(stile_permit_ids(permit, &count)[0], (uint32_t)i);
            cr_assert_eq(count, 1);
            stile_permit_unref(permit);
        }
}

Test(dictionary, null_permits_nothing)
{
    size_t count = 7;
    cr_assert(!stile_permit_has(NULL, 0));
    cr_assert_null(stile_permit_ids(NULL, &count));
    cr_assert_eq(count, 0);
    stile_permit_unref(NULL);
}

static void *mint_many(void *ctx)
{
    (void)ctx;
    for (int i = 0; i < 300; i++) {
        stile_permit *permit = mint("confidential//t1,t2");
        size_t count;
        const uint32_t *ids = stile_permit_ids(permit, &count);
        for (size_t k = 0; k < count; k++)
            cr_assert_not_null(stile_labels_get(labels, ids[k]));
        stile_permit_unref(permit);
    }
    return NULL;
}

Test(dictionary, minting_while_labels_are_added)
{
    pthread_t threads[3];
    char text[64];
    for (int i = 0; i < 3; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, mint_many, NULL), 0);
    for (int i = 0; i < 3000; i++) {
        (void)sprintf(text, "internal//t%d", i);
        add(text, NULL);
    }
    for (int i = 0; i < 3; i++)
        (void)pthread_join(threads[i], NULL);
    cr_assert_eq(stile_labels_count(labels), 3000);
}

Test(dictionary, running_out_of_memory_changes_nothing)
{
    stile_clearance *clearance = NULL;
    add("public", NULL);
    add("internal//a", NULL);
    cr_assert_eq(stile_clearance_parse(levels, stile_str("internal//a"), &clearance, NULL),
                 STILE_OK);
    for (long n = 0;; n++) {
        stile_permit *permit = NULL;
        stile_status st;
        stile_memory_fail_after(n);
        st = stile_permit_mint(labels, clearance, &permit, NULL);
        stile_memory_fail_after(-1);
        if (!st) {
            cr_assert(stile_permit_has(permit, 0) && stile_permit_has(permit, 1));
            stile_permit_unref(permit);
            break;
        }
        cr_assert_eq(st, STILE_NO_MEMORY);
    }
    stile_clearance_destroy(clearance);
}

/* Labels are added between the mints, so most permits are caught up and not made anew. */
Test(dictionary, a_permit_has_exactly_the_labels_that_its_clearance_dominates)
{
    static const char *const names[] = {"public", "internal", "confidential", "restricted"};
    static const char *const clearances[] = {"public", "internal//t1,t2,t3", "restricted//t1",
                                             "confidential//t0,t4,t5"};
    uint64_t seed = test_random_seed("dictionary.permit");

    for (uint32_t n = 0; n < test_cases(1000); n++) {
        test_random r = test_random_case(seed, n);
        const char *text = clearances[test_random_below(&r, 4)];
        stile_clearance *clearance = NULL;
        stile_permit *permit;
        char label[64];
        (void)sprintf(label, "%s//t%u%ct%u", names[test_random_below(&r, 4)],
                      (unsigned)test_random_below(&r, 8), "&|"[test_random_below(&r, 2)],
                      (unsigned)test_random_below(&r, 8));
        add(label, NULL);
        cr_assert_eq(stile_clearance_parse(levels, stile_str(text), &clearance, NULL), STILE_OK);
        permit = mint(text);
        for (uint32_t id = 0; id < stile_labels_count(labels); id++)
            cr_assert_eq(stile_permit_has(permit, id),
                         stile_clearance_dominates(clearance, stile_labels_get(labels, id)),
                         "seed %llu case %u: %s", (unsigned long long)seed, n, text);
        stile_permit_unref(permit);
        stile_clearance_destroy(clearance);
    }
}

Test(dictionary, a_caught_up_digest_is_that_of_a_permit_made_at_once)
{
    static const char *const added[] = {"public",        "internal//a", "restricted",
                                        "internal//a|b", "public//c",   "internal"};
    for (size_t i = 0; i < sizeof added / sizeof *added; i++) {
        stile_labels *kept = labels, *fresh = NULL;
        stile_permit *caught, *whole;
        add(added[i], NULL);
        caught = mint("internal//a");
        cr_assert_eq(stile_labels_create(levels, 4, &fresh, NULL), STILE_OK);
        labels = fresh;
        for (size_t k = 0; k <= i; k++)
            add(added[k], NULL);
        whole = mint("internal//a");
        cr_assert_eq(memcmp(stile_permit_digest(caught), stile_permit_digest(whole), 32), 0,
                     "after %s", added[i]);
        stile_permit_unref(caught);
        stile_permit_unref(whole);
        labels = kept;
        stile_labels_destroy(fresh);
    }
}

Test(dictionary, a_label_that_memory_ran_out_for_has_no_id)
{
    stile_label *label = NULL;
    uint32_t id = 7;
    long failed = 0;
    stile_status st = STILE_NO_MEMORY;

    cr_assert_eq(stile_label_parse(levels, stile_str("internal//a&\"b c\""), &label, NULL),
                 STILE_OK);
    for (; st; failed++) {
        cr_assert_eq(stile_labels_count(labels), 0);
        cr_assert(!stile_labels_find(labels, stile_label_text(label), &id));
        stile_memory_fail_after(failed);
        st = stile_labels_add(labels, label, &id, NULL, NULL);
        stile_memory_fail_after(-1);
        cr_assert(st == STILE_OK || st == STILE_NO_MEMORY);
    }
    cr_assert_gt(failed, 3);
    cr_assert_eq(id, 0);
    cr_assert_eq(stile_labels_count(labels), 1);
    stile_label_destroy(label);
}
