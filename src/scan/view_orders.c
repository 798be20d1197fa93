/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/view_orders.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

#define WEIGHT 0.6
#define LEAST_WORDS 4 /* of a sentence */
#define LEAST_PLAIN 2 /* of them words that every text has */
#define MOST_ORDERS 4
#define LEAST_STYLED 16 /* letters of an order that are written in others ... */
#define STYLED_SHARE 60 /* ... and of a hundred of its letters */
#define LONGEST 15      /* bytes of a word that is looked up */

/* Each list is sorted. What somebody asks of an assistant, in the imperative. */
static const char *const verbs[] = {
    "act",       "add",      "answer",    "append",   "approve",   "ask",       "behave",
    "call",      "claim",    "click",     "confirm",  "copy",      "declare",   "delete",
    "describe",  "disclose", "disregard", "download", "email",     "execute",   "expose",
    "forget",    "forward",  "give",      "ignore",   "include",   "inform",    "insert",
    "leak",      "list",     "mention",   "obey",     "omit",      "output",    "post",
    "praise",    "pretend",  "print",     "promote",  "provide",   "rate",      "reassure",
    "recommend", "repeat",   "replace",   "reply",    "report",    "respond",   "return",
    "reveal",    "run",      "say",       "score",    "send",      "share",     "show",
    "state",     "stop",     "submit",    "suggest",  "summarise", "summarize", "switch",
    "tell",      "transfer", "translate", "upload",   "visit",     "warn",      "write"};

/* What may stand between a sentence's start, or "must", and the imperative. */
static const char *const before_verbs[] = {
    "also",    "always",   "and",    "assistant", "do",  "don't", "first", "immediately",
    "instead", "just",     "must",   "never",     "not", "now",   "only",  "please",
    "should",  "silently", "simply", "then",      "to",  "will"};

/* Whom or what such orders speak of. */
static const char *const readers[] = {"agent",        "ai",       "assistant", "chatbot",
                                      "instructions", "model",    "prompt",    "reader",
                                      "reply",        "response", "summary",   "user"};

static const char *const plain_words[] = {
    "all",  "and",  "any",   "are",   "before", "but",  "every", "for",  "from",
    "have", "his",  "into",  "is",    "it",     "not",  "of",    "only", "our",
    "that", "the",  "their", "them",  "then",   "they", "this",  "to",   "was",
    "were", "what", "when",  "which", "will",   "with", "word",  "you",  "your"};

static int by_text(const void *key, const void *member)
{
    return strcmp(key, *(const char *const *)member);
}

#define IS_IN(word, list) (bsearch(word, list, sizeof list / sizeof *list, sizeof *list, by_text))

/* A sentence as far as it was read. */
typedef struct sentence {
    size_t words, plain, readers;
    bool you;
    bool at_start; /* nothing but words that may stand before an imperative so far */
    bool expects;  /* the word before was one of them */
    bool order;
} sentence;

static const sentence beginning = {.at_start = true};

static void read_word(sentence *s, const char *word)
{
    bool before = IS_IN(word, before_verbs) != NULL;

    s->words++;
    s->plain += IS_IN(word, plain_words) != NULL;
    s->readers += IS_IN(word, readers) != NULL;
    s->you |= strcmp(word, "you") == 0;
    s->order |= (s->at_start || s->expects) && IS_IN(word, verbs);
    s->expects = before;
    s->at_start &= before;
}

static bool is_order(const sentence *s)
{
    return s->words >= LEAST_WORDS && s->plain + s->readers >= LEAST_PLAIN &&
           (s->order || (s->you && s->readers));
}

static bool ends_sentence(char c)
{
    return c == '.' || c == '!' || c == '?' || c == ';' || c == ':' || c == '\n';
}

/* Reads the sentence at text[at]; its end. */
static size_t read_sentence(stile_slice text, size_t at, sentence *s)
{
    char word[LONGEST + 1];
    size_t len = 0;

    for (*s = beginning; at <= text.len; at++) {
        char c = at < text.len ? text.ptr[at] : '\n';
        if (stile_ascii_is_letter(c) || (c == '\'' && len)) {
            if (len < LONGEST)
                word[len] = (char)(c | 32);
            len++;
            continue;
        }
        if (len) {
            word[len < LONGEST ? len : LONGEST] = '\0';
            read_word(s, word);
            len = 0;
        }
        s->at_start |= c == ','; /* what follows may be the order that the rest leads up to */
        if (ends_sentence(c))
            break;
    }
    return at < text.len ? at : text.len;
}

bool stile_find_order(stile_slice text, size_t *start, size_t *end)
{
    sentence s;

    for (; *start < text.len; *start = *end + 1) {
        *end = read_sentence(text, *start, &s);
        if (is_order(&s))
            return true;
    }
    return false;
}

/* Letters and digits of view bytes [start, end) that do not stand in the original as they are. `*piece`: where
 * to look from, moved on to the last that begins before the end. */
static size_t count_written(const stile_scan_view *view, size_t start, size_t end, size_t *piece)
{
    size_t written = 0;

    for (; *piece < view->piece_count && view->pieces[*piece].at < end; ++*piece) {
        size_t next = *piece + 1 < view->piece_count ? view->pieces[*piece + 1].at : view->text.len;
        size_t at = view->pieces[*piece].at;
        for (at = at > start ? at : start; at < next && at < end && !view->pieces[*piece].exact;
             at++)
            written += stile_ascii_is_letter(view->text.ptr[at]) ||
                       stile_ascii_is_digit(view->text.ptr[at]);
        if (next >= end)
            break;
    }
    return written;
}

/* Letters and digits of text[start, end). */
static size_t count_plain(stile_slice text, size_t start, size_t end)
{
    size_t count = 0;

    for (size_t at = start; at < end; at++)
        count += stile_ascii_is_letter(text.ptr[at]) || stile_ascii_is_digit(text.ptr[at]);
    return count;
}

/* Of an order, `written` letters and more are in other bytes, and `share` of all of them in the hundred. */
static void add_orders(const stile_scan_view *view, size_t written, size_t share,
                       stile_view_list *list)
{
    size_t found = 0, piece = 0;

    for (size_t start = 0, end; found < MOST_ORDERS && stile_find_order(view->text, &start, &end);
         start = end) {
        stile_channel channel = {.what = "encoded-order", .weight = (float)WEIGHT, .prose = true};
        size_t other = count_written(view, start, end, &piece);
        if (other < written || 100 * other < share * count_plain(view->text, start, end))
            continue;
        stile_scan_view_origin(view, (uint32_t)start, (uint32_t)end, &channel.start, &channel.end);
        stile_channel_add(&list->channels, channel);
        found++;
    }
}

void stile_view_add_orders(const stile_scan_view *view, size_t written, stile_view_list *list)
{
    add_orders(view, written, 0, list);
}

/* Ligatures of a PDF file are letters written otherwise, too, but few of them. */
static bool any_styled(const stile_scan_view *view)
{
    size_t piece = 0;
    return count_written(view, 0, view->text.len, &piece) >= LEAST_STYLED;
}

void stile_view_add_styled_orders(const stile_scan_view *normalized, stile_view_list *list)
{
    if (any_styled(normalized))
        add_orders(normalized, LEAST_STYLED, STYLED_SHARE, list);
}
