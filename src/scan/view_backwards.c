/* SPDX-License-Identifier: Apache-2.0 */
/* Sentences with their words in reversed order: in English an article then stands before a preposition, a
 * conjunction or a verb, which it never does otherwise. */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "scan/lanes.h"
#include "scan/view_backwards.h"

#define LONGEST 9 /* bytes of a word that is looked up */

/* What stands before an article, and so behind it in reversed order; sorted. */
static const char *const before_articles[] = {
    "about",  "after", "and",    "are",    "as",   "before", "by",   "disregard",
    "during", "for",   "from",   "in",     "into", "is",     "of",   "on",
    "or",     "over",  "praise", "reveal", "say",  "send",   "tell", "than",
    "that",   "to",    "under",  "was",    "were", "when",   "with"};

static int by_text(const void *key, const void *member)
{
    return strcmp(key, *(const char *const *)member);
}

/* Whether the word at text[at] is one of these. */
static bool is_before_article(stile_slice text, size_t at)
{
    char word[LONGEST + 1];
    size_t len = 0;

    while (at < text.len && stile_ascii_is_letter(text.ptr[at])) {
        if (len == LONGEST)
            return false;
        word[len++] = text.ptr[at++];
    }
    word[len] = '\0';
    return (at == text.len || text.ptr[at] == ' ') &&
           bsearch(word, before_articles, sizeof before_articles / sizeof *before_articles,
                   sizeof *before_articles, by_text);
}

/* "the " or "our " of "our", "your" at text[at]. */
static bool is_article(stile_slice text, size_t at)
{
    if (text.ptr[at] == 'o' && at > 0 && text.ptr[at - 1] == 'y')
        at--;
    return at == 0 || text.ptr[at - 1] == ' ';
}

/* Of the 16 places from bytes[0] on, those where "the " or "our " stands; 19 bytes are read. */
static uint32_t articles(const char *bytes)
{
    stile_lanes first = stile_lanes_load(bytes), second = stile_lanes_load(bytes + 1);
    stile_lanes third = stile_lanes_load(bytes + 2), fourth = stile_lanes_load(bytes + 3);
    stile_lanes the = stile_lanes_and(
        stile_lanes_equal(first, 't'),
        stile_lanes_and(stile_lanes_equal(second, 'h'), stile_lanes_equal(third, 'e')));
    stile_lanes our = stile_lanes_and(
        stile_lanes_equal(first, 'o'),
        stile_lanes_and(stile_lanes_equal(second, 'u'), stile_lanes_equal(third, 'r')));

    return stile_lanes_bits(
        stile_lanes_and(stile_lanes_or(the, our), stile_lanes_equal(fourth, ' ')));
}

bool stile_is_backwards(stile_slice text)
{
    for (size_t at = 0; at + 4 < text.len; at += STILE_LANES) {
        char tail[STILE_LANES + 3] = {0};
        const char *bytes = text.ptr + at;
        if (text.len - at < sizeof tail) {
            memcpy(tail, bytes, text.len - at);
            bytes = tail;
        }
        for (uint32_t found = articles(bytes); found; found &= found - 1) {
            size_t i = at + (size_t)__builtin_ctz(found);
            if (is_article(text, i) && is_before_article(text, i + 4))
                return true;
        }
    }
    return false;
}

static bool parts_words(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

void stile_add_backwards(stile_view_builder *b, stile_slice text)
{
    for (size_t end = text.len, start; end > 0; end = start) {
        start = end - 1;
        if (!parts_words(text.ptr[start]))
            while (start > 0 && !parts_words(text.ptr[start - 1]))
                start--;
        stile_view_add_exact(b, start, text.ptr + start, end - start);
    }
}
