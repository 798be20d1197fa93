/* SPDX-License-Identifier: Apache-2.0 */
/* I1, no read up: no byte of a document above the caller's clearance leaves, on any route. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "world/world.h"

#define DOCUMENTS 60

static bool contains(const stile_buf *out, const char *needle)
{
    return out->len && memmem(out->ptr, out->len, needle, strlen(needle)) != NULL;
}

static void check_nothing_leaks(const stile_buf *out, size_t caller,
                                const world_document *documents, const char *what, uint64_t seed)
{
    for (size_t d = 0; d < DOCUMENTS; d++) {
        if (world_may_read(caller, documents[d].label))
            continue;
        cr_assert(!contains(out, documents[d].marker),
                  "seed %llu: %s shows the marker of %s (%s) to %s", (unsigned long long)seed, what,
                  documents[d].id, world_labels[documents[d].label], world_callers[caller]);
        cr_assert(!contains(out, documents[d].id), "seed %llu: %s shows the id of %s (%s) to %s",
                  (unsigned long long)seed, what, documents[d].id, world_labels[documents[d].label],
                  world_callers[caller]);
    }
}

/* Everything that lists, counts or looks up without a question. Returns how many documents, all the
 * caller's to read, it named. */
static uint32_t check_calls(world *w, test_random *r, size_t caller,
                            const world_document *documents, uint64_t seed)
{
    static const char *const paths[] = {
        "/v1/collections",
        "/v1/collections/world",
        "/v1/collections/annex",
        "/v1/quarantine?collection=world&state=all",
        "/v1/rules",
        "/v1/quarantine?collection=annex&state=all",
        "/v1/rules/rescan",
        "/v1/quarantine/export?collection=world",
    };
    const char *path = paths[test_random_below(r, 8)];
    uint32_t named = 0;
    stile_buf out;

    world_call(w, caller, "GET", path, &out);
    check_nothing_leaks(&out, caller, documents, path, seed);
    for (size_t d = 0; d < DOCUMENTS; d++)
        named += contains(&out, documents[d].id);
    stile_buf_release(&out);
    return named;
}

Test(read_up, nothing_above_the_clearance_leaves)
{
    uint64_t seed = test_random_seed("read_up");
    uint32_t cases = test_cases(1500), shown = 0, refused = 0, named = 0;
    world_document documents[DOCUMENTS];
    test_random r = test_random_case(seed, 0);
    world w;

    world_open(&w, NULL);
    for (unsigned i = 0; i < DOCUMENTS; i++) {
        const world_document *one = &documents[i];
        world_document_make(&r, i, test_random_below(&r, WORLD_LABELS), &documents[i]);
        world_put(&w, &one, 1);
    }
    for (uint32_t n = 0; n < cases; n++) {
        test_random c = test_random_case(seed, n + 1);
        size_t caller = test_random_below(&c, WORLD_CALLERS);
        const world_document *aim = &documents[test_random_below(&c, DOCUMENTS)];
        char question[128];
        stile_buf out;
        world_question(&c, question, sizeof question);
        /* Every third question names a marker, which only a document's reader may have met. */
        if (n % 3 == 0)
            (void)snprintf(question, sizeof question, "%s", aim->marker);
        world_ask(&w, caller, question, (stile_mode)(n % 3), 1 + test_random_below(&c, 20), &out);
        check_nothing_leaks(&out, caller, documents, "an answer", seed);
        shown += contains(&out, aim->marker);
        stile_buf_release(&out);
        named += check_calls(&w, &c, caller, documents, seed);

        world_read(&w, caller, aim->id, &out);
        if (world_may_read(caller, aim->label)) {
            cr_assert(contains(&out, aim->id), "seed %llu: %s cannot read %s",
                      (unsigned long long)seed, world_callers[caller], aim->id);
        } else {
            stile_buf missing;
            world_read(&w, caller, "no-such-document", &missing);
            cr_assert(stile_slice_eq(stile_buf_slice(&out), stile_buf_slice(&missing)),
                      "seed %llu: a hidden document and a missing one differ: %s",
                      (unsigned long long)seed, out.ptr);
            stile_buf_release(&missing);
            refused++;
        }
        stile_buf_release(&out);
    }
    for (unsigned i = 0; i < DOCUMENTS; i++)
        world_document_release(&documents[i]);
    world_close(&w);
    fprintf(stderr,
            "read_up: %u cases, %u answers showed what was asked for, %u reads refused, %u "
            "documents in lists\n",
            cases, shown, refused, named);
    cr_assert(shown > cases / 20 && refused > cases / 10 && named > cases / 20,
              "the cases did not exercise both sides");
}
