/* SPDX-License-Identifier: Apache-2.0 */
#include "api/route.h"

#include "api/quarantine.h"
#include "api/rules.h"

static stile_status retrieve(const stile_api *api, const stile_api_call *call, stile_buf *out,
                             stile_error *err)
{
    return stile_api_retrieve(api, call->json, out, err);
}

static stile_status collection_list(const stile_api *api, const stile_api_call *call,
                                    stile_buf *out, stile_error *err)
{
    (void)call;
    return stile_api_collection_list(api, out, err);
}

static stile_status collection_put(const stile_api *api, const stile_api_call *call, stile_buf *out,
                                   stile_error *err)
{
    return stile_api_collection_put(api, call->parameter[0], call->json, out, err);
}

static stile_status collection_change(const stile_api *api, const stile_api_call *call,
                                      stile_buf *out, stile_error *err)
{
    return stile_api_collection_change(api, call->parameter[0], call->json, out, err);
}

static stile_status collection_get(const stile_api *api, const stile_api_call *call, stile_buf *out,
                                   stile_error *err)
{
    return stile_api_collection_get(api, call->parameter[0], out, err);
}

static stile_status collection_delete(const stile_api *api, const stile_api_call *call,
                                      stile_buf *out, stile_error *err)
{
    return stile_api_collection_delete(api, call->parameter[0], out, err);
}

stile_slice stile_api_query(const stile_api_call *call, const char *name)
{
    for (size_t i = 0; i < call->query_count; i++)
        if (stile_slice_eq(call->query[i].name, stile_str(name)))
            return call->query[i].value;
    return (stile_slice){0};
}

static stile_status documents_bulk(const stile_api *api, const stile_api_call *call, stile_buf *out,
                                   stile_error *err)
{
    stile_api_bulk bulk = {.collection = call->parameter[0],
                           .lines = call->body,
                           .label = stile_api_query(call, "label"),
                           .trust = stile_api_query(call, "trust")};
    return stile_api_documents_bulk(api, &bulk, out, err);
}

static stile_status document_put(const stile_api *api, const stile_api_call *call, stile_buf *out,
                                 stile_error *err)
{
    stile_api_document where = {.collection = call->parameter[0],
                                .id = call->parameter[1],
                                .trust = stile_api_query(call, "trust")};
    return stile_api_document_put(api, &where, call->json, out, err);
}

/* A GET carries no body: who narrows their clearance says so in the query. */
static stile_api narrowed(const stile_api *api, const stile_api_call *call)
{
    stile_api narrow = *api;
    stile_slice clearance = stile_api_query(call, "clearance");

    if (clearance.len)
        narrow.credentials.clearance = clearance;
    return narrow;
}

static stile_status document_get(const stile_api *api, const stile_api_call *call, stile_buf *out,
                                 stile_error *err)
{
    stile_api narrow = narrowed(api, call);
    bool original = stile_slice_eq(stile_api_query(call, "original"), stile_str("true"));

    return stile_api_document_get(&narrow, call->parameter[0], call->parameter[1], original, out,
                                  err);
}

static stile_status document_delete(const stile_api *api, const stile_api_call *call,
                                    stile_buf *out, stile_error *err)
{
    stile_api narrow = narrowed(api, call);
    return stile_api_document_delete(&narrow, call->parameter[0], call->parameter[1], out, err);
}

static stile_status label_set(const stile_api *api, const stile_api_call *call, stile_buf *out,
                              stile_error *err)
{
    return stile_api_label_set(api, call->parameter[0], call->json, out, err);
}

static stile_status key_create(const stile_api *api, const stile_api_call *call, stile_buf *out,
                               stile_error *err)
{
    return stile_api_key_create(api, call->json, out, err);
}

static stile_status key_list(const stile_api *api, const stile_api_call *call, stile_buf *out,
                             stile_error *err)
{
    (void)call;
    return stile_api_key_list(api, out, err);
}

static stile_status key_revoke(const stile_api *api, const stile_api_call *call, stile_buf *out,
                               stile_error *err)
{
    return stile_api_key_revoke(api, call->parameter[0], out, err);
}

#define PACK_VERSION "/v1/rules/packs/{pack}/versions/{version}"

static const stile_api_route routes[] = {
    {"POST", "/v1/retrieve", true, retrieve},
    {"GET", "/v1/collections", false, collection_list},
    {"GET", "/v1/collections/{collection}", false, collection_get},
    {"PUT", "/v1/collections/{collection}", true, collection_put},
    {"DELETE", "/v1/collections/{collection}", false, collection_delete},
    {"POST", "/v1/collections/{collection}/settings", true, collection_change},
    {"POST", "/v1/collections/{collection}/documents", false, documents_bulk},
    {"GET", "/v1/collections/{collection}/documents/{id}", false, document_get},
    {"PUT", "/v1/collections/{collection}/documents/{id}", true, document_put},
    {"DELETE", "/v1/collections/{collection}/documents/{id}", false, document_delete},
    {"POST", "/v1/collections/{collection}/labels", true, label_set},
    {"GET", "/v1/keys", false, key_list},
    {"POST", "/v1/keys", true, key_create},
    {"DELETE", "/v1/keys/{id}", false, key_revoke},
    {"GET", "/v1/quarantine", false, stile_api_quarantine_list},
    {"GET", "/v1/quarantine/export", false, stile_api_quarantine_export},
    {"GET", "/v1/quarantine/{chunk}", false, stile_api_quarantine_get},
    {"POST", "/v1/quarantine/{chunk}/release", true, stile_api_quarantine_release},
    {"POST", "/v1/quarantine/{chunk}/confirm", true, stile_api_quarantine_confirm},
    {"POST", "/v1/quarantine/{chunk}/reopen", true, stile_api_quarantine_reopen},
    {"POST", "/v1/quarantine/{chunk}/approve", true, stile_api_quarantine_approve},
    {"GET", "/v1/rules", false, stile_api_rules_status},
    {"GET", "/v1/rules/rescan", false, stile_api_rescan},
    {"GET", "/v1/rules/packs", false, stile_api_packs_list},
    {"GET", "/v1/rules/packs/{pack}", false, stile_api_pack_versions},
    {"POST", "/v1/rules/packs/{pack}", true, stile_api_pack_upload},
    {"GET", "/v1/rules/packs/{pack}/diff", false, stile_api_pack_diff},
    {"GET", PACK_VERSION, false, stile_api_pack_get},
    {"POST", PACK_VERSION "/test", true, stile_api_pack_test},
    {"GET", PACK_VERSION "/shadow", false, stile_api_pack_figures},
    {"POST", PACK_VERSION "/shadow", true, stile_api_pack_shadow},
    {"POST", PACK_VERSION "/approve", true, stile_api_pack_approve},
    {"POST", PACK_VERSION "/promote", true, stile_api_pack_promote},
    {"POST", PACK_VERSION "/rollback", true, stile_api_pack_rollback},
};
#define ROUTES (sizeof routes / sizeof *routes)

static int hex_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Decoded into the arena; a broken escape, or a NUL, is STILE_INVALID. */
static stile_status decode(stile_slice s, stile_arena *arena, stile_slice *out, stile_error *err)
{
    char *text = stile_arena_alloc(arena, s.len + 1);
    size_t len = 0;

    if (!text)
        return stile_fail(err, STILE_NO_MEMORY, "out of memory");
    for (size_t i = 0; i < s.len; i++) {
        int high, low;
        if (s.ptr[i] != '%') {
            text[len++] = s.ptr[i];
            continue;
        }
        high = i + 2 < s.len ? hex_of(s.ptr[i + 1]) : -1;
        low = i + 2 < s.len ? hex_of(s.ptr[i + 2]) : -1;
        if (high < 0 || low < 0 || (high == 0 && low == 0))
            return stile_fail(err, STILE_INVALID, "path: broken percent-escape");
        text[len++] = (char)(high << 4 | low);
        i += 2;
    }
    *out = stile_slice_of(text, len);
    return STILE_OK;
}

void stile_percent_encode(stile_slice text, stile_buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '.' || c == '_' || c == '~';
        if (plain)
            stile_buf_add_byte(out, c);
        else
            stile_buf_printf(out, "%%%02X", c);
    }
}

/* The bytes up to the next '/', moving past it. */
static stile_slice segment(stile_slice *path)
{
    const char *slash = memchr(path->ptr, '/', path->len);
    size_t len = slash ? (size_t)(slash - path->ptr) : path->len;
    stile_slice s = stile_slice_cut(*path, 0, len);

    *path = stile_slice_cut(*path, slash ? len + 1 : len, path->len);
    return s;
}

/* The raw parameters when `path` fits the pattern. */
static bool matches(const char *pattern, stile_slice path, stile_slice *parameters, size_t *count)
{
    stile_slice want = stile_str(pattern);

    *count = 0;
    while (want.len && path.len) {
        stile_slice w = segment(&want), have = segment(&path);
        if (w.len && w.ptr[0] == '{') {
            if (have.len == 0)
                return false;
            parameters[(*count)++] = have;
        } else if (!stile_slice_eq(w, have)) {
            return false;
        }
    }
    return want.len == 0 && path.len == 0;
}

static stile_status read_queries(stile_slice text, stile_arena *arena, stile_api_call *call,
                                 stile_error *err)
{
    while (text.len) {
        const char *amp = memchr(text.ptr, '&', text.len);
        size_t len = amp ? (size_t)(amp - text.ptr) : text.len;
        const char *equals = memchr(text.ptr, '=', len);
        size_t name = equals ? (size_t)(equals - text.ptr) : len;
        stile_status st;
        if (call->query_count == STILE_ROUTE_QUERIES)
            return stile_fail(err, STILE_INVALID, "query: too many parameters");
        if ((st = decode(stile_slice_cut(text, 0, name), arena,
                         &call->query[call->query_count].name, err)) ||
            (st = decode(stile_slice_cut(text, equals ? name + 1 : len, len), arena,
                         &call->query[call->query_count].value, err)))
            return st;
        call->query_count++;
        text = stile_slice_cut(text, amp ? len + 1 : len, text.len);
    }
    return STILE_OK;
}

static stile_status run_route(const stile_api *api, const stile_api_route *route,
                              const stile_slice *raw, size_t count,
                              const stile_api_request *request, stile_arena *arena, stile_buf *out,
                              stile_error *err)
{
    stile_api_call call = {
        .body = request->body, .if_match = request->if_match, .etag = request->etag};
    stile_status st = read_queries(request->query, arena, &call, err);

    for (size_t i = 0; !st && i < count; i++)
        st = decode(raw[i], arena, &call.parameter[i], err);
    if (!st && route->json)
        st = request->body.len == 0
                 ? ((call.json = json_object()) ? STILE_OK : STILE_NO_MEMORY)
                 : stile_json_parse(request->body, "request body", &call.json, err);
    if (!st)
        st = route->run(api, &call, out, err);
    json_decref(call.json);
    return st;
}

/* The methods of every route that fits `path`, as an Allow header lists them. */
static const char *methods_of(stile_slice path)
{
    static const char *const lists[] = {
        "",
        "GET",
        "PUT",
        "GET, PUT",
        "DELETE",
        "GET, DELETE",
        "PUT, DELETE",
        "GET, PUT, DELETE",
        "POST",
        "GET, POST",
        "PUT, POST",
        "GET, PUT, POST",
        "DELETE, POST",
        "GET, DELETE, POST",
        "PUT, DELETE, POST",
        "GET, PUT, DELETE, POST",
    };
    static const char *const names[] = {"GET", "PUT", "DELETE", "POST"};
    unsigned which = 0;

    for (size_t i = 0; i < ROUTES; i++) {
        stile_slice raw[STILE_ROUTE_PARAMETERS];
        size_t count;
        for (unsigned m = 0; m < 4; m++)
            if (strcmp(routes[i].method, names[m]) == 0 &&
                matches(routes[i].pattern, path, raw, &count))
                which |= 1u << m;
    }
    return lists[which];
}

stile_status stile_api_dispatch(const stile_api *api, const stile_api_request *request,
                                stile_buf *out, const char **allow, stile_error *err)
{
    const char *methods;

    for (size_t i = 0; i < ROUTES; i++) {
        stile_slice raw[STILE_ROUTE_PARAMETERS];
        size_t count;
        stile_arena arena;
        stile_status st;
        if (strcmp(routes[i].method, request->method) != 0 ||
            !matches(routes[i].pattern, request->path, raw, &count))
            continue;
        stile_arena_init(&arena, 0);
        st = run_route(api, &routes[i], raw, count, request, &arena, out, err);
        stile_arena_release(&arena);
        return st;
    }
    methods = methods_of(request->path);
    if (!*methods)
        return stile_fail(err, STILE_NOT_FOUND, "no such path");
    if (allow)
        *allow = methods;
    return stile_fail(err, STILE_UNSUPPORTED, "this path has no %.16s", request->method);
}
