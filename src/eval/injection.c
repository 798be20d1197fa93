/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/file.h"
#include "base/memory.h"
#include "eval/eval.h"

#define MAX_FILE ((size_t)1 << 30)

/* Counts of one kind of row, or of all. */
typedef struct tally {
    size_t n, flagged, dropped;
} tally;

typedef struct evaluation {
    stile_policy *policy;
    stile_scanner *scanner;
    const stile_eval_injection *options;
    tally injections, benign;
    json_t *by_kind; /* kind -> {"n","flagged","dropped"} */
} evaluation;

static void count(tally *t, const stile_verdict *verdict)
{
    t->n++;
    t->flagged += verdict->flagged;
    t->dropped += verdict->disposition == STILE_DISPOSITION_WITHHELD;
}

static void add_to(json_t *object, const char *name, json_int_t more)
{
    (void)json_object_set_new(
        object, name, json_integer(json_integer_value(json_object_get(object, name)) + more));
}

static void count_kind(json_t *by_kind, const char *kind, const stile_verdict *verdict)
{
    json_t *one = json_object_get(by_kind, kind);

    if (!one) {
        one = json_pack("{s:i,s:i,s:i}", "n", 0, "flagged", 0, "dropped", 0);
        (void)json_object_set_new(by_kind, kind, one);
    }
    add_to(one, "n", 1);
    add_to(one, "flagged", verdict->flagged);
    add_to(one, "dropped", verdict->disposition == STILE_DISPOSITION_WITHHELD);
}

static json_t *findings_json(const stile_verdict *verdict)
{
    json_t *list = json_array();

    for (size_t i = 0; list && i < verdict->finding_count; i++) {
        const stile_finding *f = &verdict->findings[i];
        (void)json_array_append_new(
            list, json_pack("{s:s,s:s,s:{s:I,s:I}}", "rule", f->rule, "family", f->family, "span",
                            "start", (json_int_t)f->start, "end", (json_int_t)f->end));
    }
    return list;
}

static stile_status report_row(const evaluation *e, const json_t *row, stile_slice text,
                               const stile_verdict *verdict, stile_error *err)
{
    stile_buf released;
    bool changed;
    json_t *json;
    stile_status st;

    stile_buf_init(&released, (size_t)4 * STILE_MAX_DOCUMENT);
    st = stile_release_text(verdict, STILE_FIELD_TEXT, text, &released, &changed, err);
    if (!st) {
        json = json_pack("{s:O,s:O,s:b,s:s,s:f,s:o,s:o}", "id", json_object_get(row, "id"), "label",
                         json_object_get(row, "label"), "flagged", (int)verdict->flagged,
                         "disposition", stile_disposition_name(verdict->disposition), "score",
                         verdict->score, "findings", findings_json(verdict), "released",
                         stile_json_string(stile_buf_slice(&released)));
        if (json)
            e->options->row(e->options->ctx, json);
        else
            st = stile_fail(err, STILE_INTERNAL, "eval: a row cannot be written");
        json_decref(json);
    }
    stile_buf_release(&released);
    return st;
}

static stile_status evaluate_row(evaluation *e, const json_t *row, stile_error *err)
{
    stile_scan_input input = {.format = STILE_FORMAT_UNKNOWN, .trust = e->options->trust};
    stile_slice text = {0}, label = {0}, kind = stile_str("unknown");
    stile_verdict verdict;
    stile_arena arena;
    stile_status st;

    if ((st = stile_json_get_string(row, "", "text", true, &text, err)) ||
        (st = stile_json_get_string(row, "", "label", true, &label, err)) ||
        (st = stile_json_get_string(row, "", "kind", false, &kind, err)))
        return st;
    input.field[STILE_FIELD_TEXT] = text;
    stile_arena_init(&arena, 0);
    if (!(st = stile_scan(e->scanner, &input, &arena, &verdict, err))) {
        count(stile_slice_eq(label, stile_str("injection")) ? &e->injections : &e->benign,
              &verdict);
        count_kind(e->by_kind, kind.ptr, &verdict);
        if (e->options->row)
            st = report_row(e, row, text, &verdict, err);
    }
    stile_arena_release(&arena);
    return st;
}

static stile_status evaluate_lines(evaluation *e, const char *path, stile_slice text,
                                   stile_error *err)
{
    stile_status st = STILE_OK;
    size_t line = 0;

    for (size_t at = 0; !st && at < text.len;) {
        const char *end = memchr(text.ptr + at, '\n', text.len - at);
        size_t stop = end ? (size_t)(end - text.ptr) : text.len;
        json_t *row = NULL;
        line++;
        if (stop > at &&
            !(st = stile_json_parse(stile_slice_cut(text, at, stop), "row", &row, err)))
            st = evaluate_row(e, row, err);
        json_decref(row);
        at = stop + 1;
        if (e->options->progress)
            e->options->progress(e->options->ctx, 1);
    }
    if (st)
        return stile_fail_in(err, st, "%s:%zu", path, line);
    return STILE_OK;
}

static json_t *ratio(size_t part, size_t whole)
{
    return whole ? json_real((double)part / (double)whole) : json_null();
}

stile_status stile_eval_injection_file(stile_policy *policy, const char *path,
                                       const stile_eval_injection *options, json_t **out,
                                       stile_error *err)
{
    evaluation e = {.policy = policy, .options = options, .by_kind = json_object()};
    stile_buf text;
    stile_status st;

    stile_buf_init(&text, MAX_FILE);
    if (!e.by_kind)
        st = stile_fail(err, STILE_NO_MEMORY, "eval: out of memory");
    else if (!(st = stile_file_read(path, &text, err)) &&
             !(st = stile_scanner_create(policy, &e.scanner, err)))
        st = evaluate_lines(&e, path, stile_buf_slice(&text), err);
    if (!st) {
        *out = json_pack("{s:s,s:I,s:I,s:o,s:o,s:I,s:O}", "file", path, "injections",
                         (json_int_t)e.injections.n, "benign", (json_int_t)e.benign.n, "recall",
                         ratio(e.injections.flagged, e.injections.n), "fpr",
                         ratio(e.benign.flagged, e.benign.n), "dropped_benign",
                         (json_int_t)e.benign.dropped, "by_kind", e.by_kind);
        if (!*out)
            st = stile_fail(err, STILE_NO_MEMORY, "eval: out of memory");
    }
    stile_scanner_destroy(e.scanner);
    json_decref(e.by_kind);
    stile_buf_release(&text);
    return st;
}
