/* SPDX-License-Identifier: Apache-2.0 */
/* Backtracking explodes where a text almost matches for a long way. So the texts begin as a match
 * does, from the pattern's own literals and the rule's examples, and go on with runs that its
 * repetitions can share out in many ways. They end with every byte that a match may need. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "scan/internal.h"
#include "scan/rules_lint.h"

#define TEXT ((size_t)4096) /* bytes of one text: three chunks, and the square of it hurts */
#define MAX_BASES 24
#define MAX_MATCHES 256 /* as hits.c tries */

typedef struct worst {
    const stile_rule *rule;
    stile_matcher *matcher;
    stile_buf text;
    stile_slice bases[MAX_BASES];
    size_t count;
    stile_arena arena; /* owns the bases */
    char tail[2 * 256];
    size_t tail_len;
    stile_lint_cost *cost;
} worst;

static double now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static stile_status add_base(worst *w, stile_slice base, stile_error *err)
{
    if (base.len == 0 || base.len > TEXT / 4 || w->count == MAX_BASES)
        return STILE_OK;
    return stile_arena_copy(&w->arena, base, &w->bases[w->count++], err);
}

/* The pattern's letters and digits in their order, with a space where something else stands: what
 * it looks for, roughly. Each word is a base too. What follows a backslash is an operator. */
static stile_status add_literals(worst *w, stile_error *err)
{
    stile_slice pattern = w->rule->pattern_text;
    stile_status st = STILE_OK;
    size_t word = 0;

    stile_buf_reset(&w->text);
    for (size_t i = 0; !st && i < pattern.len && w->text.len < TEXT / 4; i++) {
        unsigned char c = (unsigned char)pattern.ptr[i];
        if (isalnum(c) || c >= 0x80) {
            stile_buf_add_byte(&w->text, c);
            continue;
        }
        i += c == '\\';
        if (w->text.len > word) {
            st = add_base(w, stile_slice_cut(stile_buf_slice(&w->text), word, w->text.len), err);
            stile_buf_add_byte(&w->text, ' ');
            word = w->text.len;
        }
    }
    return st ? st : add_base(w, stile_buf_slice(&w->text), err);
}

/* Every literal byte of the pattern, one by one: PCRE2 gives up at once where a byte that a match
 * needs is nowhere behind, and whoever attacks would put it there. */
static void make_tail(worst *w)
{
    stile_slice pattern = w->rule->pattern_text;
    bool has[256] = {false};

    for (size_t i = 0; i < pattern.len; i++) {
        unsigned char c = (unsigned char)pattern.ptr[i];
        if ((!isalnum(c) && c < 0x80) || has[c])
            continue;
        has[c] = true;
        w->tail[w->tail_len++] = '|';
        w->tail[w->tail_len++] = (char)c;
    }
}

static stile_status add_bases(worst *w, stile_error *err)
{
    const stile_examples *examples = &w->rule->positive;
    stile_status st = STILE_OK;

    for (size_t i = 0; !st && i < examples->count && i < MAX_BASES / 2; i++)
        st = add_base(w, examples->texts[i], err);
    return st ? st : add_literals(w, err);
}

/* Every match in the text, as a scan looks for them. */
static void match_all(worst *w)
{
    stile_slice text = stile_buf_slice(&w->text);
    size_t at = 0, start, end;
    double before = now_ms(), rate;
    stile_match match = STILE_MATCH_FOUND;

    for (size_t n = 0; n < MAX_MATCHES && at <= text.len && match == STILE_MATCH_FOUND; n++) {
        match = stile_pattern_match(w->rule->pattern, w->matcher, text, at, &start, &end);
        if (match == STILE_MATCH_FOUND)
            at = end > start ? end : end + 1;
    }
    rate = (double)text.len / 1e3 / (now_ms() - before + 1e-6);
    w->cost->limit |= match == STILE_MATCH_LIMIT;
    /* Where matching ended early, the text was not read. */
    if (match != STILE_MATCH_FOUND &&
        (w->cost->worst_mb_per_s <= 0 || rate < w->cost->worst_mb_per_s))
        w->cost->worst_mb_per_s = rate;
}

/* At most 40 bytes, whole characters. */
static stile_slice start_of(stile_slice text)
{
    size_t end = text.len < 40 ? text.len : 40;

    while (end < text.len && end && ((unsigned char)text.ptr[end] & 0xc0) == 0x80)
        end--;
    return stile_slice_cut(text, 0, end);
}

static void name_hard_text(stile_lint_cost *cost, stile_slice head, stile_slice run)
{
    stile_slice first = start_of(head), then = start_of(run);

    (void)snprintf(cost->hard, sizeof cost->hard, "\"%.*s\", then \"%.*s\" repeated",
                   (int)first.len, first.len ? first.ptr : "", (int)then.len,
                   then.len ? then.ptr : "");
}

static void try_text(worst *w, stile_slice head, stile_slice run)
{
    if (w->cost->limit)
        return;
    stile_buf_reset(&w->text);
    stile_buf_add_slice(&w->text, head);
    while (run.len && w->text.len + run.len <= TEXT)
        stile_buf_add_slice(&w->text, run);
    stile_buf_add(&w->text, w->tail, w->tail_len);
    match_all(w);
    if (w->cost->limit)
        name_hard_text(w->cost, head, run);
}

/* Cut short by one character, or to its half. */
static stile_slice shorter(stile_slice base, size_t end)
{
    while (end && ((unsigned char)base.ptr[end] & 0xc0) == 0x80)
        end--;
    return stile_slice_cut(base, 0, end);
}

static void try_base(worst *w, stile_slice base)
{
    /* The last two only a raw view holds: the others have one space between words. */
    static const char *const runs[] = {"a", "a ", "0", "-", "a. ", "the old text, ", " ", "\n"};
    bool raw = w->rule->views & 1u << STILE_VIEW_RAW;
    size_t count = sizeof runs / sizeof *runs - (raw ? 0 : 2);
    const stile_slice none = {0};

    try_text(w, none, base);
    try_text(w, none, shorter(base, base.len - 1)); /* almost a match, again and again */
    for (size_t i = 0; i < count; i++) {
        try_text(w, base, stile_str(runs[i]));
        try_text(w, shorter(base, base.len / 2), stile_str(runs[i]));
    }
}

static stile_status time_compile(worst *w, stile_error *err)
{
    stile_pattern *pattern = NULL;
    double before = now_ms();
    stile_status st = stile_pattern_compile(w->rule->pattern_text, &pattern, err);

    w->cost->compile_ms = now_ms() - before;
    stile_pattern_destroy(pattern);
    return st;
}

static bool is_tried_everywhere(const stile_policy *policy, size_t i)
{
    for (int which = 0; which < STILE_PREFILTERS; which++)
        if (policy->rules.rules[i].views & stile_prefilter_kinds(which) &&
            !stile_gate_knows(policy->gates[which], i))
            return true;
    return false;
}

stile_status stile_rules_lint_cost(const stile_policy *policy, size_t i, stile_lint_cost *out,
                                   stile_error *err)
{
    worst w = {.rule = &policy->rules.rules[i], .cost = out};
    stile_status st;

    *out = (stile_lint_cost){0};
    if (!w.rule->pattern)
        return STILE_OK;
    out->everywhere = is_tried_everywhere(policy, i);
    stile_arena_init(&w.arena, 0);
    stile_buf_init(&w.text, 2 * TEXT);
    if (!(st = stile_matcher_create(&w.matcher, err)) && !(st = time_compile(&w, err)) &&
        !(st = add_bases(&w, err))) {
        make_tail(&w);
        for (size_t n = 0; n < w.count; n++)
            try_base(&w, w.bases[n]);
        st = stile_buf_ok(&w.text, err);
    }
    stile_matcher_destroy(w.matcher);
    stile_buf_release(&w.text);
    stile_arena_release(&w.arena);
    return st;
}
