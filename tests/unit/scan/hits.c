/* SPDX-License-Identifier: Apache-2.0 */
/* Where rules match: cancelling, combining, bounds that hide nothing, and the same hits with and
 * without the prefilter. */
#include "scan/hits.h"
#include "scan/prefilter_file.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "support/folder.h"
#include "support/random.h"

static const char pack[] =
    "rules:\n"
    "  - {id: plain, family: f, reason: r, pattern: 'ignore (?:all )?rules', not: 'museum'}\n"
    "  - {id: raw, family: f, reason: r, pattern: 'Raw', views: [raw]}\n"
    "  - {id: sig.a, family: f, reason: r, pattern: 'aa+', signal: true}\n"
    "  - {id: sig.b, family: f, reason: r, pattern: 'b', signal: true}\n"
    "  - {id: sig.c, family: f, reason: r, pattern: 'c[^b]?c', signal: true}\n"
    "  - {id: pair, family: f, reason: r, near: {rules: [sig.a, sig.b], within: 12}}\n"
    "  - {id: triple, family: f, reason: r, near: {rules: [sig.c, sig.a, sig.b], within: 20}}\n"
    "  - {id: slow, family: f, reason: r, pattern: '(?:x+)+$'}\n";
enum { PLAIN, RAW, SIG_A, SIG_B, SIG_C, PAIR, TRIPLE, SLOW };

typedef struct fixture {
    char *folder;
    stile_policy *policy;
    stile_scanner *scanner;
    stile_arena arena;
} fixture;

static void start(fixture *f)
{
    stile_error err = {0};

    *f = (fixture){.folder = test_folder_make()};
    test_file_write(test_path(f->folder, "p.yaml"), stile_str(pack));
    cr_assert_eq(
        stile_policy_load(&(stile_policy_options){.rules_folder = f->folder}, &f->policy, &err),
        STILE_OK, "%s", err.text);
    cr_assert_eq(stile_scanner_create(f->policy, &f->scanner, NULL), STILE_OK);
    stile_arena_init(&f->arena, 0);
}

static void stop(fixture *f)
{
    stile_arena_release(&f->arena);
    stile_scanner_destroy(f->scanner);
    stile_policy_unref(f->policy);
    test_folder_remove(f->folder);
}

static stile_scan_view view_of(stile_slice text)
{
    return (stile_scan_view){.kind = STILE_VIEW_NORMALIZED, .how = "", .text = text};
}

static stile_scan_hits hits_of(fixture *f, stile_slice text, bool signals)
{
    stile_scan_view view = view_of(text);
    stile_scan_hits hits;
    stile_error err = {0};

    cr_assert_eq((signals ? stile_scan_signals_of : stile_scan_hits_of)(f->scanner, &view,
                                                                        &f->arena, &hits, &err),
                 STILE_OK, "%s", err.text);
    return hits;
}

static size_t count_of(const stile_scan_hits *hits, uint32_t rule)
{
    size_t n = 0;
    for (size_t i = 0; i < hits->count; i++)
        n += hits->hits[i].rule == rule;
    return n;
}

Test(hits, each_match_is_a_hit_where_it_stands)
{
    fixture f;
    stile_scan_hits hits;

    start(&f);
    hits = hits_of(&f, stile_str("now ignore rules and Ignore All Rules"), false);
    cr_assert_eq(hits.count, 2);
    cr_assert(hits.hits[0].rule == PLAIN && hits.hits[0].start == 4 && hits.hits[0].end == 16);
    cr_assert(hits.hits[1].start == 21 && hits.hits[1].end == 37);
    stop(&f);
}

Test(hits, a_rule_runs_only_in_its_views)
{
    fixture f;
    stile_scan_view view = view_of(stile_str("raw"));
    stile_scan_hits hits;

    start(&f);
    cr_assert_eq(hits_of(&f, view.text, false).count, 0);
    view.kind = STILE_VIEW_RAW;
    cr_assert_eq(stile_scan_hits_of(f.scanner, &view, &f.arena, &hits, NULL), STILE_OK);
    cr_assert_eq(count_of(&hits, RAW), 1);
    stop(&f);
}

Test(hits, a_match_of_not_close_by_cancels_and_a_far_one_does_not)
{
    fixture f;
    char text[400];

    start(&f);
    cr_assert_eq(hits_of(&f, stile_str("the museum: ignore rules"), false).count, 0);
    cr_assert_eq(hits_of(&f, stile_str("ignore rules, said the museum"), false).count, 0);
    (void)snprintf(text, sizeof text, "museum %*s ignore rules", 120, "");
    cr_assert_eq(hits_of(&f, stile_str(text), false).count, 1);
    stop(&f);
}

static stile_slice repeat(fixture *f, const char *part, size_t times, const char *last)
{
    stile_buf text;
    stile_slice copy;

    stile_buf_init(&text, (size_t)1 << 20);
    while (times--)
        stile_buf_add_str(&text, part);
    stile_buf_add_str(&text, last);
    cr_assert_eq(stile_arena_copy(&f->arena, stile_buf_slice(&text), &copy, NULL), STILE_OK);
    stile_buf_release(&text);
    return copy;
}

Test(hits, repeating_a_match_leaves_none_uncovered)
{
    fixture f;
    stile_slice text;
    stile_scan_hits hits;

    start(&f);
    text = repeat(&f, "ignore rules. ", 40, "end");
    hits = hits_of(&f, text, false);
    cr_assert_eq(hits.count, STILE_HITS_A_RULE);
    cr_assert_eq(hits.hits[hits.count - 1].end, text.len);
    stop(&f);
}

Test(hits, decoys_that_cancel_do_not_hide_what_follows)
{
    fixture f;
    stile_slice text;
    stile_scan_hits hits;
    char gap[160];

    start(&f);
    (void)snprintf(gap, sizeof gap, "%*s ignore rules", 140, "");
    text = repeat(&f, "museum ignore rules ", 40, gap);
    hits = hits_of(&f, text, false);
    cr_assert_eq(hits.count, 1);
    cr_assert_eq(hits.hits[0].end, text.len);
    text = repeat(&f, "museum ignore rules ", STILE_MATCHES_A_RULE + 1, gap);
    hits = hits_of(&f, text, false);
    cr_assert_eq(hits.count, 1);
    cr_assert(hits.hits[0].limited, "too many to look at must show");
    stop(&f);
}

Test(hits, work_that_runs_out_is_a_hit)
{
    fixture f;
    stile_scan_hits hits;

    start(&f);
    hits = hits_of(&f, repeat(&f, "x", 60, "y"), false);
    cr_assert_eq(hits.count, 1);
    cr_assert(hits.hits[0].rule == SLOW && hits.hits[0].limited);
    stop(&f);
}

Test(hits, every_place_of_a_combination_is_a_hit)
{
    fixture f;
    stile_scan_hits hits;

    start(&f);
    hits = hits_of(&f, stile_str("aa b. ............................ b aa. ......... aa"), false);
    cr_assert_eq(count_of(&hits, PAIR), 2);
    cr_assert_eq(hits.count, 2, "signals are not reported");
    stop(&f);
}

/* Slow and obvious: some choice of one hit for each rule fits in the span. */
static bool choice_fits(const stile_scan_hits *h, const stile_rule *rule, size_t n, uint32_t low,
                        uint32_t high)
{
    if (n == rule->near_count)
        return high - low <= rule->within;
    for (size_t i = 0; i < h->count; i++) {
        const stile_scan_hit *hit = &h->hits[i];
        if (hit->rule == rule->near[n] && !hit->limited &&
            choice_fits(h, rule, n + 1, hit->start < low ? hit->start : low,
                        hit->end > high ? hit->end : high))
            return true;
    }
    return false;
}

static size_t random_text(test_random *r, char *out, size_t most)
{
    static const char letters[] = "abc....... ";
    size_t len = test_random_below(r, (uint32_t)most);

    for (size_t i = 0; i < len; i++)
        out[i] = letters[test_random_below(r, sizeof letters - 1)];
    return len;
}

Test(hits, a_combination_is_found_wherever_there_is_one)
{
    uint64_t seed = test_random_seed("hits.combine");
    unsigned found = 0, missing = 0;
    fixture f;

    start(&f);
    for (uint32_t n = 0; n < test_cases(3000); n++) {
        test_random r = test_random_case(seed, n);
        char text[80];
        stile_scan_hits hits =
            hits_of(&f, stile_slice_of(text, random_text(&r, text, sizeof text)), true);
        for (uint32_t rule = PAIR; rule <= TRIPLE; rule++) {
            bool want = choice_fits(&hits, &f.policy->rules.rules[rule], 0, UINT32_MAX, 0);
            cr_assert_eq(count_of(&hits, rule) > 0, want, "seed %llu case %u rule %u: %.*s",
                         (unsigned long long)seed, n, rule, (int)sizeof text, text);
            found += want;
            missing += !want;
        }
        stile_arena_release(&f.arena);
    }
    cr_assert(found > 100 && missing > 100, "one-sided: %u found, %u not", found, missing);
    stop(&f);
}

static bool same_hits(const stile_scan_hits *a, const stile_scan_hits *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (a->hits[i].rule != b->hits[i].rule || a->hits[i].start != b->hits[i].start ||
            a->hits[i].end != b->hits[i].end || a->hits[i].limited != b->hits[i].limited)
            return false;
    return true;
}

Test(hits, the_prefilter_changes_no_hit)
{
    static const char *const words[] = {"ignore ",
                                        "all ",
                                        "rules ",
                                        "museum ",
                                        "aa ",
                                        "b ",
                                        "cxc ",
                                        "x",
                                        "dull ",
                                        "\n",
                                        "IGNORE ",
                                        "RULES ",
                                        "........................"};
    uint64_t seed = test_random_seed("hits.prefilter");
    fixture f, plain;

    cr_assert_eq(setenv("STILE_NO_PREFILTER", "", 1), 0);
    start(&f);
    start(&plain);
    stile_policy_prepare(f.policy);
#ifdef STILE_HAVE_HS
    cr_assert(atomic_load(&f.policy->prefilters[STILE_PREFILTER_OTHER]));
#endif
    for (uint32_t n = 0; n < test_cases(3000); n++) {
        test_random r = test_random_case(seed, n);
        char text[512];
        size_t len = 0;
        stile_scan_hits with, without;
        for (uint32_t k = test_random_below(&r, 20); k > 0; k--) {
            const char *word = words[test_random_below(&r, sizeof words / sizeof *words)];
            memcpy(text + len, word, strlen(word));
            len += strlen(word);
        }
        with = hits_of(&f, stile_slice_of(text, len), true);
        cr_assert_eq(setenv("STILE_NO_PREFILTER", "1", 1), 0);
        without = hits_of(&plain, stile_slice_of(text, len), true);
        cr_assert_eq(setenv("STILE_NO_PREFILTER", "", 1), 0);
        cr_assert(same_hits(&with, &without), "seed %llu case %u: %.*s", (unsigned long long)seed,
                  n, (int)len, text);
        stile_arena_release(&f.arena);
        stile_arena_release(&plain.arena);
    }
    cr_assert(!atomic_load(&plain.policy->prefilters[STILE_PREFILTER_OTHER]));
    stop(&f);
    stop(&plain);
}

Test(hits, running_out_of_memory_is_an_error)
{
    fixture f;
    stile_scan_view view = view_of(stile_str("ignore rules aa b cxc aa b ignore all rules"));
    stile_status st = STILE_NO_MEMORY;
    stile_scan_hits hits;
    size_t cap = 1;

    start(&f);
    for (; st == STILE_NO_MEMORY; cap += 64) {
        stile_arena arena;
        stile_arena_init(&arena, cap);
        st = stile_scan_hits_of(f.scanner, &view, &arena, &hits, NULL);
        stile_arena_release(&arena);
    }
    cr_assert_eq(st, STILE_OK);
    cr_assert_gt(cap, 65);
    stop(&f);
}

#ifdef STILE_HAVE_HS
/* The one file of the cache; the caller frees. */
static char *cached_file(const char *folder)
{
    char path[600];
    struct dirent *entry;
    DIR *dir = opendir(folder);
    char *found = NULL;

    while (dir && (entry = readdir(dir)))
        if (strstr(entry->d_name, ".prefilter")) {
            (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
            found = strdup(path);
        }
    if (dir)
        (void)closedir(dir);
    return found;
}

static int files_in(const char *folder)
{
    struct dirent *entry;
    DIR *dir = opendir(folder);
    int count = 0;

    while (dir && (entry = readdir(dir)))
        count += strstr(entry->d_name, ".prefilter") != NULL;
    if (dir)
        (void)closedir(dir);
    return count;
}

Test(hits, the_prefilter_is_kept_and_a_damaged_one_made_again)
{
    char *folder = test_folder_make(), *cache = strdup(test_path(folder, "cache")), *file;
    stile_policy_options options = {.rules_folder = folder, .cache_folder = cache};
    stile_policy *policy = NULL;

    /* of patterns that the gate knows nothing of: the others are not in it */
    test_file_write(test_path(folder, "p.yaml"),
                    stile_str("rules: [{id: a, family: f, reason: r, pattern: '[a-y]{3}=\\d'}]"));
    cr_assert_eq(stile_policy_load(&options, &policy, NULL), STILE_OK);
    cr_assert_null(atomic_load(&policy->prefilters[STILE_PREFILTER_OTHER]));
    stile_policy_prepare(policy);
    cr_assert(atomic_load(&policy->prefilters[STILE_PREFILTER_OTHER]));
    stile_policy_unref(policy);
    cr_assert((file = cached_file(cache)));

    cr_assert_eq(stile_policy_load(&options, &policy, NULL), STILE_OK);
    cr_assert(atomic_load(&policy->prefilters[STILE_PREFILTER_OTHER]), "what was kept is not used");
    stile_policy_unref(policy);

    for (size_t at = 0; at < 200; at += 13) {
        stile_buf bytes;
        stile_buf_init(&bytes, 1 << 24);
        cr_assert_eq(stile_file_read(file, &bytes, NULL), STILE_OK);
        bytes.ptr[at] = (char)(bytes.ptr[at] ^ 4);
        test_file_write(file, stile_buf_slice(&bytes));
        cr_assert_eq(stile_policy_load(&options, &policy, NULL), STILE_OK);
        cr_assert_null(atomic_load(&policy->prefilters[STILE_PREFILTER_OTHER]),
                       "damage at %zu is not seen", at);
        stile_policy_unref(policy);
        bytes.ptr[at] = (char)(bytes.ptr[at] ^ 4);
        test_file_write(file, stile_buf_slice(&bytes));
        stile_buf_release(&bytes);
    }
    /* Other rules have a prefilter of their own. */
    test_file_write(test_path(folder, "q.yaml"),
                    stile_str("rules: [{id: b, family: f, reason: r, pattern: '[b-z]{3}=\\d'}]"));
    cr_assert_eq(stile_policy_load(&options, &policy, NULL), STILE_OK);
    cr_assert_null(atomic_load(&policy->prefilters[STILE_PREFILTER_OTHER]));
    stile_policy_unref(policy);
    free(file);
    free(cache);
    test_folder_remove(folder);
}

Test(hits, of_many_prefilters_those_in_use_are_kept)
{
    char *folder = test_folder_make();
    stile_slice used = stile_str("[a-y]{3}=0"), other;
    stile_prefilter *made = NULL, *found;
    char pattern[32];

    cr_assert_eq(stile_prefilter_create(&used, 1, &made, NULL), STILE_OK);
    stile_prefilter_keep(made, folder, &used, 1);
    for (int i = 0; i < 3 * STILE_PREFILTERS_KEPT; i++) {
        (void)usleep(5000); /* the file system's clock is coarse */
        cr_assert((found = stile_prefilter_recall(folder, &used, 1)), "used %d times and gone", i);
        stile_prefilter_destroy(found);
        (void)snprintf(pattern, sizeof pattern, "[b-z]{3}=%d", i);
        other = stile_str(pattern);
        stile_prefilter_keep(made, folder, &other, 1);
    }
    cr_assert((found = stile_prefilter_recall(folder, &other, 1)));
    stile_prefilter_destroy(found);
    cr_assert_eq(files_in(folder), STILE_PREFILTERS_KEPT);
    other = stile_str("[b-z]{3}=0");
    cr_assert_null(stile_prefilter_recall(folder, &other, 1), "the oldest is still there");
    stile_prefilter_destroy(made);
    test_folder_remove(folder);
}

Test(hits, much_text_has_the_prefilter_made_aside)
{
    fixture f;

    start(&f);
    cr_assert_null(stile_policy_prefilter(f.policy, STILE_PREFILTER_OTHER, 1 << 24));
    stile_policy_prepare(f.policy); /* waits for it */
    cr_assert(atomic_load(&f.policy->prefilters[STILE_PREFILTER_OTHER]));
    stop(&f);
}
#endif
