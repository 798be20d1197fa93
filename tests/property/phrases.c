/* SPDX-License-Identifier: Apache-2.0 */
/* Phrases in quotes, through the whole query flow: lexical and hybrid answers hold exactly the
 * documents that the caller may read and that hold the phrase; dense ones take no notice of the
 * quotes. The oracle looks for the phrase as bytes of the text. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "world/world.h"

#define DOCUMENTS 60
#define PER_WORLD 250 /* cases */

typedef struct stored {
    world_document document;
    char title[64], text[512]; /* with a blank before and behind each word */
} stored;

static void random_words(test_random *r, uint32_t n, char *out)
{
    static const char *const words[] = {"copper ", "ledger ", "orchard ", "anchor ", "barley "};
    size_t len = 1;

    out[0] = ' ';
    for (uint32_t i = 0; i < n; i++) {
        const char *word = words[test_random_below(r, 5)];
        memcpy(out + len, word, strlen(word));
        len += strlen(word);
    }
    out[len] = 0;
}

static void make(test_random *r, unsigned n, stored *out)
{
    world_document *d = &out->document;

    *d = (world_document){
        .label = test_random_below(r, WORLD_LABELS), .format = STILE_FORMAT_TEXT, .metadata = "{}"};
    random_words(r, 1 + test_random_below(r, 3), out->title);
    random_words(r, 1 + test_random_below(r, 20), out->text);
    (void)snprintf(d->id, sizeof d->id, "doc-%05u", n);
    (void)snprintf(d->title, sizeof d->title, "%s", out->title);
    stile_buf_init(&d->body, sizeof out->text);
    stile_buf_add_str(&d->body, out->text);
}

/* The answer's documents as a row of '0' and '1', by number. */
static void ask(world *w, size_t caller, const char *words, const char *mode, char *found)
{
    char request[512];
    stile_buf answer;
    json_t *json = NULL;
    const json_t *results;

    (void)snprintf(request, sizeof request,
                   "{\"query\":\"\\\"%s\\\" copper\",\"mode\":\"%s\",\"k\":100,"
                   "\"duplicates\":true}",
                   words, mode);
    world_ask_json(w, caller, request, &answer);
    cr_assert_eq(stile_json_parse(stile_buf_slice(&answer), "answer", &json, NULL), STILE_OK,
                 "%.*s", (int)answer.len, answer.ptr);
    memset(found, '0', DOCUMENTS);
    found[DOCUMENTS] = 0;
    results = json_object_get(json, "results");
    for (size_t i = 0; i < json_array_size(results); i++) {
        const json_t *id = json_object_get(json_array_get(results, i), "document_id");
        unsigned n = DOCUMENTS;
        cr_assert(sscanf(json_string_value(id), "doc-%u", &n) == 1 && n < DOCUMENTS);
        found[n] = '1';
    }
    json_decref(json);
    stile_buf_release(&answer);
}

static void expect(const stored *documents, size_t caller, const char *words, char *expected)
{
    for (unsigned n = 0; n < DOCUMENTS; n++) {
        const stored *s = &documents[n];
        bool holds = !words || strstr(s->title, words) || strstr(s->text, words);
        expected[n] = world_may_read(caller, s->document.label) && holds ? '1' : '0';
    }
    expected[DOCUMENTS] = 0;
}

static uint32_t check_world(uint64_t seed, uint32_t number)
{
    static const char *const modes[] = {"lexical", "hybrid", "dense"};
    static stored documents[DOCUMENTS];
    const world_document *all[DOCUMENTS];
    char words[128], expected[DOCUMENTS + 1], found[DOCUMENTS + 1];
    test_random r = test_random_case(seed, number);
    uint32_t nonempty = 0;
    world w;

    world_open(&w, NULL);
    for (unsigned n = 0; n < DOCUMENTS; n++) {
        make(&r, n, &documents[n]);
        all[n] = &documents[n].document;
    }
    world_put(&w, all, DOCUMENTS);
    for (uint32_t i = 0; i < PER_WORLD; i++) {
        size_t caller = test_random_below(&r, WORLD_CALLERS);
        const char *mode = modes[i % 3];
        random_words(&r, 1 + test_random_below(&r, 4), words);
        expect(documents, caller, strcmp(mode, "dense") == 0 ? NULL : words, expected);
        ask(&w, caller, words, mode, found);
        cr_assert_str_eq(found, expected, "seed %llu world %u case %u: %s asks %s for \"%s\"",
                         (unsigned long long)seed, number, i, world_callers[caller], mode, words);
        nonempty += strchr(found, '1') && strchr(found, '0');
    }
    world_close(&w);
    for (unsigned n = 0; n < DOCUMENTS; n++)
        world_document_release(&documents[n].document);
    return nonempty;
}

Test(phrases, an_answer_holds_what_holds_the_phrase_and_may_be_read, .timeout = 600)
{
    uint64_t seed = test_random_seed("phrases");
    uint32_t cases = test_cases(1000), nonempty = 0, done = 0;

    for (uint32_t number = 0; done < cases; number++, done += PER_WORLD)
        nonempty += check_world(seed, number);
    cr_assert(nonempty > done / 2, "most answers were empty or whole: the test compares little");
}
