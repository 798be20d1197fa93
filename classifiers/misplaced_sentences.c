/* SPDX-License-Identifier: Apache-2.0 */
/* Words into sentences, and which of them ask. tools/classifier/misplaced.py has the same once more; the
 * two must agree in every byte, or the trees mean nothing. */
#include "classifiers/misplaced_block.h"

#include <string.h>

#define LEADS 3 /* words like "now" and "please" that may stand before the head */

bool stile_misplaced_has(stile_slice text, size_t from, size_t to, const char *marks)
{
    for (size_t i = from; i < to; i++)
        if (text.ptr[i] && strchr(marks, text.ptr[i]))
            return true;
    return false;
}

static uint64_t classes_of(uint32_t hash)
{
    for (uint32_t slot = hash % STILE_MISPLACED_SLOTS;;
         slot = (slot + 1) % STILE_MISPLACED_SLOTS) { /* one slot is empty */
        const stile_misplaced_class *class = &stile_misplaced_classes[slot];
        if (class->hash == hash || class->hash == 0)
            return class->hash ? class->classes : 0;
    }
}

static stile_misplaced_word make_word(stile_slice text, const stile_word *word)
{
    char c = text.ptr[word->start];
    stile_misplaced_word out = {
        .start = word->start, .end = word->end, .hash = word->hash, .number = word->number};

    out.capital = c >= 'A' && c <= 'Z';
    if (!word->number)
        out.classes = classes_of(word->hash);
    return out;
}

static bool is_closer(unsigned char c)
{
    return c >= 0x80 || (c && strchr("\"')]*.!?", c));
}

/* A full stop at `at` that shortens a word, or follows the number of a list's item, ends nothing. */
static bool is_shortening(stile_slice text, const stile_misplaced_word *word, size_t at, char after,
                          bool line_begins)
{
    size_t len = word->end - word->start;

    if (at == word->end && len == 1 &&
        (word->capital || (word->start && text.ptr[word->start - 1] == '.')))
        return true;
    if (stile_misplaced_is(word, STILE_MISPLACED_SHORTENED) && after != '\n')
        return true;
    return word->number && line_begins && len < 3;
}

/* Whether the newline at `at` in the gap [from, to) ends a sentence: a blank line or a mark follows, a
 * mark stands before it, or the next line begins otherwise than with a small letter. */
static bool line_ends(stile_slice text, size_t from, size_t at, size_t to)
{
    size_t next = at + 1;
    char c = text.ptr[to];

    while (next < to && (text.ptr[next] == ' ' || text.ptr[next] == '\t' || text.ptr[next] == '\r'))
        next++;
    return next < to || !(c >= 'a' && c <= 'z') || stile_misplaced_has(text, from, at, "|>:;{}[]");
}

/* Whether a sentence ends between `word` and the next, which begins at `to`. */
static bool gap_ends(stile_slice text, const stile_misplaced_word *word, size_t to,
                     bool line_begins)
{
    if (to - word->end == 1 && text.ptr[word->end] == ' ')
        return false; /* as most do */
    for (size_t i = word->end; i < to; i++) {
        char c = text.ptr[i];
        if (c == '.' || c == '!' || c == '?') {
            size_t j = i + 1;
            while (j < to && is_closer((unsigned char)text.ptr[j]))
                j++;
            if (j < to && stile_misplaced_is_space(text.ptr[j]) &&
                !(c == '.' && is_shortening(text, word, i, text.ptr[j], line_begins)))
                return true;
        } else if (c == '\t' || (c == '\n' && line_ends(text, word->end, i, to))) {
            return true;
        } else if ((c == '"' || c == '\'') && i + 1 < to && text.ptr[i + 1] &&
                   strchr(",:}]", text.ptr[i + 1])) {
            return true; /* a string of a record */
        }
    }
    return false;
}

/* Behind the last word and the marks after it. */
static size_t end_of_marks(stile_slice text, size_t at)
{
    while (at < text.len) {
        unsigned char c = (unsigned char)text.ptr[at];
        if ((c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c >= 0xC3)
            break;
        at++;
    }
    return at;
}

static void close_sentence(stile_misplaced_block *b, size_t first, size_t last, size_t gap)
{
    stile_slice text = b->text;
    stile_misplaced_sentence *s = &b->sentences[b->sentence_count++];
    size_t end = b->words[last].end, close = end;

    while (close < gap && !stile_misplaced_is_space(text.ptr[close]))
        close++;
    *s = (stile_misplaced_sentence){.first = (uint16_t)first,
                                    .end = (uint16_t)(last + 1),
                                    .start = b->words[first].start,
                                    .close = (uint32_t)close,
                                    .gap = (uint32_t)gap,
                                    .kind = STILE_MISPLACED_NONE};
    s->before = first ? b->words[first - 1].end : s->start;
    s->stops = stile_misplaced_has(text, end, close, ".!?");
    s->question = stile_misplaced_has(text, end, close, "?");
    s->colon = stile_misplaced_has(text, end, close, ":");
}

static void cut_sentences(stile_misplaced_block *b)
{
    size_t first = 0;

    for (size_t i = 0; i < b->word_count; i++) {
        const stile_misplaced_word *w = &b->words[i];
        bool last = i + 1 == b->word_count;
        bool line_begins =
            first == i && (i == 0 || stile_misplaced_has(b->text, w[-1].end, w->start, "\n"));
        if (!last && !gap_ends(b->text, w, w[1].start, line_begins))
            continue;
        close_sentence(b, first, i, last ? end_of_marks(b->text, w->end) : w[1].start);
        first = i + 1;
    }
}

static int kind_of_question(const stile_misplaced_word *head)
{
    static const struct {
        int class, kind;
    } kinds[] = {{STILE_MISPLACED_WHAT, STILE_MISPLACED_F_what},
                 {STILE_MISPLACED_WHO, STILE_MISPLACED_F_who},
                 {STILE_MISPLACED_WHEN, STILE_MISPLACED_F_when},
                 {STILE_MISPLACED_HOW, STILE_MISPLACED_F_how},
                 {STILE_MISPLACED_WHY, STILE_MISPLACED_F_why},
                 {STILE_MISPLACED_WHICH, STILE_MISPLACED_F_which},
                 {STILE_MISPLACED_AUX, STILE_MISPLACED_F_aux}};
    uint64_t asks = 0;

    for (size_t i = 0; i < 6; i++)
        asks |= UINT64_C(1) << kinds[i].class;
    if (stile_misplaced_is(head, STILE_MISPLACED_PREP) && head[1].classes & asks)
        head++; /* "to whom" */
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (stile_misplaced_is(head, kinds[i].class))
            return kinds[i].kind;
    return STILE_MISPLACED_F_q_other;
}

/* "I want", "could you", "make sure": pairs of words with which a request begins. */
static bool is_request(const stile_misplaced_word *head)
{
    for (size_t i = 0; i < stile_misplaced_pair_count; i++)
        if (stile_misplaced_pairs[i][0] == head->hash &&
            stile_misplaced_pairs[i][1] == head[1].hash)
            return true;
    return false;
}

static bool is_capitals(stile_slice text, const stile_misplaced_word *word)
{
    for (size_t i = word->start; i < word->end; i++)
        if (!((text.ptr[i] >= 'A' && text.ptr[i] <= 'Z') ||
              (text.ptr[i] >= '0' && text.ptr[i] <= '9')))
            return false;
    return word->end - word->start > 1;
}

/* A verb, not a heading in capitals, and nothing but a space before its object: "read-only", "Return:"
 * and "print(x)" are no orders. */
static bool is_imperative(stile_slice text, const stile_misplaced_word *head)
{
    if (!(head->classes >> STILE_MISPLACED_VERB) || is_capitals(text, head))
        return false;
    for (size_t i = head->end; i < head[1].start; i++)
        if (!text.ptr[i] || !strchr(" \n\"'`", text.ptr[i]))
            return false;
    return true;
}

/* Whether and how the sentence asks. */
static void set_kind(stile_misplaced_block *b, stile_misplaced_sentence *s)
{
    size_t i = s->first;
    const stile_misplaced_word *head;

    while (i < s->end && i < (size_t)s->first + LEADS &&
           (stile_misplaced_is(&b->words[i], STILE_MISPLACED_LEAD) ||
            (b->words[i].number && i == s->first)))
        i++;
    s->head = (uint16_t)i;
    if (i + 2 > s->end)
        return;
    head = &b->words[i];
    if (s->question && i + 3 <= s->end)
        s->kind = (int8_t)kind_of_question(head);
    else if (is_request(head))
        s->kind = STILE_MISPLACED_F_self;
    else if (is_imperative(b->text, head))
        s->kind = STILE_MISPLACED_F_imp;
    if (s->kind == STILE_MISPLACED_F_self || s->kind == STILE_MISPLACED_F_imp)
        b->imperatives++;
    else if (s->kind != STILE_MISPLACED_NONE)
        b->questions++;
}

bool stile_misplaced_read(stile_words *words, stile_misplaced_block *out)
{
    stile_word word;

    out->text = words->text;
    out->word_count = out->sentence_count = out->questions = out->imperatives = 0;
    while (out->word_count < STILE_MISPLACED_WORDS && stile_words_next(words, &word))
        out->words[out->word_count++] = make_word(words->text, &word);
    cut_sentences(out);
    for (size_t i = 0; i < out->sentence_count; i++)
        set_kind(out, &out->sentences[i]);
    return out->word_count > 0;
}
