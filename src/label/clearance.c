/* SPDX-License-Identifier: Apache-2.0 */
/* Clearances, and whether one dominates a label.
 *
 * A clearance keeps its tokens sorted, and beside them a table from a token's hash to its place, so
 * that a label's token costs one probe. The hash only finds the place: bytes decide. */
#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"
#include "label/lattice.h"

typedef struct token {
    uint64_t hash;
    stile_slice text;
} token;

struct stile_clearance {
    stile_arena arena; /* all of the below */
    size_t rank;
    stile_slice text;
    token *tokens; /* by bytes, distinct */
    size_t count;
    uint32_t *slots; /* place of a token + 1; 0 is free. A power of two, at least twice as many */
    size_t slot_count;
};

static stile_status no_memory(stile_error *err)
{
    return stile_fail(err, STILE_NO_MEMORY, "label: out of memory");
}

static int by_bytes(const void *a, const void *b)
{
    return stile_slice_cmp(((const token *)a)->text, ((const token *)b)->text);
}

/* The place of a token in `slots`: its own, or the free one where it belongs. */
static size_t slot_of(const stile_clearance *c, uint64_t hash, stile_slice text)
{
    size_t at = (size_t)hash & (c->slot_count - 1);

    for (; c->slots[at]; at = (at + 1) & (c->slot_count - 1)) {
        const token *t = &c->tokens[c->slots[at] - 1];
        if (t->hash == hash && stile_slice_eq(t->text, text))
            break;
    }
    return at;
}

static bool holds(const stile_clearance *c, uint64_t hash, stile_slice text)
{
    return c->slots[slot_of(c, hash, text)] != 0;
}

static stile_status fill_slots(stile_clearance *c, stile_error *err)
{
    for (c->slot_count = 8; c->slot_count < 2 * c->count;)
        c->slot_count *= 2;
    if (!(c->slots = stile_arena_array(&c->arena, c->slot_count, sizeof *c->slots)))
        return no_memory(err);
    for (uint32_t i = 0; i < c->count; i++)
        c->slots[slot_of(c, c->tokens[i].hash, c->tokens[i].text)] = i + 1;
    return STILE_OK;
}

static stile_status write_text(const stile_levels *levels, stile_clearance *c, stile_error *err)
{
    stile_buf text;
    stile_status st;

    stile_buf_init(&text, STILE_MAX_CLEARANCE); /* no longer than what was parsed */
    stile_buf_add_str(&text, levels->names[c->rank]);
    for (size_t i = 0; i < c->count; i++) {
        stile_buf_add_str(&text, i ? "," : "//");
        stile_token_format(c->tokens[i].text, &text);
    }
    if (!(st = stile_buf_ok(&text, err)))
        st = stile_arena_copy(&c->arena, stile_buf_slice(&text), &c->text, err);
    stile_buf_release(&text);
    return st;
}

/* Sort, drop doubles, write the canonical text, make the table. */
static stile_status settle_clearance(const stile_levels *levels, stile_clearance *c,
                                     stile_error *err)
{
    size_t kept = 0;
    stile_status st;

    if (c->count)
        qsort(c->tokens, c->count, sizeof *c->tokens, by_bytes);
    for (size_t i = 0; i < c->count; i++)
        if (i == 0 || !stile_slice_eq(c->tokens[i].text, c->tokens[kept - 1].text))
            c->tokens[kept++] = c->tokens[i];
    c->count = kept;
    if ((st = write_text(levels, c, err)))
        return st;
    return fill_slots(c, err);
}

static stile_status parse_tokens(stile_slice text, size_t at, stile_clearance *c, stile_error *err)
{
    size_t most = 1;
    stile_status st;

    for (size_t i = at; i < text.len && most < STILE_MAX_CLEARANCE_TOKENS; i++)
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
    stile_status st = stile_level_parse(levels, text, "clearance", &c->rank, &rest, err);

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
