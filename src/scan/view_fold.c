/* SPDX-License-Identifier: Apache-2.0 */
/* Further readings: digits for letters and letters without their marks here, letters spaced out in
 * view_spaced.c. */
#include <ctype.h>
#include <unicode/unorm2.h>

#include "base/utf8.h"
#include "scan/lanes.h"
#include "scan/view_build.h"
#include "scan/view_triggers.h"

#define LEAST_LEET 2 /* words; one is a name or a part number */

/* The letter that a sign or digit stands for; 0: none. */
static char leet_of(char c)
{
    static const char letters[128] = {
        ['0'] = 'o', ['1'] = 'i', ['!'] = 'i', ['3'] = 'e', ['4'] = 'a',
        ['@'] = 'a', ['5'] = 's', ['$'] = 's', ['7'] = 't'};
    return (unsigned char)c < 128 ? letters[(unsigned char)c] : 0;
}

/* Letters, and all that may stand for one or is a digit. */
static bool in_leet(char c)
{
    return stile_ascii_is_letter(c) || stile_ascii_is_digit(c) || c == '!' || c == '@' || c == '$';
}

/* The next sign or digit at or behind `at`, or the text's length. */
static size_t next_sign(stile_slice text, size_t at)
{
    for (; text.len > at && text.len - at >= STILE_LANES; at += STILE_LANES) {
        stile_lanes v = stile_lanes_load(text.ptr + at);
        stile_lanes marks =
            stile_lanes_or(stile_lanes_equal(v, '!'),
                           stile_lanes_or(stile_lanes_equal(v, '@'), stile_lanes_equal(v, '$')));
        uint32_t bits = stile_lanes_bits(stile_lanes_or(marks, stile_lanes_range(v, '0', '9')));
        if (bits)
            return at + (size_t)__builtin_ctz(bits);
    }
    while (at < text.len && (!in_leet(text.ptr[at]) || stile_ascii_is_letter(text.ptr[at])))
        at++;
    return at < text.len ? at : text.len;
}

/* The next word at or behind `at` that has a sign or digit: letters and signs for letters, the last no '!',
 * which ends sentences. False: there is none. */
static bool next_word(stile_slice text, size_t at, size_t *start, size_t *end)
{
    for (size_t sign; (sign = next_sign(text, at)) < text.len; at = *end) {
        size_t last;
        for (*start = sign; *start > at && in_leet(text.ptr[*start - 1]);)
            --*start;
        for (*end = sign; *end < text.len && in_leet(text.ptr[*end]);)
            ++*end;
        for (last = *end; last > *start && text.ptr[last - 1] == '!';)
            last--;
        if (last > *start) {
            *end = last;
            return true;
        }
    }
    return false;
}

/* Counts a word's letters and signs; false when it has other digits, and so is no word in leet. */
static bool count_signs(stile_slice word, size_t *letters, size_t *signs)
{
    *letters = *signs = 0;
    for (size_t i = 0; i < word.len; i++) {
        if (stile_ascii_is_letter(word.ptr[i]))
            ++*letters;
        else if (leet_of(word.ptr[i]))
            ++*signs;
        else
            return false;
    }
    return *signs > 0;
}

/* Whether two words are such as only leet writes: with more letters than signs, and both. */
static bool is_in_leet(stile_slice text)
{
    size_t count = 0, letters, signs, start, end;

    for (size_t at = 0; count < LEAST_LEET && next_word(text, at, &start, &end); at = end)
        count += count_signs(stile_slice_cut(text, start, end), &letters, &signs) && letters >= 2 &&
                 letters >= signs;
    return count == LEAST_LEET;
}

static bool is_vowel(char c)
{
    return c && strchr("aeiouy034@", c);
}

/* The letter that the sign at word[i] stands for. A one is an i or an l, as its neighbours have
 * it: "f1le", "prev1ous", but "a11", "ru1es", "p1ease". */
static char plain_of(stile_slice word, size_t i)
{
    char before = i > 0 ? word.ptr[i - 1] : 0, after = i + 1 < word.len ? word.ptr[i + 1] : 0;

    if (word.ptr[i] != '1' || word.len <= 2) /* "a1" is the model's own name */
        return leet_of(word.ptr[i]);
    if (before == '1' || after == '1')
        return 'l';
    if (is_vowel(before))
        return !after || is_vowel(after) || after == 'l' ? 'l' : 'i';
    return is_vowel(after) && isalpha((unsigned char)before) && strchr("bcfgkp", before) ? 'l'
                                                                                         : 'i';
}

/* text[start, end), a word, as letters. */
static void add_plain(stile_view_builder *b, stile_slice text, size_t start, size_t end)
{
    stile_slice word = stile_slice_cut(text, start, end);
    char plain[64];

    for (size_t i = 0, n = 0; i < word.len; i++) {
        plain[n++] = leet_of(word.ptr[i]) ? plain_of(word, i) : word.ptr[i];
        if (n == sizeof plain || i + 1 == word.len) {
            stile_view_add_exact(b, start + i + 1 - n, plain, n);
            n = 0;
        }
    }
}

/* The fraction of a number, or one with a letter for its unit: ".11m" is a length, and no "llm". */
static bool is_fraction(stile_slice text, size_t start, size_t end)
{
    size_t unit = start;

    if (start == 0 || text.ptr[start - 1] != '.')
        return false;
    while (unit < end && stile_ascii_is_digit(text.ptr[unit]))
        unit++;
    return unit > start && end - unit <= 1;
}

/* Where some words are surely in leet, all that can be are read so: "45 7h3" is "as the". */
static stile_status read_leet(const stile_scan_view *normalized, stile_arena *arena,
                              stile_view_list *list, stile_error *err)
{
    stile_slice text = normalized->text;
    size_t letters, signs, start, end, done = 0;
    stile_view_builder b;
    stile_scan_view view;
    stile_status st;

    if (!is_in_leet(text))
        return STILE_OK;
    stile_view_builder_init(&b, arena, normalized, text.len + 16);
    stile_view_expect(&b, text.len);
    for (size_t at = 0; next_word(text, at, &start, &end); at = end) {
        if (!count_signs(stile_slice_cut(text, start, end), &letters, &signs) ||
            is_fraction(text, start, end))
            continue;
        stile_view_add_exact(&b, done, text.ptr + done, start - done);
        add_plain(&b, text, start, end);
        done = end;
    }
    stile_view_add_exact(&b, done, text.ptr + done, text.len - done);
    if (!(st = stile_view_finish(&b, STILE_VIEW_NORMALIZED, "leet", &view, err)))
        stile_view_list_add(list, &view);
    return st;
}

/* The ASCII letter under the marks of a Latin one; 0: none. */
static char unmarked(const UNormalizer2 *nfd, uint32_t cp)
{
    static const struct {
        uint16_t cp;
        char ascii;
    } struck[] = {{0xf8, 'o'},  {0x111, 'd'}, {0x127, 'h'}, {0x142, 'l'}, {0x167, 't'},
                  {0x180, 'b'}, {0x192, 'f'}, {0x1b6, 'z'}, {0x1e5, 'g'}, {0x268, 'i'},
                  {0x275, 'o'}, {0x289, 'u'}, {0x24d, 'r'}, {0x247, 'e'}, {0x24f, 'y'}};
    UErrorCode status = U_ZERO_ERROR;
    UChar parts[8];

    if (cp < 0xe0 || cp >= 0x1f00 || (cp >= 0x2b0 && cp < 0x1e00))
        return 0;
    for (size_t i = 0; i < sizeof struck / sizeof *struck; i++)
        if (struck[i].cp == cp)
            return struck[i].ascii;
    if (unorm2_getDecomposition(nfd, (UChar32)cp, parts, 8, &status) < 1 || U_FAILURE(status))
        return 0;
    return (char)(parts[0] < 0x80 && isalpha(parts[0]) ? parts[0] : 0);
}

/* Letters without marks, where that brings out words that the text seems not to have: most languages
 * need their marks, an English "ignore" none. */
static stile_status read_unmarked(const stile_scan_view *normalized, stile_arena *arena,
                                  stile_view_list *list, stile_error *err)
{
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *nfd = unorm2_getNFDInstance(&status);
    stile_slice text = normalized->text;
    stile_view_builder b;
    stile_scan_view view;
    stile_status st;
    bool any = false, kept;

    if (U_FAILURE(status))
        return stile_fail(err, STILE_INTERNAL, "scan: ICU has no NFD");
    stile_view_builder_init(&b, arena, normalized, text.len + 16);
    for (size_t at = 0, plain = 0, next; at < text.len; at = next) {
        char letter;
        next = at + 1;
        if ((unsigned char)text.ptr[at] < 0xc3 && next < text.len)
            continue;
        next = at;
        letter = unmarked(nfd, stile_utf8_next(text, &next));
        any |= letter != 0;
        if (letter || next == text.len)
            stile_view_add_exact(&b, plain, text.ptr + plain, (letter ? at : next) - plain);
        if (letter) {
            stile_view_add_as(&b, at, next - at, &letter, 1);
            plain = next;
        }
    }
    kept = any && stile_count_triggers(stile_buf_slice(&b.text), &stile_triggers_plain) >
                      stile_count_triggers(text, &stile_triggers_plain);
    if (!kept && !b.failed && !b.text.failed) {
        stile_view_builder_release(&b);
        return STILE_OK;
    }
    if (!(st = stile_view_finish(&b, STILE_VIEW_NORMALIZED, "unmarked", &view, err)))
        stile_view_list_add(list, &view);
    return st;
}

stile_status stile_view_fold(const stile_scan_view *raw, const stile_scan_view *normalized,
                             stile_arena *arena, stile_view_list *list, stile_error *err)
{
    const stile_view_survey *survey = &list->survey;
    stile_status st = STILE_OK;

    if (survey->spaced && (st = stile_view_join_spaced(raw, arena, list, err)))
        return st;
    /* Normalizing makes letters and digits of what is not ASCII. */
    if ((survey->leet || !survey->ascii) && (st = read_leet(normalized, arena, list, err)))
        return st;
    return survey->ascii ? STILE_OK : read_unmarked(normalized, arena, list, err);
}
