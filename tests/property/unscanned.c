/* SPDX-License-Identifier: Apache-2.0 */
/* I3, nothing unscanned: while the policy is swapped under concurrent queries, every answer's text
 * is what the policy that it names releases, and no answer names a policy that was replaced before
 * the question was asked. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "base/file.h"
#include "base/json.h"
#include "support/folder.h"
#include "world/world.h"

#define THREADS 2
#define DOCUMENTS 24

/* Two packs that each strip another word's sentence. */
static stile_policy *make_policy(const char *folder, const char *name, const char *forbidden)
{
    char pack[1024], path[512];
    stile_policy_options options = {.rules_folder = path};
    stile_policy *policy = NULL;
    stile_error err = {0};

    (void)snprintf(pack, sizeof pack,
                   "pack: %s\nversion: 1\nrules:\n"
                   "  - id: test.%s\n    family: test\n    severity: high\n    weight: 0.95\n"
                   "    views: [normalized]\n    action: strip\n    pattern: '\\b%s\\b'\n"
                   "    reason: \"a word that this policy forbids\"\n"
                   "    references: [test]\n"
                   "    positive: [\"the %s\"]\n    negative: [\"nothing here\"]\n",
                   name, name, forbidden, forbidden);
    (void)snprintf(path, sizeof path, "%s", test_path(folder, name));
    cr_assert_eq(stile_dir_create(path, &err), STILE_OK);
    test_file_write(test_path(path, "pack.yaml"), stile_str(pack));
    cr_assert_eq(stile_policy_load(&options, &policy, &err), STILE_OK, "%s", err.text);
    return policy;
}

typedef struct race {
    world w;
    uint64_t seed;
    const char *forbidden[2];
    char version[2][STILE_SHA256_HEX];
    atomic_uint next;
    uint32_t cases;
    atomic_uint checked, refused, with_text;
    atomic_bool done;
} race;

static void check(race *r, const stile_buf *answer)
{
    json_t *json = NULL;
    const char *version;
    int which;

    if (stile_json_parse(stile_buf_slice(answer), "answer", &json, NULL)) {
        /* A refusal: allowed, but only for the reason that the policy kept changing. */
        cr_assert(memmem(answer->ptr, answer->len, "policy", 6), "%s", answer->ptr);
        atomic_fetch_add(&r->refused, 1);
        return;
    }
    version = json_string_value(json_object_get(json_object_get(json, "policy"), "scan"));
    which = strcmp(version, r->version[1]) == 0;
    cr_assert(which || strcmp(version, r->version[0]) == 0, "an answer under no known policy");
    for (size_t i = 0; i < json_array_size(json_object_get(json, "results")); i++) {
        const json_t *text =
            json_object_get(json_array_get(json_object_get(json, "results"), i), "text");
        if (!json_is_string(text))
            continue;
        atomic_fetch_add(&r->with_text, 1);
        cr_assert(!strstr(json_string_value(text), r->forbidden[which]),
                  "seed %llu: text with a word that its policy strips",
                  (unsigned long long)r->seed);
    }
    json_decref(json);
    atomic_fetch_add(&r->checked, 1);
}

static void *ask(void *ctx)
{
    race *r = ctx;
    uint32_t n;

    while ((n = atomic_fetch_add(&r->next, 1)) < r->cases) {
        test_random c = test_random_case(r->seed, n);
        char question[128];
        stile_buf answer;
        world_question(&c, question, sizeof question);
        world_ask(&r->w, 0, question, (stile_mode)(n % 3), 5, &answer);
        check(r, &answer);
        stile_buf_release(&answer);
    }
    return NULL;
}

Test(unscanned, every_answer_is_what_its_policy_releases)
{
    race r = {.forbidden = {"harbour", "ledger"}};
    stile_policy *policies[2];
    pthread_t threads[THREADS];
    char *folder = test_folder_make();
    uint32_t swaps = 0;

    r.seed = test_random_seed("unscanned");
    r.cases = test_cases(1500);
    world_open(&r.w, NULL);
    for (int i = 0; i < 2; i++) {
        policies[i] = make_policy(folder, i ? "two" : "one", r.forbidden[i]);
        stile_hex(stile_policy_hash(policies[i])->bytes, STILE_SHA256_LEN, r.version[i]);
    }
    stile_plane_set_policy(r.w.plane, policies[0]);
    for (unsigned i = 0; i < DOCUMENTS; i++) {
        test_random c = test_random_case(r.seed, 100000 + i);
        world_document document;
        const world_document *one = &document;
        world_document_make(&c, i, 0, &document);
        world_put(&r.w, &one, 1);
        world_document_release(&document);
    }
    for (int i = 0; i < THREADS; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, ask, &r), 0);
    while (atomic_load(&r.next) < r.cases) {
        stile_plane_set_policy(r.w.plane, policies[++swaps % 2]);
        (void)nanosleep(&(struct timespec){0, 2000000}, NULL);
    }
    for (int i = 0; i < THREADS; i++)
        (void)pthread_join(threads[i], NULL);
    fprintf(stderr, "unscanned: %u answers over %u swaps, %u texts checked, %u refused\n",
            atomic_load(&r.checked), swaps, atomic_load(&r.with_text), atomic_load(&r.refused));
    cr_assert(atomic_load(&r.checked) > r.cases / 2 && swaps > 10);
    cr_assert(atomic_load(&r.with_text) > r.cases);
    /* A question asked after the swap is answered under the new policy. */
    for (int i = 0; i < 2; i++) {
        stile_buf answer;
        stile_plane_set_policy(r.w.plane, policies[i]);
        world_ask(&r.w, 0, "harbour ledger", STILE_MODE_HYBRID, 5, &answer);
        cr_assert(memmem(answer.ptr, answer.len, r.version[i], 64));
        stile_buf_release(&answer);
    }
    world_close(&r.w);
    stile_policy_unref(policies[0]);
    stile_policy_unref(policies[1]);
    test_folder_remove(folder);
}
