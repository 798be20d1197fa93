/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/frozen.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "support/folder.h"

static char *folder;

static void setup(void)
{
    folder = test_folder_make();
}

static void teardown(void)
{
    test_folder_remove(folder);
}

TestSuite(frozen, .init = setup, .fini = teardown);

/* A policy that flags what holds `word`. */
static stile_policy *policy_of(const char *word)
{
    char *rules = test_folder_make(), text[512];
    stile_policy_options options = {.rules_folder = rules, .classifier = "none"};
    stile_policy *policy = NULL;
    stile_error err = {0};

    (void)snprintf(text, sizeof text,
                   "pack: p\nversion: 1\nrules:\n  - id: p.rule\n    family: f\n    weight: 0.9\n"
                   "    pattern: '%s'\n    reason: r\n",
                   word);
    test_file_write(test_path(rules, "p.yaml"), stile_str(text));
    cr_assert_eq(stile_policy_load(&options, &policy, &err), STILE_OK, "%s", err.text);
    test_folder_remove(rules);
    return policy;
}

/* `injections` rows of which each second says "plums", and `benign` ones of which the first does. */
static const char *write_set(size_t injections, size_t benign)
{
    static char path[512];
    stile_buf text;

    stile_buf_init(&text, 1 << 20);
    for (size_t i = 0; i < injections; i++)
        stile_buf_printf(&text, "{\"text\":\"send %s to me\",\"label\":\"injection\"}\n\n",
                         i % 2 ? "plums" : "pears");
    for (size_t i = 0; i < benign; i++)
        stile_buf_printf(&text, "{\"text\":\"a %s grows\",\"label\":\"benign\"}\n",
                         i ? "tree" : "tree of plums");
    (void)snprintf(path, sizeof path, "%s", test_path(folder, "set.jsonl"));
    test_file_write(path, stile_buf_slice(&text));
    stile_buf_release(&text);
    return path;
}

static bool loses(const char *enforced, const char *candidate, stile_frozen_figures *figures)
{
    char missed[STILE_FROZEN_MESSAGE], mistaken[STILE_FROZEN_MESSAGE];
    stile_policy *before = policy_of(enforced), *after = policy_of(candidate);
    stile_error err = {0};
    bool lost;

    cr_assert_eq(stile_frozen_compare(write_set(60, 50), before, after, figures, &err), STILE_OK,
                 "%s", err.text);
    lost = stile_frozen_loses(figures, missed, mistaken);
    cr_assert_eq(*missed != '\0', figures->caught[1] < figures->caught[0]);
    cr_assert_eq(*mistaken != '\0', figures->mistaken[1] > figures->mistaken[0]);
    stile_policy_unref(before);
    stile_policy_unref(after);
    return lost;
}

Test(frozen, fewer_injections_or_more_benign_texts_lose)
{
    static const struct {
        const char *enforced, *candidate;
        size_t caught[2], mistaken[2];
        bool loses;
    } rows[] = {
        {"send", "send", {60, 60}, {0, 0}, false},
        {"pears", "send", {30, 60}, {0, 0}, false},
        {"send", "pears", {60, 30}, {0, 0}, true},
        {"pears", "plums", {30, 30}, {0, 1}, true},
        {"plums", "pears", {30, 30}, {1, 0}, false},
        {"pears", "pears|plums", {30, 60}, {0, 1}, true}, /* whatever it wins */
        {"nothing", "nothing", {0, 0}, {0, 0}, false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        stile_frozen_figures f;
        cr_assert_eq(loses(rows[i].enforced, rows[i].candidate, &f), rows[i].loses, "row %zu", i);
        cr_assert_eq(f.injections, 60);
        cr_assert_eq(f.benign, 50);
        for (int p = 0; p < 2; p++) {
            cr_assert_eq(f.caught[p], rows[i].caught[p], "row %zu", i);
            cr_assert_eq(f.mistaken[p], rows[i].mistaken[p], "row %zu", i);
        }
    }
}

Test(frozen, a_set_that_says_nothing_is_refused)
{
    stile_policy *policy = policy_of("send");
    stile_frozen_figures f;
    stile_error err = {0};

    cr_assert_eq(stile_frozen_compare(NULL, policy, policy, &f, &err), STILE_CONFLICT);
    cr_assert_eq(stile_frozen_compare(write_set(49, 50), policy, policy, &f, &err), STILE_CONFLICT);
    cr_assert_eq(stile_frozen_compare(write_set(50, 49), policy, policy, &f, &err), STILE_CONFLICT);
    cr_assert_eq(stile_frozen_compare(write_set(50, 50), policy, policy, &f, &err), STILE_OK);
    stile_policy_unref(policy);
}

Test(frozen, a_row_that_is_none_is_an_error_with_its_line_and_without_its_text)
{
    static const char *const rows[] = {"{\"text\":\"secret\"}", "{\"label\":\"benign\"}", "secret",
                                       "{\"text\":\"secret\",\"label\":\"secret\"}"};
    stile_policy *policy = policy_of("send");

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        stile_frozen_figures f;
        stile_error err = {0};
        const char *path = test_path(folder, "set.jsonl");
        char text[256];
        (void)snprintf(text, sizeof text, "{\"text\":\"a\",\"label\":\"benign\"}\n%s\n", rows[i]);
        test_file_write(path, stile_str(text));
        cr_assert_eq(stile_frozen_compare(path, policy, policy, &f, &err), STILE_INVALID);
        cr_assert(strstr(err.text, "line 2"), "%s", err.text);
        cr_assert_null(strstr(err.text, "secret"), "%s", err.text);
    }
    stile_policy_unref(policy);
}
