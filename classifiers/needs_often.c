/* SPDX-License-Identifier: Apache-2.0 */
#include "classifiers/needs_often.h"

#include <string.h>

#include "classifiers/needs_part.h"

#define WORDS_IN_1000 160.0
#define FOLLOWS 10.0 /* a word behind one that it is written with, beside anywhere */
#define LEAST 1e-4

static const struct {
    const char *word;
    uint16_t often; /* in a million bytes */
} table[] = {
#include "classifiers/words_often.inc"
};
enum { TABLE = sizeof table / sizeof *table };

/* The first word of the table that is not before `word`. */
static size_t first_from(const char *word, size_t len)
{
    size_t left = 0, right = TABLE;

    while (left < right) {
        size_t middle = left + (right - left) / 2;
        if (strncmp(table[middle].word, word, len) < 0)
            left = middle + 1;
        else
            right = middle;
    }
    return left;
}

/* Of the words that begin so, or of the one that is so; with what is too rare for the table. */
static double word_often(const char *word, size_t len, bool ends)
{
    static const double begin_so[] = {5, 5, 1, .2, .05, .02, .01, .006};
    double often = ends ? .003 : begin_so[len < 7 ? len : 7];

    for (size_t i = first_from(word, len); i < TABLE && strncmp(table[i].word, word, len) == 0; i++)
        if (!ends || table[i].word[len] == '\0')
            often += table[i].often / 1000.0;
    return often;
}

static double mark_often(char c)
{
    static const char marks[] = " \n.,-:()/'\"";
    static const double often[] = {150, 20, 12, 10, 8, 5, 5, 5, 5, 4, 4};
    const char *mark = c ? strchr(marks, c) : NULL;

    return mark ? often[mark - marks] : c == '@' ? .3 : 1.5;
}

/* Text in ASCII has none of them; where they are, long ones are rarer. */
static double foreign_often(const stile_literal *l)
{
    return .02 / (l->len > 2 ? l->len - 2 : 1);
}

double stile_literal_often(const stile_literal *l)
{
    double often = 0;
    size_t from = 0, marks = 0;

    for (size_t i = 0; i < l->len; i++)
        if ((unsigned char)l->text[i] >= 0x80)
            return foreign_often(l);
    while (from < l->len) {
        size_t to = from;
        double word;
        bool begins, ends;
        while (to < l->len && stile_part_in_word(l->text[to]))
            to++;
        if (to == from) {
            marks += l->text[from++] != ' ';
            continue;
        }
        begins = from > 0 || l->starts_word;
        ends = to < l->len || l->ends_word;
        word = word_often(l->text + from, to - from, ends && begins);
        if (!begins)
            word *= 4;
        often =
            often == 0
                ? word
                : often * (word / WORDS_IN_1000 * FOLLOWS < 1 ? word / WORDS_IN_1000 * FOLLOWS : 1);
        from = to;
    }
    if (often == 0) { /* marks alone */
        often = mark_often(l->text[0]);
        marks = marks > 0 ? marks - 1 : 0;
    }
    for (; marks > 0; marks--)
        often *= .3;
    return often > LEAST ? often : LEAST;
}
