/* SPDX-License-Identifier: Apache-2.0 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "classifiers/pattern.h"

#include <pcre2.h>
#include <stdio.h>

#include "base/memory.h"

/* JIT ignores the depth and heap limits, and the match limit starts anew at each position of the
 * text, so it is kept low; the JIT stack is capped as well. */
#define MATCH_LIMIT 20000
#define JIT_STACK_START ((size_t)32 * 1024)
#define JIT_STACK_MAX ((size_t)512 * 1024)

struct stile_pattern {
    pcre2_code *code;
};

struct stile_matcher {
    pcre2_match_data *data;
    pcre2_match_context *context;
    pcre2_jit_stack *stack;
};

stile_status stile_pattern_compile(stile_slice text, stile_pattern **out, stile_error *err)
{
    stile_pattern *pattern;
    int code = 0;
    PCRE2_SIZE at = 0;

    if (text.len > STILE_MAX_PATTERN)
        return stile_fail(err, STILE_TOO_LARGE, "pattern: %zu bytes, at most %d", text.len,
                          STILE_MAX_PATTERN);
    if (!(pattern = stile_alloc(sizeof *pattern)))
        return stile_fail(err, STILE_NO_MEMORY, "pattern: out of memory");
    pattern->code =
        pcre2_compile((PCRE2_SPTR)text.ptr, text.len,
                      PCRE2_CASELESS | PCRE2_DOTALL | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP |
                          PCRE2_NEVER_BACKSLASH_C | PCRE2_USE_OFFSET_LIMIT,
                      &code, &at, NULL);
    if (!pattern->code) {
        PCRE2_UCHAR why[128] = "";
        (void)pcre2_get_error_message(code, why, sizeof why);
        stile_pattern_destroy(pattern);
        return stile_fail(err, STILE_INVALID, "pattern: at byte %zu: %s", (size_t)at,
                          (const char *)why);
    }
    /* Where JIT cannot be had, the interpreter gives the same matches under the same limit. */
    (void)pcre2_jit_compile(pattern->code, PCRE2_JIT_COMPLETE);
    *out = pattern;
    return STILE_OK;
}

void stile_pattern_destroy(stile_pattern *pattern)
{
    if (!pattern)
        return;
    pcre2_code_free(pattern->code);
    stile_free(pattern);
}

stile_status stile_matcher_create(stile_matcher **out, stile_error *err)
{
    stile_matcher *m = stile_alloc(sizeof *m);

    if (m) {
        m->data = pcre2_match_data_create(1, NULL);
        m->context = pcre2_match_context_create(NULL);
        m->stack = pcre2_jit_stack_create(JIT_STACK_START, JIT_STACK_MAX, NULL);
    }
    if (!m || !m->data || !m->context || !m->stack) {
        stile_matcher_destroy(m);
        return stile_fail(err, STILE_NO_MEMORY, "pattern: out of memory");
    }
    (void)pcre2_set_match_limit(m->context, MATCH_LIMIT);
    pcre2_jit_stack_assign(m->context, NULL, m->stack);
    *out = m;
    return STILE_OK;
}

void stile_matcher_destroy(stile_matcher *matcher)
{
    if (!matcher)
        return;
    pcre2_match_data_free(matcher->data);
    pcre2_match_context_free(matcher->context);
    pcre2_jit_stack_free(matcher->stack);
    stile_free(matcher);
}

stile_match stile_pattern_match(const stile_pattern *pattern, stile_matcher *matcher,
                                stile_slice text, size_t from, size_t *start, size_t *end)
{
    return stile_pattern_match_within(pattern, matcher, text, from, PCRE2_UNSET, start, end);
}

stile_match stile_pattern_match_within(const stile_pattern *pattern, stile_matcher *matcher,
                                       stile_slice text, size_t from, size_t last, size_t *start,
                                       size_t *end)
{
    const PCRE2_SIZE *span;
    int rc;

    if (from > text.len)
        return STILE_MATCH_NONE;
    (void)pcre2_set_offset_limit(matcher->context, last);
    rc = pcre2_match(pattern->code, (PCRE2_SPTR)(text.ptr ? text.ptr : ""), text.len, from, 0,
                     matcher->data, matcher->context);
    if (rc == PCRE2_ERROR_NOMATCH)
        return STILE_MATCH_NONE;
    if (rc < 0)
        return STILE_MATCH_LIMIT;
    span = pcre2_get_ovector_pointer(matcher->data);
    *start = span[0] < span[1] ? span[0] : span[1]; /* \K may put the start behind the end */
    *end = span[1];
    return STILE_MATCH_FOUND;
}

const char *stile_pattern_version(void)
{
    static char version[64];
    if (!version[0])
        (void)pcre2_config(PCRE2_CONFIG_VERSION, version);
    return version;
}
