/* SPDX-License-Identifier: Apache-2.0 */
/* Levels, labels, clearances: the lattice. */
#include "stile/label.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"
#include "label/expression.h"

/* The label of an answer joins many, and is never stored: it may be longer than one that is. */
#define JOIN_FACTOR 64

struct stile_levels {
    size_t count;
    char *names[STILE_MAX_LEVELS];
};

struct stile_label {
    stile_arena arena; /* all of the below */
    size_t rank;
    stile_slice text;
    stile_expr expr;
};

typedef struct token {
    uint64_t hash;
    stile_slice text;
} token;

struct stile_clearance {
    stile_arena arena;
    size_t rank;
    stile_slice text;
    token *tokens; /* by hash, then bytes */
    size_t count;
};

static stile_status no_memory(stile_error *err)
{
    return stile_fail(err, STILE_NO_MEMORY, "label: out of memory");
}

static bool level_name_is_valid(const char *name)
{
    if (!*name)
        return false;
    for (; *name; name++)
        if (!((*name >= 'a' && *name <= 'z') || (*name >= '0' && *name <= '9') || *name == '_' ||
              *name == '-'))
            return false;
    return true;
}

stile_status stile_levels_create(const char *const *names, size_t count, stile_levels **out,
                                 stile_error *err)
{
    stile_levels *levels;

    if (count == 0 || count > STILE_MAX_LEVELS)
        return stile_fail(err, STILE_INVALID, "levels: 1 to %d are wanted", STILE_MAX_LEVELS);
    if (!(levels = stile_alloc(sizeof *levels)))
        return no_memory(err);
    for (size_t i = 0; i < count; i++) {
        stile_status st = STILE_OK;
        if (!level_name_is_valid(names[i]) || strlen(names[i]) > STILE_MAX_TOKEN)
            st = stile_fail(err, STILE_INVALID,
                            "levels: a name is lower-case letters, digits, '_' and '-'");
        else if (stile_levels_rank(levels, stile_str(names[i])) >= 0)
            st = stile_fail(err, STILE_INVALID, "levels: %.64s is named twice", names[i]);
        else if (!(levels->names[i] = stile_strdup(names[i])))
            st = no_memory(err);
        if (st) {
            stile_levels_destroy(levels);
            return st;
        }
        levels->count++;
    }
    *out = levels;
    return STILE_OK;
}

stile_status stile_levels_create_default(stile_levels **out, stile_error *err)
{
    static const char *const names[] = {"public", "internal", "confidential", "restricted"};
    return stile_levels_create(names, 4, out, err);
}

void stile_levels_destroy(stile_levels *levels)
{
    if (!levels)
        return;
    for (size_t i = 0; i < levels->count; i++)
        stile_free(levels->names[i]);
    stile_free(levels);
}

size_t stile_levels_count(const stile_levels *levels)
{
    return levels->count;
}

const char *stile_levels_name(const stile_levels *levels, size_t rank)
{
    return levels->names[rank];
}

int stile_levels_rank(const stile_levels *levels, stile_slice name)
{
    for (size_t i = 0; i < levels->count; i++)
        if (stile_slice_eq(stile_str(levels->names[i]), name))
            return (int)i;
    return -1;
}

/* The level in front of the first "//" (or all of `text`); *rest is where the expression starts, 0
 * when there is none. */
static stile_status parse_level(const stile_levels *levels, stile_slice text, const char *what,
                                size_t *rank, size_t *rest, stile_error *err)
{
    size_t len = 0;
    int found;

    while (len < text.len &&
           !(text.ptr[len] == '/' && len + 1 < text.len && text.ptr[len + 1] == '/'))
        len++;
    *rest = len < text.len ? len + 2 : 0;
    if ((found = stile_levels_rank(levels, stile_slice_cut(text, 0, len))) < 0) {
        char known[256];
        size_t at = 0;
        known[0] = '\0';
        for (size_t i = 0; i < levels->count && at < sizeof known; i++)
            at += (size_t)snprintf(known + at, sizeof known - at, "%s%s", i ? ", " : "",
                                   levels->names[i]);
        return stile_fail(err, STILE_INVALID, "%s: at byte 0: unknown level; the levels are %s",
                          what, known);
    }
    *rank = (size_t)found;
    return STILE_OK;
}

static stile_status fill_label(const stile_levels *levels, stile_slice text,
                               const stile_expr_limits *limits, stile_label *label,
                               stile_error *err)
{
    stile_buf canonical;
    stile_slice own;
    size_t rest = 0;
    stile_status st = parse_level(levels, text, "label", &label->rank, &rest, err);

    if (st || (st = stile_arena_copy(&label->arena, text, &own, err)))
        return st;
    stile_buf_init(&canonical, (size_t)4 * STILE_MAX_LABEL * JOIN_FACTOR);
    stile_buf_add_str(&canonical, levels->names[label->rank]);
    if (rest) {
        stile_buf_add_str(&canonical, "//");
        st = stile_expr_parse(own, rest, limits, &label->arena, &label->expr, &canonical, err);
    }
    if (!st && !(st = stile_buf_ok(&canonical, err)))
        st = stile_arena_copy(&label->arena, stile_buf_slice(&canonical), &label->text, err);
    stile_buf_release(&canonical);
    return st;
}

static stile_status make_label(const stile_levels *levels, stile_slice text, size_t most,
                               const stile_expr_limits *limits, stile_label **out, stile_error *err)
{
    stile_label *label;
    stile_status st;

    if (text.len > most)
        return stile_fail(err, STILE_TOO_LARGE, "label: %zu bytes, at most %zu", text.len, most);
    if (!(label = stile_alloc(sizeof *label)))
        return no_memory(err);
    stile_arena_init(&label->arena, 0);
    if ((st = fill_label(levels, text, limits, label, err))) {
        stile_label_destroy(label);
        return st;
    }
    *out = label;
    return STILE_OK;
}

stile_status stile_label_parse(const stile_levels *levels, stile_slice text, stile_label **out,
                               stile_error *err)
{
    static const stile_expr_limits limits = {STILE_MAX_LABEL_TERMS, STILE_MAX_LABEL_DEPTH};
    return make_label(levels, text, STILE_MAX_LABEL, &limits, out, err);
}

void stile_label_destroy(stile_label *label)
{
    if (!label)
        return;
    stile_arena_release(&label->arena);
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

stile_status stile_label_join(const stile_levels *levels, const stile_label *const *labels,
                              size_t count, stile_label **out, stile_error *err)
{
    static const stile_expr_limits limits = {(size_t)STILE_MAX_LABEL_TERMS * JOIN_FACTOR,
                                             STILE_MAX_LABEL_DEPTH + 1};
    const size_t most = (size_t)STILE_MAX_LABEL * JOIN_FACTOR;
    stile_buf text;
    size_t rank = 0, parts = 0;
    stile_status st;

    for (size_t i = 0; i < count; i++)
        if (labels[i]->rank > rank)
            rank = labels[i]->rank;
    stile_buf_init(&text, most);
    stile_buf_add_str(&text, levels->names[rank]);
    for (size_t i = 0; i < count; i++) {
        stile_slice expression = expression_text(levels, labels[i]);
        bool seen = expression.len == 0;
        for (size_t j = 0; !seen && j < i; j++)
            seen = stile_slice_eq(expression_text(levels, labels[j]), expression);
        if (seen)
            continue;
        stile_buf_add_str(&text, parts++ ? "&(" : "//(");
        stile_buf_add_slice(&text, expression);
        stile_buf_add_byte(&text, ')');
    }
    if (!(st = stile_buf_ok(&text, err)))
        st = make_label(levels, stile_buf_slice(&text), most, &limits, out, err);
    stile_buf_release(&text);
    return st;
}

static int by_hash(const void *a, const void *b)
{
    const token *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return stile_slice_cmp(x->text, y->text);
}

static int by_bytes(const void *a, const void *b)
{
    return stile_slice_cmp(((const token *)a)->text, ((const token *)b)->text);
}

/* Drop doubles, write the canonical text, leave the tokens in the order that lookups want. */
static stile_status settle_clearance(const stile_levels *levels, stile_clearance *c,
                                     stile_error *err)
{
    stile_buf text;
    size_t kept = 0;
    stile_status st;

    if (c->count)
        qsort(c->tokens, c->count, sizeof *c->tokens, by_bytes);
    for (size_t i = 0; i < c->count; i++)
        if (i == 0 || !stile_slice_eq(c->tokens[i].text, c->tokens[kept - 1].text))
            c->tokens[kept++] = c->tokens[i];
    c->count = kept;
    stile_buf_init(&text, (size_t)4 * STILE_MAX_CLEARANCE);
    stile_buf_add_str(&text, levels->names[c->rank]);
    for (size_t i = 0; i < c->count; i++) {
        stile_buf_add_str(&text, i ? "," : "//");
        stile_token_format(c->tokens[i].text, &text);
    }
    if (!(st = stile_buf_ok(&text, err)))
        st = stile_arena_copy(&c->arena, stile_buf_slice(&text), &c->text, err);
    stile_buf_release(&text);
    if (c->count)
        qsort(c->tokens, c->count, sizeof *c->tokens, by_hash);
    return st;
}

static stile_status parse_tokens(stile_slice text, size_t at, stile_clearance *c, stile_error *err)
{
    size_t most = 1;
    stile_status st;

    for (size_t i = at; i < text.len; i++)
        most += text.ptr[i] == ',' || text.ptr[i] == '&';
    if (!(c->tokens = stile_arena_array(&c->arena, most, sizeof *c->tokens)))
        return no_memory(err);
    for (;;) {
        token *t = &c->tokens[c->count];
        if (c->count == STILE_MAX_CLEARANCE_TOKENS)
            return stile_fail(err, STILE_TOO_LARGE, "clearance: more than %d tokens",
                              STILE_MAX_CLEARANCE_TOKENS);
        if ((st = stile_token_parse(text, &at, &c->arena, &t->text, err)))
            return stile_fail_in(err, st, "clearance");
        t->hash = stile_hash64(t->text);
        c->count++;
        if (at == text.len)
            return STILE_OK;
        if (text.ptr[at] != ',' && text.ptr[at] != '&')
            return stile_fail(err, STILE_INVALID,
                              "clearance: at byte %zu: expected a comma or the end", at);
        at++;
    }
}

static stile_status fill_clearance(const stile_levels *levels, stile_slice text, stile_clearance *c,
                                   stile_error *err)
{
    stile_slice own;
    size_t rest = 0;
    stile_status st = parse_level(levels, text, "clearance", &c->rank, &rest, err);

    if (st || (st = stile_arena_copy(&c->arena, text, &own, err)) ||
        (rest && (st = parse_tokens(own, rest, c, err))))
        return st;
    return settle_clearance(levels, c, err);
}

stile_status stile_clearance_parse(const stile_levels *levels, stile_slice text,
                                   stile_clearance **out, stile_error *err)
{
    stile_clearance *c;
    stile_status st;

    if (text.len > STILE_MAX_CLEARANCE)
        return stile_fail(err, STILE_TOO_LARGE, "clearance: %zu bytes, at most %d", text.len,
                          STILE_MAX_CLEARANCE);
    if (!(c = stile_alloc(sizeof *c)))
        return no_memory(err);
    stile_arena_init(&c->arena, 0);
    if ((st = fill_clearance(levels, text, c, err))) {
        stile_clearance_destroy(c);
        return st;
    }
    *out = c;
    return STILE_OK;
}

void stile_clearance_destroy(stile_clearance *clearance)
{
    if (!clearance)
        return;
    stile_arena_release(&clearance->arena);
    stile_free(clearance);
}

stile_slice stile_clearance_text(const stile_clearance *clearance)
{
    return clearance->text;
}

static bool holds(const stile_clearance *c, uint64_t hash, stile_slice text)
{
    size_t low = 0, high = c->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (c->tokens[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < c->count && c->tokens[low].hash == hash; low++)
        if (stile_slice_eq(c->tokens[low].text, text))
            return true;
    return false;
}

stile_status stile_clearance_meet(const stile_levels *levels, const stile_clearance *a,
                                  const stile_clearance *b, stile_clearance **out, stile_error *err)
{
    stile_clearance *c = stile_alloc(sizeof *c);
    stile_status st = STILE_OK;

    if (!c)
        return no_memory(err);
    stile_arena_init(&c->arena, 0);
    c->rank = a->rank < b->rank ? a->rank : b->rank;
    if (!(c->tokens = stile_arena_array(&c->arena, a->count, sizeof *c->tokens)))
        st = no_memory(err);
    for (size_t i = 0; !st && i < a->count; i++) {
        token *t = &c->tokens[c->count];
        if (!holds(b, a->tokens[i].hash, a->tokens[i].text))
            continue;
        t->hash = a->tokens[i].hash;
        if (!(st = stile_arena_copy(&c->arena, a->tokens[i].text, &t->text, err)))
            c->count++;
    }
    if (!st)
        st = settle_clearance(levels, c, err);
    if (st) {
        stile_clearance_destroy(c);
        return st;
    }
    *out = c;
    return STILE_OK;
}

/* Depth is bounded by the parser. */
static bool satisfied(const stile_clearance *c, const stile_expr_node *nodes, uint32_t at)
{
    const stile_expr_node *n = &nodes[at];

    if (n->kind == STILE_EXPR_TOKEN)
        return holds(c, n->hash, n->token);
    for (uint32_t child = at + 1; child < n->end; child = nodes[child].end) {
        bool yes = satisfied(c, nodes, child);
        if (yes != (n->kind == STILE_EXPR_AND))
            return yes;
    }
    return n->kind == STILE_EXPR_AND;
}

bool stile_clearance_dominates(const stile_clearance *clearance, const stile_label *label)
{
    if (!clearance || !label || clearance->rank < label->rank)
        return false;
    return label->expr.count == 0 || satisfied(clearance, label->expr.nodes, 0);
}
