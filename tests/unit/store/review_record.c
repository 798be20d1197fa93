/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "store/review_record.h"
#include "support/random.h"

static stile_review sample(void)
{
    return (stile_review){.scope = STILE_REVIEW_COLLECTION,
                          .decision = STILE_REVIEW_RELEASED,
                          .collection = 300,
                          .label = 7,
                          .doc = {{1, 2, 3}},
                          .ordinal = 70000,
                          .principal = stile_str("ann"),
                          .reason = stile_str("our own guide"),
                          .approver = stile_str("ben"),
                          .created_ms = 5,
                          .until_ms = UINT64_MAX};
}

Test(review_record, decodes_to_what_was_encoded)
{
    stile_review review = sample(), back;
    stile_buf record;

    stile_buf_init(&record, 4096);
    stile_review_encode(&review, &record);
    cr_assert_eq(stile_review_decode(stile_buf_slice(&record), &back, NULL), STILE_OK);
    cr_assert_eq(back.scope, STILE_REVIEW_COLLECTION);
    cr_assert_eq(back.decision, STILE_REVIEW_RELEASED);
    cr_assert_eq(back.collection, 300);
    cr_assert_eq(back.label, 7);
    cr_assert_eq(back.ordinal, 70000);
    cr_assert_eq(stile_docref_cmp(&back.doc, &review.doc), 0);
    cr_assert(stile_slice_eq(back.principal, review.principal) &&
              stile_slice_eq(back.reason, review.reason) &&
              stile_slice_eq(back.approver, review.approver));
    cr_assert_eq(back.until_ms, UINT64_MAX);
    stile_buf_release(&record);
}

/* A damaged record is refused, or means something that encodes as no more: never a decision or a
 * scope that is none. */
Test(review_record, damage_is_refused_or_harmless)
{
    uint64_t seed = test_random_seed("review_record");
    uint32_t cases = test_cases(5000);
    stile_review review = sample(), back;
    stile_buf record;

    stile_buf_init(&record, 4096);
    stile_review_encode(&review, &record);
    for (uint32_t i = 0; i < cases; i++) {
        test_random r = test_random_case(seed, i);
        char bytes[512];
        size_t len = record.len - (i % 3 == 0 ? test_random_below(&r, (uint32_t)record.len) : 0);
        memcpy(bytes, record.ptr, len);
        if (len)
            bytes[test_random_below(&r, (uint32_t)len)] = (char)test_random_next(&r);
        if (stile_review_decode(stile_slice_of(bytes, len), &back, NULL))
            continue;
        cr_assert_leq((int)back.decision, (int)STILE_REVIEW_CONFIRMED);
        cr_assert_leq((int)back.scope, (int)STILE_REVIEW_COLLECTION);
    }
    stile_buf_release(&record);
}
