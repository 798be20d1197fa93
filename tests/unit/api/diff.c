/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "api/diff.h"
#include "support/random.h"

static void render(const json_t *lines, char *out)
{
    *out = '\0';
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *line = json_array_get(lines, i);
        strcat(out, json_string_value(json_object_get(line, "op")));
        strcat(out, json_string_value(json_object_get(line, "text")));
        strcat(out, "\n");
    }
}

typedef struct row {
    const char *from, *to, *want;
} row;

Test(diff, shows_what_changed_with_three_lines_around)
{
    static const row rows[] = {
        {"a\nb\n", "a\nb\n", ""},
        {"", "a\n", "+a\n"},
        {"a", "", "-a\n"},
        {"a\nb\nc\n", "a\nx\nc\n", " a\n-b\n+x\n c\n"},
        {"1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\n5!\n6\n7\n8\n9\n",
         " 2\n 3\n 4\n-5\n+5!\n 6\n 7\n 8\n"},
        {"a\nb\nc\nd\n", "b\nd\ne\n", "-a\n b\n-c\n d\n+e\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char got[256];
        json_t *lines = NULL;
        stile_arena arena;
        stile_arena_init(&arena, 0);
        cr_assert_eq(
            stile_diff_lines(stile_str(rows[i].from), stile_str(rows[i].to), &arena, &lines, NULL),
            STILE_OK);
        render(lines, got);
        cr_expect_str_eq(got, rows[i].want, "row %zu:\n%s", i, got);
        json_decref(lines);
        stile_arena_release(&arena);
    }
}

/* Length of a longest common subsequence, the slow way. */
static size_t common(const char *a, const char *b)
{
    size_t left, right;
    if (!*a || !*b)
        return 0;
    if (*a == *b)
        return 1 + common(a + 1, b + 1);
    left = common(a + 1, b);
    right = common(a, b + 1);
    return left > right ? left : right;
}

static void make(test_random *r, char *letters, char *text)
{
    size_t n = test_random_below(r, 9);
    for (size_t i = 0; i < n; i++) {
        letters[i] = (char)('a' + test_random_below(r, 3));
        text[2 * i] = letters[i];
        text[2 * i + 1] = '\n';
    }
    letters[n] = '\0';
    text[2 * n] = '\0';
}

Test(diff, is_a_shortest_one)
{
    uint64_t seed = test_random_seed("diff");
    uint32_t cases = test_cases(3000);

    for (uint32_t i = 0; i < cases; i++) {
        test_random r = test_random_case(seed, i);
        char a[16], b[16], from[32], to[32];
        size_t changes = 0, same;
        json_t *lines = NULL;
        stile_arena arena;
        make(&r, a, from);
        make(&r, b, to);
        stile_arena_init(&arena, 0);
        cr_assert_eq(stile_diff_lines(stile_str(from), stile_str(to), &arena, &lines, NULL),
                     STILE_OK);
        for (size_t n = 0; n < json_array_size(lines); n++)
            changes += *json_string_value(json_object_get(json_array_get(lines, n), "op")) != ' ';
        same = common(a, b);
        cr_assert_eq(changes, strlen(a) + strlen(b) - 2 * same, "seed %llu case %u: %s to %s",
                     (unsigned long long)seed, i, a, b);
        json_decref(lines);
        stile_arena_release(&arena);
    }
}
