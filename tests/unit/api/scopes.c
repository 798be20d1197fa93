/* SPDX-License-Identifier: Apache-2.0 */
/* The separation of author, approver, promoter and viewer holds on every route: a key with all
 * scopes but the one that a route needs is refused there, in the audit log too, and changes nothing. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "api/route.h"
#include "base/json.h"
#include "plane/packs.h"
#include "support/folder.h"

#define RULES_ANY                                                                                  \
    (1u << STILE_SCOPE_FINDINGS | 1u << STILE_SCOPE_RULES_WRITE |                                  \
     1u << STILE_SCOPE_RULES_APPROVE | 1u << STILE_SCOPE_RULES_PROMOTE)
#define CHUNK "00000000000000000000000000000000-000000"
#define VERSION "/v1/rules/packs/acme/versions/1"

static const struct row {
    const char *method, *path;
    uint32_t scopes; /* any of these opens it */
} rows[] = {
    {"GET", "/v1/rules", RULES_ANY},
    {"GET", "/v1/rules/rescan", RULES_ANY},
    {"GET", "/v1/rules/packs", RULES_ANY},
    {"GET", "/v1/rules/packs/acme", RULES_ANY},
    {"GET", "/v1/rules/packs/acme/diff?from=1&to=1", RULES_ANY},
    {"GET", VERSION, RULES_ANY},
    {"GET", VERSION "/shadow", RULES_ANY},
    {"POST", "/v1/rules/packs/acme", 1u << STILE_SCOPE_RULES_WRITE},
    {"POST", VERSION "/test", 1u << STILE_SCOPE_RULES_WRITE},
    {"POST", VERSION "/shadow", 1u << STILE_SCOPE_RULES_WRITE},
    {"POST", VERSION "/approve", 1u << STILE_SCOPE_RULES_APPROVE},
    {"POST", VERSION "/promote", 1u << STILE_SCOPE_RULES_PROMOTE},
    {"POST", VERSION "/rollback", 1u << STILE_SCOPE_RULES_PROMOTE},
    {"GET", "/v1/quarantine?collection=wiki", 1u << STILE_SCOPE_QUARANTINE},
    {"GET", "/v1/quarantine/export?collection=wiki", 1u << STILE_SCOPE_QUARANTINE},
    {"GET", "/v1/quarantine/" CHUNK, 1u << STILE_SCOPE_QUARANTINE},
    {"POST", "/v1/quarantine/" CHUNK "/release", 1u << STILE_SCOPE_QUARANTINE},
    {"POST", "/v1/quarantine/" CHUNK "/confirm", 1u << STILE_SCOPE_QUARANTINE},
    {"POST", "/v1/quarantine/" CHUNK "/reopen", 1u << STILE_SCOPE_QUARANTINE},
    {"POST", "/v1/quarantine/" CHUNK "/approve", 1u << STILE_SCOPE_QUARANTINE},
    {"POST", "/v1/collections/wiki/settings", 1u << STILE_SCOPE_COLLECTION},
};
#define ROWS (sizeof rows / sizeof *rows)

static char *folder;
static stile_plane *plane;

static void setup(void)
{
    stile_error err = {0};
    folder = test_folder_make();
    test_file_write(test_path(folder, "stile.yaml"), stile_str("embedder:\n  kind: none\n"));
    cr_assert_eq(stile_plane_init(folder, &err), STILE_OK, "%s", err.text);
    cr_assert_eq(stile_plane_open(folder, &plane, &err), STILE_OK, "%s", err.text);
}

static void teardown(void)
{
    stile_plane_close(plane);
    test_folder_remove(folder);
}

TestSuite(scopes, .init = setup, .fini = teardown);

static void make_key(uint32_t scopes, char secret[STILE_KEY_LEN + 1])
{
    stile_key key = {
        .name = stile_str("someone"), .clearance = stile_str("internal"), .scopes = scopes};
    cr_assert_eq(stile_plane_key_create(plane, &key, secret, NULL), STILE_OK);
}

static stile_status ask(const struct row *row, const char *secret, stile_error *err)
{
    const char *question = strchr(row->path, '?');
    stile_api api = {.plane = plane, .credentials = {.key = stile_str(secret)}};
    stile_api_request request = {
        .method = row->method,
        .path = stile_slice_of(row->path,
                               question ? (size_t)(question - row->path) : strlen(row->path)),
        .query = stile_str(question ? question + 1 : NULL)};
    stile_buf out;
    stile_status st;

    stile_buf_init(&out, 1 << 20);
    st = stile_api_dispatch(&api, &request, &out, NULL, err);
    if (st)
        cr_expect_eq(out.len, 0, "%s: bytes beside a refusal", row->path);
    stile_buf_release(&out);
    return st;
}

static void is_refusal(void *ctx, stile_slice line)
{
    json_t *json = NULL;
    const json_t *body;
    bool *refused = ctx;

    cr_assert_eq(stile_json_parse(line, "record", &json, NULL), STILE_OK);
    body = json_object_get(json, "body");
    *refused = strcmp(json_string_value(json_object_get(json, "event")), "refuse") == 0 &&
               strcmp(json_string_value(json_object_get(body, "principal")), "someone") == 0 &&
               strcmp(json_string_value(json_object_get(body, "status")), "FORBIDDEN") == 0;
    json_decref(json);
}

Test(scopes, all_others_together_do_not_open_a_route)
{
    for (size_t i = 0; i < ROWS; i++) {
        char secret[STILE_KEY_LEN + 1];
        stile_error err = {0};
        bool refused = false;
        make_key(((1u << STILE_SCOPE_COUNT) - 1) & ~rows[i].scopes, secret);
        cr_expect_eq(ask(&rows[i], secret, &err), STILE_FORBIDDEN, "%s %s: %s", rows[i].method,
                     rows[i].path, err.text);
        cr_assert_eq(stile_audit_tail(test_path(folder, "audit"), 1, is_refusal, &refused, NULL),
                     STILE_OK);
        cr_expect(refused, "%s %s is not on record", rows[i].method, rows[i].path);
    }
}

Test(scopes, each_that_a_route_names_opens_it_alone)
{
    for (size_t i = 0; i < ROWS; i++)
        for (unsigned s = 0; s < STILE_SCOPE_COUNT; s++) {
            char secret[STILE_KEY_LEN + 1];
            stile_error err = {0};
            if (!(rows[i].scopes & 1u << s))
                continue;
            make_key(1u << s, secret);
            cr_expect_neq(ask(&rows[i], secret, &err), STILE_FORBIDDEN, "%s %s with %s: %s",
                          rows[i].method, rows[i].path, stile_scope_name((stile_scope)s), err.text);
        }
}
