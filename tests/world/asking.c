/* SPDX-License-Identifier: Apache-2.0 */
#include "world/asking.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "api/route.h"
#include "support/folder.h"

void asking_open(asking *a, const char *config)
{
    stile_error err = {0};

    (void)setenv("STILE_CLASSIFIER", "none", 1);
    (void)setenv("STILE_NO_PREFILTER", "1", 1);
    a->folder = test_folder_make();
    test_file_write(test_path(a->folder, "stile.yaml"), stile_str(config));
    cr_assert_eq(stile_plane_init(a->folder, &err), STILE_OK, "%s", err.text);
    cr_assert_eq(stile_plane_open(a->folder, &a->plane, &err), STILE_OK, "%s", err.text);
}

void asking_close(asking *a)
{
    stile_plane_close(a->plane);
    test_folder_remove(a->folder);
}

stile_status asking_try(asking *a, const char *key, const char *method, const char *path,
                        json_t *body, json_t **reply)
{
    stile_api api = {.plane = a->plane,
                     .credentials = {.owner = !key,
                                     .clearance = stile_str(key ? "" : "restricted"),
                                     .key = stile_str(key ? key : "")}};
    size_t len = strcspn(path, "?");
    stile_api_request request = {.method = method,
                                 .path = stile_slice_of(path, len),
                                 .query = stile_str(path[len] ? path + len + 1 : "")};
    stile_buf sent, out;
    stile_status st;

    *reply = NULL;
    stile_buf_init(&sent, 1 << 22);
    stile_buf_init(&out, 1 << 26);
    if (body)
        cr_assert_eq(stile_json_write(body, &sent, NULL), STILE_OK);
    json_decref(body);
    request.body = stile_buf_slice(&sent);
    if (!(st = stile_api_dispatch(&api, &request, &out, NULL, NULL)))
        cr_assert_eq(stile_json_parse(stile_buf_slice(&out), "reply", reply, NULL), STILE_OK);
    stile_buf_release(&out);
    stile_buf_release(&sent);
    return st;
}

json_t *asking_ask(asking *a, const char *key, const char *method, const char *path, json_t *body)
{
    json_t *reply;
    stile_status st = asking_try(a, key, method, path, body, &reply);

    cr_assert_eq(st, STILE_OK, "%s %s: %s", method, path, stile_status_name(st));
    return reply;
}

const char *asking_key(asking *a, const char *name, const char *clearance, const char *scopes,
                       char out[128])
{
    json_t *reply = asking_ask(
        a, NULL, "POST", "/v1/keys",
        json_pack("{s:s,s:s,s:s}", "name", name, "clearance", clearance, "scopes", scopes));

    (void)snprintf(out, 128, "%s", json_string_value(json_object_get(reply, "key")));
    json_decref(reply);
    return out;
}

void asking_collection(asking *a, const char *name)
{
    char path[128];

    (void)snprintf(path, sizeof path, "/v1/collections/%s", name);
    json_decref(asking_ask(a, NULL, "PUT", path, json_pack("{s:s}", "ceiling", "restricted")));
}

void asking_put(asking *a, const char *collection, const char *id, const char *label,
                const char *text)
{
    char path[128];

    (void)snprintf(path, sizeof path, "/v1/collections/%s/documents/%s", collection, id);
    json_decref(asking_ask(a, NULL, "PUT", path,
                           json_pack("{s:s,s:s,s:s}", "label", label, "text", text, "title", id)));
}
