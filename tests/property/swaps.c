/* SPDX-License-Identifier: Apache-2.0 */
/* I3 across the life of packs: while packs are promoted and rolled back under concurrent queries
 * and readings, the audit log is read back. In its order, every answer must name the scan version
 * that the last change before it put in force, and must have let the word out that the pack
 * forbids exactly when the pack was not in force. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "base/file.h"
#include "base/json.h"
#include "plane/packs.h"
#include "support/folder.h"
#include "world/world.h"

#define THREADS 3
#define DOCUMENTS 16

static const char base[] = "pack: base\nversion: 1\nrules:\n"
                           "  - id: base.rule\n    family: base\n    weight: 0.9\n"
                           "    pattern: 'no text has this'\n    reason: nothing\n";

static const char pack_text[] =
    "pack: acme\nversion: 1\nrules:\n"
    "  - id: acme.ledger%u\n    family: test\n    severity: critical\n    weight: 0.95\n"
    "    action: strip\n    pattern: 'ledger'\n    reason: \"a word that this pack forbids\"\n"
    "    positive: [\"the ledger\"]\n    negative: [\"nothing here\"]\n";

typedef struct race {
    world w;
    uint64_t seed;
    uint32_t cases;
    atomic_uint next;
    atomic_bool done;
    /* written by the asking threads: what of the forbidden word each answer let out */
    pthread_mutex_t lock;
    json_t *with_word; /* trace id -> true or false */
} race;

static void note(race *r, const stile_buf *answer)
{
    json_t *json = NULL;
    const char *trace;
    bool word = false;

    if (stile_json_parse(stile_buf_slice(answer), "answer", &json, NULL))
        return;
    for (size_t i = 0; i < json_array_size(json_object_get(json, "results")); i++) {
        const json_t *result = json_array_get(json_object_get(json, "results"), i);
        const char *text = json_string_value(json_object_get(result, "text"));
        word |= text && strcasestr(text, "ledger");
    }
    if ((trace = json_string_value(json_object_get(json, "trace_id")))) {
        (void)pthread_mutex_lock(&r->lock);
        (void)json_object_set_new(r->with_word, trace, json_boolean(word));
        (void)pthread_mutex_unlock(&r->lock);
    }
    json_decref(json);
}

static void ask_one(race *r, uint32_t n)
{
    stile_buf answer;
    stile_error err = {0};

    stile_buf_init(&answer, 1 << 22);
    if (n % 4 == 0) {
        char id[32];
        stile_document_request request = {
            .credentials = {.owner = true, .clearance = stile_str("restricted")},
            .collection = stile_str(WORLD_COLLECTION)};
        (void)snprintf(id, sizeof id, "d%u", n % DOCUMENTS);
        request.id = stile_str(id);
        (void)!stile_document_get(r->w.plane, &request, &answer, &err);
    } else {
        stile_query query = {.credentials = {.owner = true, .clearance = stile_str("restricted")},
                             .text = stile_str("the ledger of the harbour"),
                             .mode = STILE_MODE_LEXICAL,
                             .k = 5};
        if (!stile_retrieve(r->w.plane, &query, &answer, &err))
            note(r, &answer);
        else
            cr_assert(strstr(err.text, "policy"), "%s", err.text);
    }
    stile_buf_release(&answer);
}

static void *ask(void *ctx)
{
    race *r = ctx;

    while (!atomic_load(&r->done))
        ask_one(r, atomic_fetch_add(&r->next, 1));
    return NULL;
}

/* One whole life: returns when the version was active, and was rolled back. */
static void one_life(race *r, const stile_caller *ann, const stile_caller *ben, uint32_t n)
{
    char text[1024];
    stile_arena arena;
    stile_pack pack;
    stile_error err = {0};
    stile_pack_report report = {0};
    stile_pack_step step = {.caller = ann, .name = stile_str("acme")};
    stile_status st;

    stile_arena_init(&arena, 0);
    (void)snprintf(text, sizeof text, pack_text, n);
    cr_assert_eq(stile_plane_pack_upload(r->w.plane, &step, stile_str(text), stile_str(""), &arena,
                                         &pack, &err),
                 STILE_OK, "%s", err.text);
    step.version = pack.version;
    cr_assert_eq(stile_plane_pack_test(r->w.plane, &step, &report, &arena, &pack, &err), STILE_OK);
    cr_assert_eq(pack.state, STILE_PACK_TESTED);
    cr_assert_eq(stile_plane_pack_shadow(r->w.plane, &step, true, &arena, &pack, &err), STILE_OK);
    step.caller = ben;
    cr_assert_eq(stile_plane_pack_approve(r->w.plane, &step, &arena, &pack, &err), STILE_OK);
    while ((st = stile_plane_pack_promote(r->w.plane, &step, &arena, &pack, &err)) ==
           STILE_CONFLICT)
        (void)nanosleep(&(struct timespec){0, 1000000}, NULL); /* figures are still coming */
    cr_assert_eq(st, STILE_OK, "%s", err.text);
    (void)nanosleep(&(struct timespec){0, (long)(n % 5) * 3000000}, NULL);
    for (step.version = n % 3 ? pack.version : 0; step.version; step.version = pack.previous) {
        cr_assert_eq(stile_plane_pack_rollback(r->w.plane, &step, &arena, &pack, &err), STILE_OK,
                     "%s", err.text);
        (void)nanosleep(&(struct timespec){0, 4000000}, NULL);
    } /* else the next version replaces it */
    stile_arena_release(&arena);
}

/* The log, record by record. */
typedef struct reading {
    race *r;
    char scan[STILE_SHA256_HEX]; /* in force; empty: not known yet */
    bool forbidding;
    unsigned answers, changes, words;
} reading;

static void check_record(void *ctx, stile_slice line)
{
    reading *g = ctx;
    json_t *json = NULL;
    const json_t *body;
    const char *event, *scan;

    cr_assert_eq(stile_json_parse(line, "record", &json, NULL), STILE_OK);
    body = json_object_get(json, "body");
    event = json_string_value(json_object_get(json, "event"));
    if (event && (strcmp(event, "rules.promote") == 0 || strcmp(event, "rules.rollback") == 0)) {
        scan = json_string_value(json_object_get(body, "scan"));
        cr_assert(scan);
        (void)snprintf(g->scan, sizeof g->scan, "%s", scan);
        /* A rollback may bring an older version back, which forbids the same word. */
        g->forbidding =
            strcmp(event, "rules.promote") == 0 || json_object_get(body, "other_version") != NULL;
        g->changes++;
    } else if (event && g->scan[0] &&
               (strcmp(event, "retrieve") == 0 || strcmp(event, "document") == 0)) {
        const json_t *word;
        scan = json_string_value(json_object_get(json_object_get(body, "policy"), "scan"));
        cr_assert_str_eq(scan, g->scan,
                         "seed %llu: an answer under another policy than was in "
                         "force when it was recorded",
                         (unsigned long long)g->r->seed);
        g->answers++;
        word = json_object_get(g->r->with_word,
                               json_string_value(json_object_get(body, "trace_id")) ?: "");
        if (word) {
            cr_assert(!(g->forbidding && json_is_true(word)), "a forbidden word came out");
            g->words += json_is_true(word);
        }
    }
    json_decref(json);
}

Test(swaps, every_recorded_answer_rests_on_what_was_in_force_then)
{
    static race r; /* the threads outlive a failed test */
    reading g = {.r = &r};
    char config[512], *folder = test_folder_make();
    stile_clearance *clearance = NULL;
    stile_caller ann = {.name = "ann", .key_id = "1", .scopes = UINT32_MAX}, ben = ann;
    pthread_t threads[THREADS];
    uint32_t lives = 0;

    r.with_word = json_object();
    r.seed = test_random_seed("swaps");
    r.cases = test_cases(1500);
    (void)pthread_mutex_init(&r.lock, NULL);
    test_file_write(test_path(folder, "base.yaml"), stile_str(base));
    (void)snprintf(config, sizeof config,
                   "embedder:\n  kind: none\nscan:\n  rules: %s\n  shadow_least: 1\n"
                   "  withheld_rise: 1\n  spike_rise: 1\n",
                   folder);
    world_open(&r.w, config);
    for (unsigned i = 0; i < DOCUMENTS; i++) {
        test_random c = test_random_case(r.seed, i);
        world_document document;
        const world_document *one = &document;
        world_document_make(&c, i, 0, &document);
        stile_buf_add_str(&document.body, "\n\nThe ledger lies in the harbour office.\n");
        (void)snprintf(document.id, sizeof document.id, "d%u", i);
        world_put(&r.w, &one, 1);
        world_document_release(&document);
    }
    cr_assert_eq(stile_clearance_parse(stile_plane_levels(r.w.plane), stile_str("restricted"),
                                       &clearance, NULL),
                 STILE_OK);
    ann.clearance = ben.clearance = clearance;
    ben.name = "ben";
    for (int i = 0; i < THREADS; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, ask, &r), 0);
    while (atomic_load(&r.next) < r.cases || lives < 12)
        one_life(&r, &ann, &ben, lives++);
    atomic_store(&r.done, true);
    for (int i = 0; i < THREADS; i++)
        (void)pthread_join(threads[i], NULL);
    cr_assert_eq(
        stile_audit_tail(test_path(r.w.folder, "audit"), SIZE_MAX / 2, check_record, &g, NULL),
        STILE_OK);
    fprintf(stderr, "swaps: %u answers over %u changes of policy, %u with the word\n", g.answers,
            g.changes, g.words);
    cr_assert(g.changes > 12 && g.answers > r.cases / 2 && g.words > 10);
    stile_clearance_destroy(clearance);
    world_close(&r.w);
    json_decref(r.with_word);
    test_folder_remove(folder);
}
