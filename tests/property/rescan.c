/* SPDX-License-Identifier: Apache-2.0 */
/* The rescan, cut short at random places, across reopenings and changes of the policy: in the end it
 * has seen every document exactly once under the policy in force, has found what each text's words
 * say it must, and shows a caller only what lies under labels that the caller may read. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>

#include "base/file.h"
#include "query/rescan.h"
#include "support/folder.h"
#include "world/world.h"

#define DOCUMENTS 150

static stile_policy *make_policy(const char *folder, const char *name, const char *word)
{
    char pack[512], path[512];
    stile_policy_options options = {.rules_folder = path, .classifier = "none"};
    stile_policy *policy = NULL;
    stile_error err = {0};

    (void)snprintf(pack, sizeof pack,
                   "pack: p\nversion: 1\nrules:\n  - id: p.%s\n    family: f\n"
                   "    severity: critical\n    weight: 0.9\n    action: withhold\n"
                   "    pattern: '%s'\n    reason: r\n",
                   name, word);
    (void)snprintf(path, sizeof path, "%s", test_path(folder, name));
    cr_assert_eq(stile_dir_create(path, &err), STILE_OK);
    test_file_write(test_path(path, "p.yaml"), stile_str(pack));
    cr_assert_eq(stile_policy_load(&options, &policy, &err), STILE_OK, "%s", err.text);
    return policy;
}

typedef struct cut {
    atomic_bool stop;
    uint32_t after_us;
} cut;

static void *cut_short(void *ctx)
{
    cut *c = ctx;
    (void)nanosleep(&(struct timespec){.tv_nsec = (long)c->after_us * 1000}, NULL);
    atomic_store(&c->stop, true);
    return NULL;
}

/* Until done, cut short now and then; the world may be closed in between. */
static void run_to_end(world *w, test_random *r, stile_policy *policy, unsigned *cuts)
{
    stile_job job = {0};

    do {
        cut c = {.after_us = test_random_below(r, 20000)};
        pthread_t thread;
        stile_error err = {0};
        cr_assert_eq(pthread_create(&thread, NULL, cut_short, &c), 0);
        cr_assert_eq(stile_rescan_run(w->plane, &c.stop, NULL, NULL, &job, &err), STILE_OK, "%s",
                     err.text);
        (void)pthread_join(thread, NULL);
        if (job.state == STILE_JOB_RUNNING) {
            ++*cuts;
            if (test_random_below(r, 8) == 0) {
                world_reopen(w);
                stile_plane_set_policy(w->plane, policy);
            }
        }
    } while (job.state == STILE_JOB_RUNNING);
    cr_assert_eq(job.state, STILE_JOB_DONE);
    cr_assert_eq(memcmp(job.scan_version.bytes, stile_policy_hash(policy)->bytes, 32), 0);
}

static stile_status add(void *ctx, const stile_label *label, const stile_job_tally *tally,
                        stile_error *err)
{
    stile_job_tally *sum = ctx;
    (void)label;
    (void)err;
    sum->documents += tally->documents;
    sum->withheld += tally->withheld;
    return STILE_OK;
}

static void check(world *w, const unsigned documents[WORLD_LABELS],
                  const unsigned hits[WORLD_LABELS])
{
    stile_job job;
    cr_assert_eq(stile_rescan_last(w->plane, &job, NULL), STILE_OK);
    for (size_t caller = 0; caller < WORLD_CALLERS; caller++) {
        stile_job_tally sum = {0};
        stile_clearance *clearance = NULL;
        unsigned want = 0, want_hits = 0;
        for (size_t l = 0; l < WORLD_LABELS; l++)
            if (world_may_read(caller, l)) {
                want += documents[l];
                want_hits += hits[l];
            }
        cr_assert_eq(stile_clearance_parse(stile_plane_levels(w->plane),
                                           stile_str(world_callers[caller]), &clearance, NULL),
                     STILE_OK);
        cr_assert_eq(stile_rescan_tallies(w->plane, &job, clearance, add, &sum, NULL), STILE_OK);
        cr_assert_eq(sum.documents, want, "caller %zu: %llu documents, not %u", caller,
                     (unsigned long long)sum.documents, want);
        cr_assert_eq(sum.withheld, want_hits, "caller %zu", caller);
        stile_clearance_destroy(clearance);
    }
}

Test(rescan, sees_every_document_once_wherever_it_is_cut_short)
{
    uint64_t seed = test_random_seed("rescan");
    test_random r = test_random_case(seed, 0);
    uint32_t rounds = test_cases(1500) / DOCUMENTS;
    unsigned documents[WORLD_LABELS] = {0}, hits[2][WORLD_LABELS] = {{0}}, cuts = 0;
    char *folder = test_folder_make();
    stile_policy *policies[2] = {make_policy(folder, "one", "applesauce"),
                                 make_policy(folder, "two", "pearsauce")};
    world w;

    world_open(&w, "embedder:\n  kind: none\nscan:\n  rescan_rate: 1000000000\n");
    stile_plane_set_policy(w.plane, policies[0]);
    for (unsigned i = 0; i < DOCUMENTS; i++) {
        test_random c = test_random_case(seed, 1000 + i);
        size_t label = test_random_below(&c, WORLD_LABELS);
        const char *words[] = {"applesauce", "pearsauce", "neither"};
        uint32_t which = test_random_below(&c, 3);
        world_document document = {.label = label, .format = STILE_FORMAT_TEXT};
        const world_document *one = &document;
        (void)snprintf(document.id, sizeof document.id, "d%u", i);
        stile_buf_init(&document.body, 4096);
        stile_buf_printf(&document.body, "Document %u speaks of %s.", i, words[which]);
        world_put(&w, &one, 1);
        world_document_release(&document);
        documents[label]++;
        if (which < 2)
            hits[which][label]++;
    }
    for (uint32_t round = 0; round < rounds; round++) {
        stile_plane_set_policy(w.plane, policies[round % 2]);
        run_to_end(&w, &r, policies[round % 2], &cuts);
        check(&w, documents, hits[round % 2]);
    }
    fprintf(stderr, "rescan: %u rounds of %d documents, cut short %u times\n", rounds, DOCUMENTS,
            cuts);
    cr_assert_gt(cuts, 0);
    world_close(&w);
    stile_policy_unref(policies[0]);
    stile_policy_unref(policies[1]);
    test_folder_remove(folder);
}
