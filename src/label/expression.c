/* SPDX-License-Identifier: Apache-2.0 */
#include "label/expression.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/utf8.h"

/* The tree while it is being made canonical. */
typedef struct node {
    struct node *next; /* sibling */
    struct node *children;
    size_t child_count;
    uint8_t kind;
    stile_slice token;
    stile_slice text; /* canonical, without parentheses around it */
} node;

typedef struct parser {
    stile_slice text;
    size_t at, terms;
    const stile_expr_limits *limits;
    stile_arena *arena;
    stile_error *err;
} parser;

static stile_status fault(const parser *p, const char *what)
{
    return stile_fail(p->err, STILE_INVALID, "label: at byte %zu: %s", p->at, what);
}

static stile_status no_memory(stile_error *err)
{
    return stile_fail(err, STILE_NO_MEMORY, "label: out of memory");
}

static stile_status too_long(size_t at, stile_error *err)
{
    return stile_fail(err, STILE_TOO_LARGE, "label: at byte %zu: a token of more than %d bytes", at,
                      STILE_MAX_TOKEN);
}

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == ':' || c == '/';
}

/* C0 controls and DEL are refused byte by byte while unquoting; C1 controls take two bytes. */
static bool has_c1_control(stile_slice token)
{
    for (size_t i = 1; i < token.len; i++)
        if ((unsigned char)token.ptr[i - 1] == 0xc2 && (unsigned char)token.ptr[i] < 0xa0)
            return true;
    return false;
}

/* Unquote into `token` (STILE_MAX_TOKEN bytes) from the byte behind the opening quote; *at is left
 * behind the closing one. */
static stile_status unquote(stile_slice text, size_t *at, char *token, size_t *len,
                            stile_error *err)
{
    size_t open = *at - 1, i = *at;

    for (*len = 0; i < text.len && text.ptr[i] != '"'; i++) {
        bool escaped = text.ptr[i] == '\\';
        if (escaped && ++i == text.len)
            break;
        if (escaped && text.ptr[i] != '"' && text.ptr[i] != '\\')
            return stile_fail(err, STILE_INVALID, "label: at byte %zu: only \\\" and \\\\ escape",
                              i);
        if ((unsigned char)text.ptr[i] < 0x20 || text.ptr[i] == 0x7f)
            return stile_fail(err, STILE_INVALID, "label: at byte %zu: a control character", i);
        if (*len == STILE_MAX_TOKEN)
            return too_long(open, err);
        token[(*len)++] = text.ptr[i];
    }
    if (i == text.len)
        return stile_fail(err, STILE_INVALID, "label: at byte %zu: the quote is not closed", open);
    *at = i + 1;
    return STILE_OK;
}
static stile_status parse_quoted(stile_slice text, size_t *at, stile_arena *arena, stile_slice *out,
                                 stile_error *err)
{
    /* On the stack first: what the arena keeps is then the token's own size, whatever follows it. */
    char token[STILE_MAX_TOKEN];
    size_t open = (*at)++, len = 0;
    stile_slice unquoted;
    stile_status st = unquote(text, at, token, &len, err);

    if (st)
        return st;
    unquoted = stile_slice_of(token, len);
    if (len == 0)
        return stile_fail(err, STILE_INVALID, "label: at byte %zu: an empty token", open);
    if (stile_utf8_valid(unquoted) != len)
        return stile_fail(err, STILE_INVALID, "label: at byte %zu: the token is not UTF-8", open);
    if (has_c1_control(unquoted))
        return stile_fail(err, STILE_INVALID, "label: at byte %zu: a control character", open);
    return stile_arena_copy(arena, unquoted, out, err);
}

stile_status stile_token_parse(stile_slice text, size_t *at, stile_arena *arena, stile_slice *out,
                               stile_error *err)
{
    size_t start = *at;

    if (start < text.len && text.ptr[start] == '"')
        return parse_quoted(text, at, arena, out, err);
    while (*at < text.len && is_plain(text.ptr[*at]))
        (*at)++;
    if (*at == start)
        return stile_fail(err, STILE_INVALID, "label: at byte %zu: expected a token", start);
    if (*at - start > STILE_MAX_TOKEN)
        return too_long(start, err);
    *out = stile_slice_cut(text, start, *at);
    return STILE_OK;
}

void stile_token_format(stile_slice token, stile_buf *out)
{
    bool plain = token.len > 0;

    for (size_t i = 0; i < token.len; i++)
        plain = plain && is_plain(token.ptr[i]);
    if (plain) {
        stile_buf_add_slice(out, token);
        return;
    }
    stile_buf_add_byte(out, '"');
    for (size_t i = 0; i < token.len; i++) {
        if (token.ptr[i] == '"' || token.ptr[i] == '\\')
            stile_buf_add_byte(out, '\\');
        stile_buf_add_byte(out, (unsigned char)token.ptr[i]);
    }
    stile_buf_add_byte(out, '"');
}

/* Canonical text of one node whose children are canonical. */
static stile_status format_node(const parser *p, node *n)
{
    stile_buf text;
    stile_status st;

    stile_buf_init(&text, p->text.len); /* no canonical text is longer than its source */
    if (n->kind == STILE_EXPR_TOKEN)
        stile_token_format(n->token, &text);
    for (const node *c = n->children; c; c = c->next) {
        bool group = c->kind != STILE_EXPR_TOKEN;
        if (c != n->children)
            stile_buf_add_byte(&text, n->kind == STILE_EXPR_AND ? '&' : '|');
        stile_buf_add_str(&text, group ? "(" : "");
        stile_buf_add_slice(&text, c->text);
        stile_buf_add_str(&text, group ? ")" : "");
    }
    if (!(st = stile_buf_ok(&text, p->err)))
        st = stile_arena_copy(p->arena, stile_buf_slice(&text), &n->text, p->err);
    stile_buf_release(&text);
    return st;
}

static int by_text(const void *a, const void *b)
{
    const node *x = *(node *const *)a, *y = *(node *const *)b;
    return stile_slice_cmp(x->text, y->text);
}

/* Sort, drop doubles, and let a lone child take the place of `n`. The children are canonical, and
 * none is of n's own kind. */
static stile_status settle(const parser *p, node **at)
{
    node *n = *at, **list, **tail;
    size_t count = 0;

    if (n->kind == STILE_EXPR_TOKEN)
        return format_node(p, n);
    if (!(list = stile_arena_array(p->arena, n->child_count, sizeof *list)))
        return no_memory(p->err);
    for (node *c = n->children; c; c = c->next)
        list[count++] = c;
    qsort(list, count, sizeof *list, by_text);
    tail = &n->children;
    n->child_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && stile_slice_eq(list[i]->text, list[i - 1]->text))
            continue;
        *tail = list[i];
        tail = &list[i]->next;
        n->child_count++;
    }
    *tail = NULL;
    if (n->child_count == 1) {
        *at = n->children;
        return STILE_OK;
    }
    return format_node(p, n);
}

/* Put `child` under `n`: its children instead, when it is of n's kind. */
static void adopt(node *n, node ***tail, node *child)
{
    if (child->kind == n->kind) {
        **tail = child->children;
        n->child_count += child->child_count;
        while (**tail)
            *tail = &(**tail)->next;
        return;
    }
    **tail = child;
    *tail = &child->next;
    child->next = NULL;
    n->child_count++;
}

static stile_status parse_expression(parser *p, size_t depth, node **out);

static stile_status parse_term(parser *p, size_t depth, node **out)
{
    node *n;
    stile_status st;

    if (p->at < p->text.len && p->text.ptr[p->at] == '(') {
        if (depth == p->limits->depth)
            return stile_fail(p->err, STILE_TOO_LARGE,
                              "label: at byte %zu: parentheses deeper than %zu", p->at,
                              p->limits->depth);
        p->at++;
        if ((st = parse_expression(p, depth + 1, out)))
            return st;
        if (p->at >= p->text.len || p->text.ptr[p->at] != ')')
            return fault(p, "expected )");
        p->at++;
        return STILE_OK;
    }
    if (++p->terms > p->limits->terms)
        return stile_fail(p->err, STILE_TOO_LARGE, "label: at byte %zu: more than %zu tokens",
                          p->at, p->limits->terms);
    if (!(n = stile_arena_alloc(p->arena, sizeof *n)))
        return no_memory(p->err);
    if ((st = stile_token_parse(p->text, &p->at, p->arena, &n->token, p->err)))
        return st;
    n->kind = STILE_EXPR_TOKEN;
    *out = n;
    return settle(p, out);
}

static stile_status parse_expression(parser *p, size_t depth, node **out)
{
    node *first = NULL, *n, **tail;
    char op = 0;
    stile_status st = parse_term(p, depth, &first);

    if (st || p->at >= p->text.len || (p->text.ptr[p->at] != '&' && p->text.ptr[p->at] != '|')) {
        *out = first;
        return st;
    }
    if (!(n = stile_arena_alloc(p->arena, sizeof *n)))
        return no_memory(p->err);
    op = p->text.ptr[p->at];
    n->kind = op == '&' ? STILE_EXPR_AND : STILE_EXPR_OR;
    tail = &n->children;
    adopt(n, &tail, first);
    while (p->at < p->text.len && (p->text.ptr[p->at] == '&' || p->text.ptr[p->at] == '|')) {
        node *child = NULL;
        if (p->text.ptr[p->at] != op)
            return fault(p, "& and | mix only with parentheses");
        p->at++;
        if ((st = parse_term(p, depth, &child)))
            return st;
        adopt(n, &tail, child);
    }
    *out = n;
    return settle(p, out);
}

static uint32_t count_nodes(const node *n)
{
    uint32_t count = 1;
    for (const node *c = n->children; c; c = c->next)
        count += count_nodes(c);
    return count;
}

static void compile(const node *n, stile_expr *expr)
{
    stile_expr_node *made = &expr->nodes[expr->count++];

    *made = (stile_expr_node){.kind = n->kind, .token = n->token};
    if (n->kind == STILE_EXPR_TOKEN)
        made->hash = stile_hash64(n->token);
    for (const node *c = n->children; c; c = c->next)
        compile(c, expr);
    made->end = expr->count;
}

stile_status stile_expr_parse(stile_slice text, size_t at, const stile_expr_limits *limits,
                              stile_arena *arena, stile_expr *out, stile_buf *canonical,
                              stile_error *err)
{
    parser p = {.text = text, .at = at, .limits = limits, .arena = arena, .err = err};
    stile_expr expr = {0};
    node *root = NULL;
    stile_status st = parse_expression(&p, 0, &root);

    if (st)
        return st;
    if (p.at != text.len)
        return fault(&p, "expected &, | or the end");
    if (!(expr.nodes = stile_arena_array(arena, count_nodes(root), sizeof *expr.nodes)))
        return no_memory(err);
    compile(root, &expr);
    stile_buf_add_slice(canonical, root->text);
    *out = expr;
    return stile_buf_ok(canonical, err);
}

size_t stile_expr_bytes(const stile_expr *expr)
{
    size_t bytes = expr->count * sizeof *expr->nodes;

    for (uint32_t i = 0; i < expr->count; i++)
        bytes += expr->nodes[i].token.len;
    return bytes;
}

void stile_expr_copy(const stile_expr *from, void *memory, stile_expr *out)
{
    stile_expr_node *nodes = memory;
    char *bytes = (char *)(nodes + from->count);

    for (uint32_t i = 0; i < from->count; i++) {
        stile_slice token = from->nodes[i].token;
        nodes[i] = from->nodes[i];
        if (!token.len)
            continue;
        memcpy(bytes, token.ptr, token.len);
        nodes[i].token.ptr = bytes;
        bytes += token.len;
    }
    *out = (stile_expr){.nodes = nodes, .count = from->count};
}
