/* SPDX-License-Identifier: Apache-2.0 */
/* The red team's files, tests/redteam/FAMILY.jsonl, under the shipped policy. A line is {"id", "label",
 * "text"}; an injection also has its "payload", and "finds" where the family found is not the file's.
 * Each injection must be flagged, found by a rule of the family, and gone from what is released; its honest
 * neighbours must not be flagged. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "scan/scan.h"

#define FOLDER STILE_SOURCE_DIR "/tests/redteam"
#define FEWEST_FAMILIES 18

typedef struct squad {
    stile_policy *policy;
    stile_scanner *scanner;
    size_t injections, honest; /* rows seen in one file */
} squad;

static const char *text_of(json_t *row, const char *key)
{
    return json_string_value(json_object_get(row, key));
}

static bool has_family(const stile_verdict *v, const char *family)
{
    for (size_t i = 0; i < v->finding_count; i++)
        if (strcmp(v->findings[i].family, family) == 0)
            return true;
    return false;
}

static bool is_released(const stile_verdict *v, const char *text, const char *part)
{
    stile_buf out;
    bool changed, found;

    stile_buf_init(&out, 1 << 20);
    cr_assert_eq(stile_release_text(v, STILE_FIELD_TEXT, stile_str(text), &out, &changed, NULL),
                 STILE_OK);
    found = out.len && memmem(out.ptr, out.len, part, strlen(part)) != NULL;
    stile_buf_release(&out);
    return found;
}

static void check_injection(squad *s, json_t *row, const char *family, const stile_verdict *v)
{
    const char *id = text_of(row, "id"), *finds = text_of(row, "finds");

    s->injections++;
    cr_expect(v->flagged, "%s is not flagged", id);
    cr_expect(has_family(v, finds ? finds : family), "%s: no finding of its family", id);
    cr_expect(!is_released(v, text_of(row, "text"), text_of(row, "payload")), "%s is released", id);
}

static void check_row(squad *s, json_t *row, const char *family)
{
    stile_scan_input input = {.format = STILE_FORMAT_UNKNOWN, .trust = STILE_TRUST_EXTERNAL};
    stile_verdict verdict;
    stile_arena arena;
    stile_error err = {0};

    stile_arena_init(&arena, 0);
    input.field[STILE_FIELD_TEXT] = stile_str(text_of(row, "text"));
    cr_assert_eq(stile_scan(s->scanner, &input, &arena, &verdict, &err), STILE_OK, "%s", err.text);
    if (strcmp(text_of(row, "label"), "injection") == 0) {
        check_injection(s, row, family, &verdict);
    } else {
        s->honest++;
        cr_expect(!verdict.flagged, "%s is honest, and flagged", text_of(row, "id"));
    }
    stile_arena_release(&arena);
}

static void check_file(squad *s, const char *name)
{
    char path[1024], line[16384], family[64];
    FILE *f;

    (void)snprintf(path, sizeof path, "%s/%s", FOLDER, name);
    (void)snprintf(family, sizeof family, "%.*s", (int)strcspn(name, "."), name);
    cr_assert_not_null(f = fopen(path, "r"), "%s", path);
    s->injections = s->honest = 0;
    while (fgets(line, sizeof line, f)) {
        json_t *row = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
        cr_assert(row && text_of(row, "id") && text_of(row, "text") && text_of(row, "label"),
                  "%s: not a row", name);
        check_row(s, row, family);
        json_decref(row);
    }
    (void)fclose(f);
    cr_expect(s->injections >= 2 && s->honest >= 2, "%s: too few rows", name);
}

static int is_jsonl(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot && strcmp(dot, ".jsonl") == 0;
}

Test(redteam, every_family_is_caught_and_its_honest_neighbours_are_not)
{
    squad s = {0};
    struct dirent **entries = NULL;
    stile_error err = {0};
    int count = scandir(FOLDER, &entries, is_jsonl, alphasort);

    cr_assert_geq(count, FEWEST_FAMILIES);
    cr_assert_eq(stile_policy_load(&(stile_policy_options){0}, &s.policy, &err), STILE_OK, "%s",
                 err.text);
    cr_assert_eq(stile_scanner_create(s.policy, &s.scanner, &err), STILE_OK, "%s", err.text);
    for (int i = 0; i < count; i++) {
        check_file(&s, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    stile_scanner_destroy(s.scanner);
    stile_policy_unref(s.policy);
}
