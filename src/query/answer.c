/* SPDX-License-Identifier: Apache-2.0 */
/* One result is cited as [S1], [S2], ... in the order of the results; a withheld one keeps its
 * number and its citation, and gives no text. */
#include "query/answer.h"

#include <stdio.h>

#include "scan/quoted.h"
#include "scan/spotlight.h"

#define MOST_MARKED 64 /* findings that are looked at for quotation marks around them */

stile_status stile_trace_id_make(char out[STILE_TRACE_ID_LEN + 1], stile_error *err)
{
    unsigned char bytes[STILE_TRACE_ID_LEN / 2];
    stile_status st = stile_random(bytes, sizeof bytes, err);

    if (!st)
        stile_hex(bytes, sizeof bytes, out);
    return st;
}

json_t *stile_answer_span(uint32_t start, uint32_t end)
{
    return json_pack("{s:I,s:I,s:s}", "start", (json_int_t)start, "end", (json_int_t)end, "unit",
                     "utf8-bytes");
}

json_t *stile_answer_lines(uint32_t start, uint32_t end)
{
    return json_pack("{s:I,s:I}", "start", (json_int_t)start, "end", (json_int_t)end);
}

static const char *const field_names[STILE_FIELD_COUNT] = {
    "text", "title", "url", "heading", "metadata", "source", "before", "after"};

json_t *stile_answer_findings(const stile_verdict *verdict, stile_slice text, bool explain)
{
    static const char *const actions[] = {"mark", "neutralize", "strip", "withhold"};
    json_t *list = json_array();

    for (size_t i = 0; list && i < verdict->finding_count; i++) {
        const stile_finding *f = &verdict->findings[i];
        json_t *one = json_pack("{s:s,s:s,s:o,s:s}", "family", f->family, "field",
                                f->field < STILE_FIELD_COUNT ? field_names[f->field] : "text",
                                "span", stile_answer_span(f->start, f->end), "action",
                                f->action < 4 ? actions[f->action] : "withhold");
        if (one && i < MOST_MARKED && f->field == STILE_FIELD_TEXT &&
            stile_is_quoted(text, f->start, f->end))
            (void)json_object_set_new(one, "quoted", json_true());
        if (one && explain) {
            (void)json_object_set_new(one, "rule", json_string(f->rule));
            (void)json_object_set_new(one, "weight", json_real((double)f->weight));
        }
        (void)json_array_append_new(list, one);
    }
    return list;
}

json_t *stile_answer_redactions(const stile_released *released)
{
    json_t *list = json_array();

    for (size_t i = 0; list && i < released->redaction_count; i++) {
        const stile_redaction *r = &released->redactions[i];
        (void)json_array_append_new(list, json_pack("{s:s,s:s,s:s}", "class",
                                                    stile_sensitive_class_name(r->class), "kind",
                                                    r->kind, "field", field_names[r->field]));
    }
    return list;
}

static json_t *hex_json(const stile_sha256 *digest)
{
    char hex[STILE_SHA256_HEX];
    stile_hex(digest->bytes, sizeof digest->bytes, hex);
    return json_string(hex);
}

static bool is_zero(const stile_sha256 *digest)
{
    static const stile_sha256 zero;
    return memcmp(digest, &zero, sizeof zero) == 0;
}

json_t *stile_answer_policy(const stile_answer *answer)
{
    const stile_slice parts[] = {
        stile_str("stile.policy"),
        stile_slice_of(answer->scan_version->bytes, STILE_SHA256_LEN),
        stile_slice_of(answer->embedder->bytes, STILE_SHA256_LEN),
    };
    stile_sha256 version;
    json_t *policy = json_object();

    if (!policy || stile_sha256_parts(parts, 3, &version, NULL))
        return policy;
    (void)json_object_set_new(policy, "version", hex_json(&version));
    (void)json_object_set_new(policy, "scan", hex_json(answer->scan_version));
    (void)json_object_set_new(policy, "embedder", hex_json(answer->embedder));
    (void)json_object_set_new(
        policy, "index_generation",
        is_zero(&answer->index_generation) ? json_null() : hex_json(&answer->index_generation));
    (void)json_object_set_new(policy, "reranker",
                              answer->reranker ? hex_json(answer->reranker) : json_null());
    return policy;
}

static json_t *text_or_null(stile_slice s)
{
    return s.len ? stile_json_string(s) : json_null();
}

static json_t *digest_of(stile_slice text)
{
    stile_sha256 digest;
    return stile_sha256_of(text, &digest, NULL) ? NULL : hex_json(&digest);
}

static json_t *citation_of(const stile_answer *answer, size_t i)
{
    return i < answer->count ? json_sprintf("S%zu", i + 1) : NULL;
}

static json_t *result_json(const stile_answer *answer, size_t i)
{
    const stile_released *r = &answer->released[i];
    const stile_chunk_record *chunk = &r->from->chunk;
    char id[STILE_CHUNK_ID_LEN + 1];
    json_t *result = json_object();

    if (!result)
        return NULL;
    stile_chunk_id_format(&r->from->doc, r->from->ordinal, id);
    (void)json_object_set_new(result, "citation", citation_of(answer, i));
    if (r->neighbour_of)
        (void)json_object_set_new(
            result, "neighbour_of",
            citation_of(answer, (size_t)(r->neighbour_of - answer->released)));
    (void)json_object_set_new(result, "document_id", stile_json_string(r->from->document.id));
    (void)json_object_set_new(result, "chunk_id", json_string(id));
    (void)json_object_set_new(result, "title", text_or_null(r->title));
    (void)json_object_set_new(result, "url", text_or_null(r->url));
    (void)json_object_set_new(result, "label", stile_json_string(stile_label_text(r->from->label)));
    (void)json_object_set_new(result, "score", json_real(r->score));
    (void)json_object_set_new(result, "span",
                              stile_answer_span(chunk->orig_start, chunk->orig_end));
    (void)json_object_set_new(result, "lines",
                              stile_answer_lines(chunk->line_start, chunk->line_end));
    (void)json_object_set_new(result, "text_sha256",
                              r->has_text ? digest_of(r->text) : json_null());
    (void)json_object_set_new(result, "text",
                              r->has_text ? stile_json_string(r->text) : json_null());
    (void)json_object_set_new(result, "disposition",
                              json_string(stile_disposition_name(r->disposition)));
    if (r->ruling == STILE_RULING_RELEASED)
        (void)json_object_set_new(result, "reviewed", json_true());
    (void)json_object_set_new(
        result, "findings",
        stile_answer_findings(&r->verdict, r->from->chunk.text, answer->explain));
    (void)json_object_set_new(result, "redactions", stile_answer_redactions(r));
    if (answer->explain)
        (void)json_object_set_new(result, "injection_score", json_real(r->verdict.score));
    return result;
}

static void write_context(const stile_answer *answer, const stile_spotlight *spotlight,
                          stile_buf *out)
{
    stile_spotlight_open(spotlight, out);
    for (size_t i = 0; i < answer->count; i++)
        if (answer->released[i].has_text)
            stile_spotlight_source(spotlight, (unsigned)i + 1, answer->released[i].title,
                                   answer->released[i].text, out);
    stile_spotlight_close(spotlight, out);
}

static stile_status write_json(json_t *json, stile_buf *out, stile_error *err)
{
    stile_status st = json ? stile_json_write(json, out, err)
                           : stile_fail(err, STILE_NO_MEMORY, "answer: out of memory");
    json_decref(json);
    return st;
}

static stile_status write_full(const stile_answer *answer, const stile_buf *context,
                               const stile_buf *guidance, stile_buf *out, stile_error *err)
{
    json_t *json = json_object(), *results = json_array();

    for (size_t i = 0; results && i < answer->count; i++)
        (void)json_array_append_new(results, result_json(answer, i));
    if (!json || !results || json_array_size(results) != answer->count) {
        json_decref(json);
        json_decref(results);
        return stile_fail(err, STILE_NO_MEMORY, "answer: out of memory");
    }
    (void)json_object_set_new(json, "trace_id", json_string(answer->trace_id));
    (void)json_object_set_new(json, "mode", json_string(stile_mode_name(answer->mode)));
    (void)json_object_set_new(json, "context", stile_json_string(stile_buf_slice(context)));
    (void)json_object_set_new(json, "context_label",
                              stile_json_string(stile_label_text(answer->context_label)));
    (void)json_object_set_new(json, "guidance", stile_json_string(stile_buf_slice(guidance)));
    (void)json_object_set_new(json, "results", results);
    (void)json_object_set_new(json, "policy", stile_answer_policy(answer));
    (void)json_object_set_new(json, "degraded",
                              answer->degraded
                                  ? json_pack("{s:s,s:s}", "mode", stile_mode_name(answer->mode),
                                              "reason", answer->degraded)
                                  : json_null());
    return write_json(json, out, err);
}

/* Blocks of Anthropic's `search_result` type: one for each result that has text. */
static stile_status write_anthropic(const stile_answer *answer, stile_buf *out, stile_error *err)
{
    json_t *blocks = json_array();

    for (size_t i = 0; blocks && i < answer->count; i++) {
        const stile_released *r = &answer->released[i];
        stile_slice source = r->url.len ? r->url : r->from->document.id;
        stile_slice title = r->title.len ? r->title : r->from->document.id;
        if (!r->has_text || r->text.len == 0)
            continue;
        (void)json_array_append_new(
            blocks, json_pack("{s:s,s:o,s:o,s:[{s:s,s:o}],s:{s:b}}", "type", "search_result",
                              "source", stile_json_string(source), "title",
                              stile_json_string(title), "content", "type", "text", "text",
                              stile_json_string(r->text), "citations", "enabled", 1));
    }
    return write_json(blocks, out, err);
}

stile_status stile_answer_write(const stile_answer *answer, stile_answer_format format,
                                const stile_receipt *receipt, stile_buf *out, stile_error *err)
{
    stile_spotlight spotlight;
    stile_buf context, guidance;
    stile_status st;

    if (!receipt->durable)
        return stile_fail(err, STILE_INTERNAL, "answer: no durable audit record");
    if ((st = stile_spotlight_init(&spotlight, answer->spotlight, err)))
        return st;
    stile_buf_init(&context, STILE_MAX_HTTP_RESPONSE);
    stile_buf_init(&guidance, STILE_MAX_CHUNK);
    write_context(answer, &spotlight, &context);
    stile_spotlight_guidance(&spotlight, &guidance);
    if (!(st = stile_buf_ok(&context, err)) && !(st = stile_buf_ok(&guidance, err))) {
        switch (format) {
        case STILE_ANSWER_JSON:
            st = write_full(answer, &context, &guidance, out, err);
            break;
        case STILE_ANSWER_ANTHROPIC:
            st = write_anthropic(answer, out, err);
            break;
        case STILE_ANSWER_TEXT:
            stile_buf_add_slice(out, stile_buf_slice(&guidance));
            stile_buf_add_str(out, "\n\n");
            stile_buf_add_slice(out, stile_buf_slice(&context));
            st = stile_buf_ok(out, err);
            break;
        }
    }
    stile_buf_release(&context);
    stile_buf_release(&guidance);
    return st;
}

bool stile_answer_format_parse(stile_slice name, stile_answer_format *out)
{
    static const char *const names[] = {"json", "anthropic", "text"};
    for (size_t i = 0; i < 3; i++)
        if (stile_slice_eq(stile_str(names[i]), name)) {
            *out = (stile_answer_format)i;
            return true;
        }
    return false;
}
