/* SPDX-License-Identifier: Apache-2.0 */
#include "benchmarks/scan/yara.h"

#include <stdio.h>
#include <stdlib.h>

#ifdef STILE_HAVE_YARA
#include <yara.h>

static YR_RULES *yara;

static int ignore_match(YR_SCAN_CONTEXT *context, int message, void *data, void *user)
{
    (void)context;
    (void)message;
    (void)data;
    (void)user;
    return CALLBACK_CONTINUE;
}

void bench_yara_scan(stile_slice text)
{
    (void)yr_rules_scan_mem(yara, (const uint8_t *)text.ptr, text.len, SCAN_FLAGS_FAST_MODE,
                            ignore_match, NULL, 0);
}

static void quiet(int level, const char *file, int line, const YR_RULE *rule, const char *message,
                  void *user)
{
    (void)level;
    (void)file;
    (void)line;
    (void)rule;
    (void)message;
    (void)user;
}

/* Rule `k` in YARA's words, which know no "(?:" and end a pattern at a slash. */
static void write_yara(char *out, size_t k, stile_slice pattern)
{
    size_t at = (size_t)sprintf(out, "rule r%zu { strings: $a = /", k);

    for (size_t i = 0; i < pattern.len; i++) {
        char c = pattern.ptr[i];
        if (c == '/' && (i == 0 || pattern.ptr[i - 1] != '\\'))
            out[at++] = '\\';
        out[at++] = c;
        if (c == '(' &&
            stile_slice_starts(stile_slice_cut(pattern, i + 1, pattern.len), stile_str("?:")))
            i += 2;
    }
    (void)sprintf(out + at, "/ nocase condition: $a }");
}

/* Adds the rules to a new compiler: those that it can read. A compiler that met an error is of no
 * more use, so each rule is tried in one of its own first. */
size_t bench_yara_compile(const stile_rules *rules)
{
    YR_COMPILER *all = NULL, *alone = NULL;
    char *source = malloc(4 * STILE_MAX_PATTERN);
    size_t taken = 0;

    if (!source || yr_initialize() != ERROR_SUCCESS || yr_compiler_create(&all) != ERROR_SUCCESS)
        exit(1);
    for (size_t k = 0; k < rules->count; k++) {
        if (!rules->rules[k].pattern || yr_compiler_create(&alone) != ERROR_SUCCESS)
            continue;
        yr_compiler_set_callback(alone, quiet, NULL);
        write_yara(source, k, rules->rules[k].pattern_text);
        if (yr_compiler_add_string(alone, source, NULL) == 0)
            taken += yr_compiler_add_string(all, source, NULL) == 0;
        yr_compiler_destroy(alone);
    }
    if (yr_compiler_get_rules(all, &yara) != ERROR_SUCCESS)
        taken = 0;
    yr_compiler_destroy(all);
    free(source);
    return taken;
}

#else

size_t bench_yara_compile(const stile_rules *rules)
{
    (void)rules;
    fprintf(stderr, "SKIPPED: libyara is not here (apt install libyara-dev)\n");
    return 0;
}

void bench_yara_scan(stile_slice text)
{
    (void)text;
}

#endif
