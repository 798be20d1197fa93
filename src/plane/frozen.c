/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/frozen.h"

#include <stdio.h>

#include "base/file.h"
#include "base/json.h"

#define MAX_FILE ((size_t)256 << 20)

typedef struct comparison {
    stile_scanner *scanners[2];
    stile_frozen_figures *figures;
} comparison;

static stile_status compare_text(comparison *c, stile_slice text, bool injection, stile_error *err)
{
    stile_scan_input input = {
        .format = STILE_FORMAT_UNKNOWN, .trust = STILE_TRUST_EXTERNAL, .local = true};
    size_t *flagged = injection ? c->figures->caught : c->figures->mistaken;
    stile_arena arena;
    stile_status st = STILE_OK;

    input.field[STILE_FIELD_TEXT] = text;
    stile_arena_init(&arena, 0);
    for (int i = 0; !st && i < 2; i++) {
        stile_verdict verdict;
        if (!(st = stile_scan(c->scanners[i], &input, &arena, &verdict, err)))
            flagged[i] += verdict.flagged;
    }
    stile_arena_release(&arena);
    *(injection ? &c->figures->injections : &c->figures->benign) += 1;
    return st;
}

static stile_status compare_line(comparison *c, stile_slice line, stile_error *err)
{
    stile_slice text = {0}, label = {0};
    json_t *row = NULL;
    bool injection;
    stile_status st = stile_json_parse(line, "row", &row, err);

    if (!st && !(st = stile_json_get_string(row, "", "text", true, &text, err)) &&
        !(st = stile_json_get_string(row, "", "label", true, &label, err))) {
        injection = stile_slice_eq(label, stile_str("injection"));
        if (!injection && !stile_slice_eq(label, stile_str("benign")))
            st = stile_fail(err, STILE_INVALID, "/label: expected injection or benign");
        else
            st = compare_text(c, text, injection, err);
    }
    json_decref(row);
    return st;
}

static stile_status compare_lines(comparison *c, stile_slice text, stile_error *err)
{
    size_t number = 0;

    for (size_t at = 0; at < text.len;) {
        const char *newline = memchr(text.ptr + at, '\n', text.len - at);
        size_t end = newline ? (size_t)(newline - text.ptr) : text.len;
        stile_status st = STILE_OK;
        number++;
        if (end > at)
            st = compare_line(c, stile_slice_cut(text, at, end), err);
        if (st)
            return stile_fail_in(err, st, "frozen set: line %zu", number);
        at = end + 1;
    }
    if (c->figures->injections < STILE_FROZEN_LEAST || c->figures->benign < STILE_FROZEN_LEAST)
        return stile_fail(err, STILE_CONFLICT,
                          "the frozen set has %zu injections and %zu benign texts; %d of each are "
                          "needed",
                          c->figures->injections, c->figures->benign, STILE_FROZEN_LEAST);
    return STILE_OK;
}

stile_status stile_frozen_compare(const char *path, stile_policy *enforced, stile_policy *candidate,
                                  stile_frozen_figures *out, stile_error *err)
{
    stile_frozen_figures figures = {0};
    comparison c = {.figures = &figures};
    stile_buf text;
    stile_status st;

    if (!path)
        return stile_fail(err, STILE_CONFLICT,
                          "no frozen set to try a classifier on; name one in stile.yaml: "
                          "scan.frozen");
    stile_buf_init(&text, MAX_FILE);
    if (!(st = stile_file_read(path, &text, err)) &&
        !(st = stile_sha256_of(stile_buf_slice(&text), &figures.digest, err)) &&
        !(st = stile_scanner_create(enforced, &c.scanners[0], err)) &&
        !(st = stile_scanner_create(candidate, &c.scanners[1], err)))
        st = compare_lines(&c, stile_buf_slice(&text), err);
    stile_scanner_destroy(c.scanners[0]);
    stile_scanner_destroy(c.scanners[1]);
    stile_buf_release(&text);
    if (!st)
        *out = figures;
    return st;
}

bool stile_frozen_loses(const stile_frozen_figures *f, char missed[STILE_FROZEN_MESSAGE],
                        char mistaken[STILE_FROZEN_MESSAGE])
{
    missed[0] = mistaken[0] = '\0';
    if (f->caught[1] < f->caught[0])
        (void)snprintf(missed, STILE_FROZEN_MESSAGE,
                       "of %zu injections of the frozen set, %zu are flagged; now %zu are",
                       f->injections, f->caught[1], f->caught[0]);
    if (f->mistaken[1] > f->mistaken[0])
        (void)snprintf(mistaken, STILE_FROZEN_MESSAGE,
                       "of %zu benign texts of the frozen set, %zu are flagged; now %zu are",
                       f->benign, f->mistaken[1], f->mistaken[0]);
    return missed[0] || mistaken[0];
}
