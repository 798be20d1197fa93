/* SPDX-License-Identifier: Apache-2.0 */
/* Further readings: letters spaced out, and digits for letters. */
#include <ctype.h>

#include "scan/view_build.h"

#define LEAST_SPACED 5 /* letters in a row, each alone */
#define LEAST_LEET 2   /* words; one is a name or a part number */

static bool is_gap(char c)
{
    return c == ' ' || c == '.' || c == '-' || c == '_' || c == '*' || c == '|';
}

/* Whether text[at] is a letter that stands alone. */
static bool alone(stile_slice text, size_t at)
{
    return isalpha((unsigned char)text.ptr[at]) &&
           (at == 0 || !isalnum((unsigned char)text.ptr[at - 1])) &&
           (at + 1 == text.len || !isalnum((unsigned char)text.ptr[at + 1]));
}

/* End of a run of lone letters from `at`, one gap between two of them or, between words, up to
 * three; 0 when the run is too short. */
static size_t spaced_run(stile_slice text, size_t at)
{
    size_t letters = 0, end = at;

    while (at < text.len && alone(text, at)) {
        size_t gap = at + 1;
        letters++;
        end = at + 1;
        while (gap < text.len && gap - at <= 4 && is_gap(text.ptr[gap]))
            gap++;
        if (gap == at + 1)
            break;
        at = gap;
    }
    return letters >= LEAST_SPACED ? end : 0;
}

static void add_spaced(stile_view_builder *b, stile_slice text, size_t start, size_t end)
{
    for (size_t i = start; i < end; i++) {
        if (isalpha((unsigned char)text.ptr[i])) {
            char lower = (char)tolower((unsigned char)text.ptr[i]);
            stile_view_add_exact(b, i, &lower, 1);
        } else if (i + 1 < end && is_gap(text.ptr[i + 1]) && i > start &&
                   isalpha((unsigned char)text.ptr[i - 1])) {
            stile_view_add_as(b, i, 2, " ", 1); /* a wider gap parts two words */
        }
    }
}

/* The next run of spaced-out letters from `at`; its end, or 0. */
static size_t next_spaced(stile_slice text, size_t at, size_t *start)
{
    for (; at + LEAST_SPACED < text.len; at++) {
        size_t end = alone(text, at) ? spaced_run(text, at) : 0;
        if (end) {
            *start = at;
            return end;
        }
    }
    return 0;
}

static stile_status join_spaced(const stile_scan_view *raw, stile_arena *arena,
                                stile_view_list *list, stile_error *err)
{
    stile_slice text = raw->text;
    size_t at = 0, start = 0, end = next_spaced(text, 0, &start);
    stile_view_builder b;
    stile_scan_view view, normalized;
    stile_status st;

    if (!end)
        return STILE_OK;
    stile_view_builder_init(&b, arena, NULL, text.len + 16);
    for (; end; end = next_spaced(text, at, &start)) {
        stile_view_add_exact(&b, at, text.ptr + at, start - at);
        add_spaced(&b, text, start, end);
        at = end;
    }
    stile_view_add_exact(&b, at, text.ptr + at, text.len - at);
    if ((st = stile_view_finish(&b, STILE_VIEW_NORMALIZED, "spaced", &view, err)) ||
        (st = stile_view_normalize(&view, arena, &normalized, err)))
        return st;
    stile_view_list_add(list, &normalized);
    return STILE_OK;
}

static char leet_of(char c)
{
    switch (c) {
    case '0':
        return 'o';
    case '1':
    case '!':
        return 'i';
    case '3':
        return 'e';
    case '4':
    case '@':
        return 'a';
    case '5':
    case '$':
        return 's';
    case '7':
        return 't';
    default:
        return 0;
    }
}

/* The word at `at`: letters and signs for letters, the last no '!' or other mark that ends a word. */
static size_t word_end(stile_slice text, size_t at)
{
    size_t end = at;

    while (end < text.len && (isalnum((unsigned char)text.ptr[end]) || leet_of(text.ptr[end])))
        end++;
    while (end > at && !isalnum((unsigned char)text.ptr[end - 1]))
        end--;
    return end;
}

/* Counts a word's letters and signs; false when it has other digits, and so is no word in leet. */
static bool count_signs(stile_slice word, size_t *letters, size_t *signs)
{
    *letters = *signs = 0;
    for (size_t i = 0; i < word.len; i++) {
        if (isalpha((unsigned char)word.ptr[i]))
            ++*letters;
        else if (leet_of(word.ptr[i]))
            ++*signs;
        else
            return false;
    }
    return *signs > 0;
}

/* Words that only leet writes: more letters than signs, and both. */
static size_t count_leet(stile_slice text)
{
    size_t count = 0, letters, signs;

    for (size_t at = 0; at < text.len;) {
        size_t end = word_end(text, at);
        if (end == at) {
            at++;
            continue;
        }
        count += count_signs(stile_slice_cut(text, at, end), &letters, &signs) && letters >= 2 &&
                 letters >= signs;
        at = end;
    }
    return count;
}

/* Where some words are surely in leet, all that can be are read so: "45 7h3" is "as the". */
static stile_status read_leet(const stile_scan_view *normalized, stile_arena *arena,
                              stile_view_list *list, stile_error *err)
{
    stile_slice text = normalized->text;
    size_t letters, signs, done = 0;
    stile_view_builder b;
    stile_scan_view view;
    stile_status st;

    if (count_leet(text) < LEAST_LEET)
        return STILE_OK;
    stile_view_builder_init(&b, arena, normalized, text.len + 16);
    for (size_t at = 0; at < text.len;) {
        size_t end = word_end(text, at);
        if (end > at && count_signs(stile_slice_cut(text, at, end), &letters, &signs)) {
            stile_view_add_exact(&b, done, text.ptr + done, at - done);
            for (size_t i = at; i < end; i++) {
                char plain = leet_of(text.ptr[i]);
                stile_view_add_exact(&b, i, plain ? &plain : text.ptr + i, 1);
            }
            done = end;
        }
        at = end > at ? end : at + 1;
    }
    stile_view_add_exact(&b, done, text.ptr + done, text.len - done);
    if (!(st = stile_view_finish(&b, STILE_VIEW_NORMALIZED, "leet", &view, err)))
        stile_view_list_add(list, &view);
    return st;
}

/* Cheap tests first: most texts have neither. */
stile_status stile_view_fold(const stile_scan_view *raw, const stile_scan_view *normalized,
                             stile_arena *arena, stile_view_list *list, stile_error *err)
{
    size_t lone = 0, leet = 0;
    stile_slice text = raw->text;
    stile_status st = STILE_OK;

    for (size_t i = 1; i + 1 < text.len; i++) {
        lone += is_gap(text.ptr[i - 1]) && is_gap(text.ptr[i + 1]) &&
                isalpha((unsigned char)text.ptr[i]);
        leet += leet_of(text.ptr[i]) && (isalpha((unsigned char)text.ptr[i - 1]) ||
                                         isalpha((unsigned char)text.ptr[i + 1]));
    }
    if (lone + 2 >= LEAST_SPACED)
        st = join_spaced(raw, arena, list, err);
    if (!st && leet >= LEAST_LEET)
        st = read_leet(normalized, arena, list, err);
    return st;
}
