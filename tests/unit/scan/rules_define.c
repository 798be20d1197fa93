/* SPDX-License-Identifier: Apache-2.0 */
/* A pack's vocabulary: names that stand for patterns. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "classifiers/rules.h"
#include "support/folder.h"
#include "support/random.h"

#define RULE(pattern) "rules:\n  - {id: a.b, family: f, reason: r, pattern: '" pattern "'}\n"
#define DEFINE "define:\n  verb: [ignore, forget, 'set aside']\n  all: 'all(?: of)?'\n"

static stile_status load(const char *pack, stile_rules *out, stile_error *err)
{
    char *folder = test_folder_make();
    stile_status st;

    test_file_write(test_path(folder, "pack.yaml"), stile_str(pack));
    st = stile_rules_load(folder, out, err);
    test_folder_remove(folder);
    return st;
}

static void check_pattern(const char *pack, const char *wanted)
{
    stile_rules rules;
    stile_error err = {0};

    cr_assert_eq(load(pack, &rules, &err), STILE_OK, "%s", err.text);
    cr_assert(stile_slice_eq(rules.rules[0].pattern_text, stile_str(wanted)), "%.*s, wanted %s",
              (int)rules.rules[0].pattern_text.len, rules.rules[0].pattern_text.ptr, wanted);
    stile_rules_release(&rules);
}

static void check_refused(const char *pack, const char *says)
{
    stile_rules rules;
    stile_error err = {0};

    cr_assert_eq(load(pack, &rules, &err), STILE_INVALID, "taken: %s", pack);
    cr_assert(strstr(err.text, says), "%s, wanted %s", err.text, says);
}

Test(rules_define, a_name_stands_for_its_words)
{
    check_pattern(DEFINE RULE("{{verb}} {{all}} rules"),
                  "(?:ignore|forget|set aside) (?:all(?: of)?) rules");
}

Test(rules_define, a_name_may_use_the_names_above_it)
{
    check_pattern("define:\n  a: [x, y]\n  b: ['{{a}}z']\n" RULE("{{b}}"), "(?:(?:x|y)z)");
    check_refused("define:\n  b: ['{{a}}z']\n  a: [x, y]\n" RULE("{{b}}"),
                  "pack.yaml:2: {{a}}: no such name above in this pack");
    check_refused("define:\n  a: ['x{{a}}']\n" RULE("{{a}}"), "no such name above");
}

Test(rules_define, braces_that_are_no_name_are_left_as_they_are)
{
    check_pattern(DEFINE RULE("\\{{verb}} {{ verb }} {{Verb}} x{2}"),
                  "\\{{verb}} {{ verb }} {{Verb}} x{2}");
}

Test(rules_define, a_name_works_in_not)
{
    stile_rules rules;
    stile_matcher *m;
    size_t start, end;

    cr_assert_eq(stile_matcher_create(&m, NULL), STILE_OK);
    cr_assert_eq(load("define:\n  near: [museum, guide]\nrules:\n  - {id: a, family: f, "
                      "reason: r, pattern: x, not: '{{near}}s'}\n",
                      &rules, NULL),
                 STILE_OK);
    cr_assert_eq(
        stile_pattern_match(rules.rules[0].cancel, m, stile_str("the guides"), 0, &start, &end),
        STILE_MATCH_FOUND);
    cr_assert_eq(
        stile_pattern_match(rules.rules[0].cancel, m, stile_str("the guide"), 0, &start, &end),
        STILE_MATCH_NONE);
    stile_matcher_destroy(m);
    stile_rules_release(&rules);
}

Test(rules_define, what_is_not_understood_is_an_error_at_its_line)
{
    check_refused(DEFINE RULE("{{verbs}} rules"), "pack.yaml:5: {{verbs}}: no such name");
    check_refused(DEFINE RULE("[{{verb}}]"), "a name in a character class");
    check_refused(RULE("x") "define:\n  a: b\n", "define before rules");
    check_refused("define:\n  a: b\ndefine:\n  c: d\n" RULE("x"), "define before rules");
    check_refused("define:\n  a: b\n  a: c\n" RULE("x"), "pack.yaml:3: {{a}}: this name is given");
    check_refused("define:\n  A: b\n" RULE("x"), "a name is of a-z");
    check_refused("define:\n  a: []\n" RULE("x"), "wants a pattern");
    check_refused("define:\n  a: [b, '']\n" RULE("x"), "an empty word");
    check_refused("define: x\n" RULE("x"), "expected names");
}

Test(rules_define, a_bracket_left_open_is_refused_where_it_stands)
{
    check_refused("define:\n  a: 'x)|(?:y'\n" RULE("{{a}}"), "pack.yaml:2: {{a}}: pattern:");
    check_refused("define:\n  a: '\\Qx'\n" RULE("{{a}}"), "pack.yaml:2: {{a}}: pattern:");
    check_refused("define:\n  a: 'x\\'\n" RULE("{{a}}"), "pack.yaml:2: {{a}}: pattern:");
}

/* Names within names could double at each step: the limit on a pattern ends it. */
Test(rules_define, names_within_names_end_at_a_patterns_limit)
{
    char pack[4096] = "define:\n  n0: 'abcdefgh'\n";
    size_t len = strlen(pack);

    for (int i = 1; i < 40; i++)
        len += (size_t)snprintf(pack + len, sizeof pack - len, "  n%d: '{{n%d}}{{n%d}}'\n", i,
                                i - 1, i - 1);
    (void)snprintf(pack + len, sizeof pack - len, RULE("{{n39}}"));
    check_refused(pack, "too long with its names replaced");
}

Test(rules_define, names_are_a_packs_own)
{
    char *folder = test_folder_make();
    stile_rules rules;
    stile_error err = {0};

    test_file_write(test_path(folder, "a.yaml"), stile_str(DEFINE RULE("{{verb}}")));
    test_file_write(test_path(folder, "b.yaml"),
                    stile_str("rules:\n  - {id: c, family: f, reason: r, pattern: '{{verb}}'}\n"));
    cr_assert_eq(stile_rules_load(folder, &rules, &err), STILE_INVALID);
    cr_assert(strstr(err.text, "b.yaml:2: {{verb}}: no such name"), "%s", err.text);
    test_folder_remove(folder);
}

/* A pattern with names matches where the pattern written out does. */
Test(rules_define, a_pattern_with_names_is_the_pattern_written_out)
{
    static const char *const words[] = {"ignore", "forget", "set aside", "all", "all of",
                                        "rules",  "x",      " ",         " ",   " "};
    test_random r = test_random_start("a_pattern_with_names");
    stile_rules named, whole;
    stile_matcher *m;

    cr_assert_eq(stile_matcher_create(&m, NULL), STILE_OK);
    cr_assert_eq(load(DEFINE RULE("{{verb}} {{all}} rules|{{verb}}x"), &named, NULL), STILE_OK);
    cr_assert_eq(load(RULE("(?:ignore|forget|set aside) all(?: of)? rules|"
                           "(?:ignore|forget|set aside)x"),
                      &whole, NULL),
                 STILE_OK);
    for (uint32_t i = test_cases(2000); i > 0; i--) {
        char text[256] = "";
        size_t a = 0, b = 0, ae = 0, be = 0;
        for (size_t n = test_random_below(&r, 16); n > 0; n--)
            (void)strncat(text, words[test_random_below(&r, sizeof words / sizeof *words)],
                          sizeof text - strlen(text) - 1);
        cr_assert_eq(stile_pattern_match(named.rules[0].pattern, m, stile_str(text), 0, &a, &ae),
                     stile_pattern_match(whole.rules[0].pattern, m, stile_str(text), 0, &b, &be),
                     "%s", text);
        cr_assert(a == b && ae == be, "%s", text);
    }
    stile_matcher_destroy(m);
    stile_rules_release(&named);
    stile_rules_release(&whole);
}
