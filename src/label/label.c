/* SPDX-License-Identifier: Apache-2.0 */
/* Labels: parsing into one block of memory, and the join. */
#include "base/memory.h"
#include "label/lattice.h"

/* An answer joins a label for each result and its join is never stored, so it may be longer than a
 * label that is: the join of STILE_MAX_K labels always fits. */
#define MAX_JOIN ((size_t)STILE_MAX_LABEL * STILE_MAX_K + STILE_MAX_TOKEN)

/* Move what was parsed, which borrows from an arena, into a label of its own. */
static stile_status make_label(size_t rank, const stile_expr *expr, stile_slice text,
                               stile_label **out, stile_error *err)
{
    size_t expr_bytes = stile_expr_bytes(expr);
    stile_label *label = stile_alloc(sizeof *label + expr_bytes + text.len + 1);
    char *copy;

    if (!label)
        return stile_fail(err, STILE_NO_MEMORY, "label: out of memory");
    stile_expr_copy(expr, label + 1, &label->expr);
    copy = (char *)(label + 1) + expr_bytes;
    memcpy(copy, text.ptr, text.len);
    label->text = stile_slice_of(copy, text.len);
    label->rank = rank;
    *out = label;
    return STILE_OK;
}

static stile_status parse_label(const stile_levels *levels, stile_slice text, size_t most,
                                const stile_expr_limits *limits, stile_label **out,
                                stile_error *err)
{
    stile_expr expr = {0};
    stile_arena scratch;
    stile_buf canonical;
    size_t rank = 0, rest = 0;
    stile_status st;

    if (text.len > most)
        return stile_fail(err, STILE_TOO_LARGE, "label: %zu bytes, at most %zu", text.len, most);
    stile_arena_init(&scratch, 0);
    stile_buf_init(&canonical, most);
    if ((st = stile_level_parse(levels, text, "label", &rank, &rest, err)))
        goto out;
    stile_buf_add_str(&canonical, levels->names[rank]);
    if (rest) {
        stile_buf_add_str(&canonical, "//");
        if ((st = stile_expr_parse(text, rest, limits, &scratch, &expr, &canonical, err)))
            goto out;
    }
    if (!(st = stile_buf_ok(&canonical, err)))
        st = make_label(rank, &expr, stile_buf_slice(&canonical), out, err);
out:
    stile_buf_release(&canonical);
    stile_arena_release(&scratch);
    return st;
}

stile_status stile_label_parse(const stile_levels *levels, stile_slice text, stile_label **out,
                               stile_error *err)
{
    static const stile_expr_limits limits = {STILE_MAX_LABEL_TERMS, STILE_MAX_LABEL_DEPTH};
    return parse_label(levels, text, STILE_MAX_LABEL, &limits, out, err);
}

void stile_label_destroy(stile_label *label)
{
    stile_free(label);
}

stile_slice stile_label_text(const stile_label *label)
{
    return label->text;
}

size_t stile_label_rank(const stile_label *label)
{
    return label->rank;
}

/* The canonical text behind the level's "//". */
static stile_slice expression_text(const stile_levels *levels, const stile_label *label)
{
    size_t level = strlen(levels->names[label->rank]);
    return label->expr.count ? stile_slice_cut(label->text, level + 2, label->text.len)
                             : (stile_slice){0};
}

/* One more operand of the conjunction. Only a disjunction needs parentheses, and so joining joins
 * does not nest deeper. */
static void add_operand(stile_slice expression, bool disjunction, bool first, stile_buf *text)
{
    stile_buf_add_str(text, first ? "//" : "&");
    stile_buf_add_str(text, disjunction ? "(" : "");
    stile_buf_add_slice(text, expression);
    stile_buf_add_str(text, disjunction ? ")" : "");
}

stile_status stile_label_join(const stile_levels *levels, const stile_label *const *labels,
                              size_t count, stile_label **out, stile_error *err)
{
    static const stile_expr_limits limits = {(size_t)STILE_MAX_LABEL_TERMS * STILE_MAX_K,
                                             STILE_MAX_LABEL_DEPTH + 1};
    stile_buf text;
    size_t rank = 0, parts = 0;
    stile_status st;

    for (size_t i = 0; i < count; i++)
        if (labels[i]->rank > rank)
            rank = labels[i]->rank;
    stile_buf_init(&text, MAX_JOIN);
    stile_buf_add_str(&text, levels->names[rank]);
    for (size_t i = 0; i < count; i++) {
        stile_slice expression = expression_text(levels, labels[i]);
        bool seen = expression.len == 0;
        for (size_t j = 0; !seen && j < i; j++)
            seen = stile_slice_eq(expression_text(levels, labels[j]), expression);
        if (!seen)
            add_operand(expression, labels[i]->expr.nodes[0].kind == STILE_EXPR_OR, parts++ == 0,
                        &text);
    }
    if (!(st = stile_buf_ok(&text, err)))
        st = parse_label(levels, stile_buf_slice(&text), MAX_JOIN, &limits, out, err);
    stile_buf_release(&text);
    return st;
}
