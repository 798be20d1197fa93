/* SPDX-License-Identifier: Apache-2.0 */
/* I3 for what people ruled: while a flagged chunk is released and taken back, and its collection's
 * handling changes, under concurrent queries, the audit log is read back. In its order, an answer
 * shows the condemned sentence exactly when the last ruling before it was a release, and shows
 * nothing of the chunk's text when its collection withheld it. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "base/file.h"
#include "base/json.h"
#include "plane/record.h"
#include "query/quarantine.h"
#include "support/folder.h"
#include "world/world.h"

#define THREADS 3
#define TARGET "d1"

static const char rules[] = "pack: base\nversion: 1\nrules:\n"
                            "  - id: base.ledger\n    family: test\n    severity: critical\n"
                            "    weight: 0.95\n    action: strip\n    pattern: 'ledger'\n"
                            "    reason: r\n";

/* What an answer showed of the target. */
typedef enum { NOT_THERE, WITHHELD, STRIPPED, WHOLE } shown;

typedef struct race {
    world w;
    uint64_t seed;
    uint32_t cases;
    atomic_uint next;
    atomic_bool done;
    pthread_mutex_t lock; /* of `seen` */
    json_t *seen;         /* trace id -> shown */
} race;

static shown look(const json_t *answer)
{
    const json_t *results = json_object_get(answer, "results");

    for (size_t i = 0; i < json_array_size(results); i++) {
        const json_t *result = json_array_get(results, i);
        const char *text = json_string_value(json_object_get(result, "text"));
        if (strcmp(json_string_value(json_object_get(result, "document_id")), TARGET) != 0)
            continue;
        return !text ? WITHHELD : strcasestr(text, "ledger") ? WHOLE : STRIPPED;
    }
    return NOT_THERE;
}

static void *ask(void *ctx)
{
    race *r = ctx;

    while (!atomic_load(&r->done)) {
        stile_query query = {.credentials = {.owner = true, .clearance = stile_str("restricted")},
                             .text = stile_str("the ledger of the harbour zanzibar"),
                             .mode = STILE_MODE_LEXICAL,
                             .k = 4};
        stile_buf answer;
        stile_error err = {0};
        json_t *json = NULL;
        atomic_fetch_add(&r->next, 1);
        stile_buf_init(&answer, 1 << 22);
        if (stile_retrieve(r->w.plane, &query, &answer, &err)) {
            cr_assert(strstr(err.text, "policy"), "%s", err.text);
        } else {
            cr_assert_eq(stile_json_parse(stile_buf_slice(&answer), "answer", &json, NULL),
                         STILE_OK);
            (void)pthread_mutex_lock(&r->lock);
            (void)json_object_set_new(r->seen, json_string_value(json_object_get(json, "trace_id")),
                                      json_integer(look(json)));
            (void)pthread_mutex_unlock(&r->lock);
            json_decref(json);
        }
        stile_buf_release(&answer);
    }
    return NULL;
}

static void put_documents(race *r)
{
    for (unsigned i = 0; i < 6; i++) {
        world_document document = {.label = 0, .format = STILE_FORMAT_TEXT};
        const world_document *one = &document;
        (void)snprintf(document.id, sizeof document.id, "d%u", i);
        stile_buf_init(&document.body, 4096);
        stile_buf_printf(&document.body,
                         "The harbour number %u has boats%s. The ledger lies there. The tide comes "
                         "in twice a day, and the office is open in the morning.",
                         i, strcmp(document.id, TARGET) == 0 ? " from zanzibar" : "");
        world_put(&r->w, &one, 1);
        world_document_release(&document);
    }
}

/* The target's pin and place, as a reviewer would find them. */
static void find_target(race *r, const stile_caller *caller, stile_quarantined *out,
                        stile_arena *arena)
{
    stile_quarantine q;
    stile_docref doc;
    stile_error err = {0};

    cr_assert_eq(stile_docref_of(stile_str(world_home(TARGET)), stile_str(TARGET), &doc, NULL),
                 STILE_OK);
    cr_assert_eq(stile_quarantine_init(&q, r->w.plane, caller, &err), STILE_OK);
    cr_assert_eq(stile_quarantine_look(&q, &doc, 0, arena, out, &err), STILE_OK, "%s", err.text);
    stile_quarantine_release(&q);
}

static void rule(race *r, const stile_caller *caller, const stile_quarantined *target, bool release)
{
    stile_review review = {.scope = STILE_REVIEW_CHUNK,
                           .decision = release ? STILE_REVIEW_RELEASED : STILE_REVIEW_REOPENED,
                           .collection = target->fetched.document.collection,
                           .label = target->fetched.document.label,
                           .doc = target->fetched.doc,
                           .principal = stile_str("ann"),
                           .until_ms = stile_now_ms() + 3600000};

    cr_assert_eq(stile_plane_review_put(r->w.plane, &review, &target->pins.chunk,
                                        release ? "quarantine.release" : "quarantine.reopen",
                                        stile_record_begin(caller), NULL),
                 STILE_OK);
}

static void set_flagged(race *r, const stile_caller *caller, stile_flagged flagged)
{
    stile_collection_change change = {
        .name = stile_str(world_home(TARGET)), .sets_flagged = true, .flagged = flagged};
    stile_collection out;
    stile_arena arena;

    stile_arena_init(&arena, 0);
    cr_assert_eq(stile_plane_collection_change(r->w.plane, caller, &change, &arena, &out, NULL),
                 STILE_OK);
    stile_arena_release(&arena);
}

typedef struct reading {
    race *r;
    bool known, released, withhold;
    unsigned answers, changes, of[4];
} reading;

static void check_record(void *ctx, stile_slice line)
{
    reading *g = ctx;
    json_t *json = NULL;
    const json_t *body, *saw;
    const char *event;

    cr_assert_eq(stile_json_parse(line, "record", &json, NULL), STILE_OK);
    body = json_object_get(json, "body");
    event = json_string_value(json_object_get(json, "event"));
    event = event ? event : "";
    g->changes +=
        strncmp(event, "quarantine.", 11) == 0 || strcmp(event, "collection.settings") == 0;
    if (strcmp(event, "quarantine.release") == 0)
        g->released = g->known = true;
    else if (strcmp(event, "quarantine.reopen") == 0)
        g->released = false;
    else if (strcmp(event, "collection.settings") == 0)
        g->withhold = strcmp(json_string_value(json_object_get(body, "flagged")), "withhold") == 0;
    if (g->known && strcmp(event, "retrieve") == 0 &&
        (saw = json_object_get(g->r->seen, json_string_value(json_object_get(body, "trace_id"))))) {
        shown want = g->released ? WHOLE : g->withhold ? WITHHELD : STRIPPED;
        cr_assert_eq(json_integer_value(saw), want, "seed %llu: showed %d, not %d",
                     (unsigned long long)g->r->seed, (int)json_integer_value(saw), (int)want);
        g->of[want]++;
        g->answers++;
    }
    json_decref(json);
}

Test(rulings, every_recorded_answer_rests_on_the_last_ruling_before_it)
{
    race r = {.seen = json_object()};
    reading g = {.r = &r};
    char *folder = test_folder_make();
    stile_policy_options options = {.rules_folder = folder, .classifier = "none"};
    stile_policy *policy = NULL;
    stile_clearance *clearance = NULL;
    stile_caller ann = {.name = "ann", .key_id = "1", .scopes = UINT32_MAX};
    stile_quarantined target;
    stile_arena arena;
    pthread_t threads[THREADS];
    test_random random;

    r.seed = test_random_seed("rulings");
    random = test_random_case(r.seed, 0);
    r.cases = test_cases(1500);
    (void)pthread_mutex_init(&r.lock, NULL);
    test_file_write(test_path(folder, "base.yaml"), stile_str(rules));
    cr_assert_eq(stile_policy_load(&options, &policy, NULL), STILE_OK);
    world_open(&r.w, "embedder:\n  kind: none\n");
    stile_plane_set_policy(r.w.plane, policy);
    put_documents(&r);
    cr_assert_eq(stile_clearance_parse(stile_plane_levels(r.w.plane), stile_str("restricted"),
                                       &clearance, NULL),
                 STILE_OK);
    ann.clearance = clearance;
    stile_arena_init(&arena, 0);
    find_target(&r, &ann, &target, &arena);
    for (int i = 0; i < THREADS; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, ask, &r), 0);
    while (atomic_load(&r.next) < r.cases) {
        if (test_random_below(&random, 3))
            rule(&r, &ann, &target, test_random_below(&random, 2) == 0);
        else
            set_flagged(&r, &ann, (stile_flagged)test_random_below(&random, 2));
        (void)nanosleep(&(struct timespec){.tv_nsec = (long)test_random_below(&random, 4000000)},
                        NULL);
    }
    atomic_store(&r.done, true);
    for (int i = 0; i < THREADS; i++)
        (void)pthread_join(threads[i], NULL);
    cr_assert_eq(
        stile_audit_tail(test_path(r.w.folder, "audit"), SIZE_MAX / 2, check_record, &g, NULL),
        STILE_OK);
    fprintf(stderr, "rulings: %u answers over %u changes: %u whole, %u stripped, %u withheld\n",
            g.answers, g.changes, g.of[WHOLE], g.of[STRIPPED], g.of[WITHHELD]);
    cr_assert(g.answers > r.cases / 4 && g.changes > 20);
    cr_assert(g.of[WHOLE] && g.of[STRIPPED] && g.of[WITHHELD]);
    stile_arena_release(&arena);
    stile_clearance_destroy(clearance);
    world_close(&r.w);
    stile_policy_unref(policy);
    json_decref(r.seen);
    test_folder_remove(folder);
}
