/* SPDX-License-Identifier: Apache-2.0 */
/* Words by the Unicode rules (UAX 29).
 *
 * The ASCII path restates those rules for ASCII, where they are short: letters, digits and '_'
 * join each other; between two letters one of . ' joins (and : does not, as in CLDR); between
 * two digits one of . ' , ; joins. A segment is a word when it holds a letter or a digit.
 *
 * Where Chinese, Japanese or Korean text is cut into words hangs on what stands around them, so a
 * query would often be cut otherwise than the text it looks for. Each character of these scripts is a
 * word, and so is each two that stand side by side: of any piece of a text the same words. */
#include "indexes/words.h"

#include <unicode/ubrk.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>

#include "base/memory.h"
#include "indexes/stems.h"

struct stile_words {
    stile_stems *stems;
    UBreakIterator *breaks;      /* made at the first text that is not ASCII */
    const UNormalizer2 *folding; /* a singleton of ICU's */
    UChar *wide, *folded;        /* scratch, `room` units each */
    int32_t room;
    int32_t start, joint; /* where the last character of CJK text lies; joint -1: none yet */
};

stile_status stile_words_create(const char *language, stile_words **out, stile_error *err)
{
    stile_words *words = stile_alloc(sizeof *words);
    UErrorCode code = U_ZERO_ERROR;
    stile_status st;

    if (!words)
        return stile_fail(err, STILE_NO_MEMORY, "analyzer: out of memory");
    words->folding = unorm2_getNFKCCasefoldInstance(&code);
    st = U_FAILURE(code) ? stile_fail(err, STILE_INTERNAL, "analyzer: ICU: %s", u_errorName(code))
                         : stile_stems_create(language ? language : "en", &words->stems, err);
    if (st) {
        stile_words_destroy(words);
        return st;
    }
    *out = words;
    return STILE_OK;
}

void stile_words_destroy(stile_words *words)
{
    if (!words)
        return;
    stile_stems_destroy(words->stems);
    if (words->breaks)
        ubrk_close(words->breaks);
    stile_free(words->wide);
    stile_free(words->folded);
    stile_free(words);
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Words with a digit (models, versions, dates) are kept as they are. */
static stile_status emit(stile_words *words, stile_slice word, stile_word_fn each, void *ctx,
                         stile_error *err)
{
    stile_slice stem;
    stile_status st;

    if (word.len > STILE_WORD_MAX)
        return STILE_OK;
    for (size_t i = 0; i < word.len; i++)
        if (is_digit(word.ptr[i]))
            return each(ctx, word, err);
    st = stile_stems_of(words->stems, word, &stem, err);
    return st ? st : each(ctx, stem, err);
}

/* Whether the character at `i` joins the two around it into one word. */
static bool joins(stile_slice s, size_t i)
{
    char before, after;

    if (i == 0 || i + 1 >= s.len)
        return false;
    before = s.ptr[i - 1];
    after = s.ptr[i + 1];
    if (is_letter(before) && is_letter(after))
        return s.ptr[i] == '.' || s.ptr[i] == '\'';
    if (is_digit(before) && is_digit(after))
        return s.ptr[i] == '.' || s.ptr[i] == '\'' || s.ptr[i] == ',' || s.ptr[i] == ';';
    return false;
}

/* The end of the segment that starts at `at`; `*word` says whether it is one. */
static size_t segment_end(stile_slice s, size_t at, bool *word)
{
    size_t i = at;

    *word = false;
    for (; i < s.len; i++) {
        char c = s.ptr[i];
        if (is_letter(c) || is_digit(c))
            *word = true;
        else if (c != '_' && (i == at || !joins(s, i)))
            break;
    }
    return i > at ? i : at + 1;
}

static stile_status each_ascii(stile_words *words, stile_slice text, stile_word_fn each, void *ctx,
                               stile_error *err)
{
    stile_status st = STILE_OK;

    for (size_t at = 0; !st && at < text.len;) {
        char lower[STILE_WORD_MAX];
        bool word;
        size_t end = segment_end(text, at, &word);
        if (word && end - at <= sizeof lower) {
            for (size_t i = at; i < end; i++) {
                char c = text.ptr[i];
                lower[i - at] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
            }
            st = emit(words, (stile_slice){lower, end - at}, each, ctx, err);
        }
        at = end;
    }
    return st;
}

static stile_status make_room(stile_words *words, int32_t units, stile_error *err)
{
    UChar *wide, *folded;

    if (units <= words->room)
        return STILE_OK;
    if ((wide = stile_realloc_array(words->wide, (size_t)units, sizeof *wide)))
        words->wide = wide;
    if ((folded = stile_realloc_array(words->folded, (size_t)units, sizeof *folded)))
        words->folded = folded;
    if (!wide || !folded) {
        words->room = 0; /* the two may differ in size now */
        return stile_fail(err, STILE_NO_MEMORY, "analyzer: out of memory");
    }
    words->room = units;
    return STILE_OK;
}

/* The folded text in words->folded. Folding may lengthen it: up to 18 units for one. */
static stile_status fold(stile_words *words, stile_slice text, int32_t *len, stile_error *err)
{
    UErrorCode code = U_ZERO_ERROR;
    int32_t wide_len = 0;
    stile_status st = make_room(words, (int32_t)text.len * 2 + 64, err);

    if (st)
        return st;
    (void)u_strFromUTF8WithSub(words->wide, words->room, &wide_len, text.ptr, (int32_t)text.len,
                               0xfffd, NULL, &code);
    *len =
        unorm2_normalize(words->folding, words->wide, wide_len, words->folded, words->room, &code);
    if (code == U_BUFFER_OVERFLOW_ERROR) {
        if ((st = make_room(words, *len + 1, err)))
            return st;
        code = U_ZERO_ERROR;
        *len = unorm2_normalize(words->folding, words->wide, wide_len, words->folded, words->room,
                                &code);
    }
    if (U_FAILURE(code))
        return stile_fail(err, STILE_INTERNAL, "analyzer: ICU: %s", u_errorName(code));
    /* ICU 72 alone among its versions reads '@' as a letter; terms must not hang on that. */
    for (int32_t i = 0; i < *len; i++)
        if (words->folded[i] == '@')
            words->folded[i] = ' ';
    return STILE_OK;
}

static stile_status start_breaks(stile_words *words, int32_t len, stile_error *err)
{
    UErrorCode code = U_ZERO_ERROR;

    if (!words->breaks)
        words->breaks = ubrk_open(UBRK_WORD, "root", NULL, 0, &code);
    if (U_SUCCESS(code))
        ubrk_setText(words->breaks, words->folded, len, &code);
    if (U_FAILURE(code))
        return stile_fail(err, STILE_INTERNAL, "analyzer: ICU: %s", u_errorName(code));
    return STILE_OK;
}

/* Whether the segment that ends at `to` is a word. ICU gives runs of '_' a word's status. */
static bool is_word(const stile_words *words, int32_t from, int32_t to)
{
    if (ubrk_getRuleStatus(words->breaks) < UBRK_WORD_NUMBER)
        return false;
    while (from < to && words->folded[from] == '_')
        from++;
    return from < to;
}

/* Han, Kana and Hangul, and the mark that lengthens Kana. */
static bool is_cjk(UChar32 c)
{
    UErrorCode code = U_ZERO_ERROR;
    UScriptCode script;

    if (c < 0x1100)
        return false;
    script = uscript_getScript(c, &code);
    return script == USCRIPT_HAN || script == USCRIPT_HIRAGANA || script == USCRIPT_KATAKANA ||
           script == USCRIPT_HANGUL || c == 0x30fc;
}

static stile_status pass_word(stile_words *words, int32_t from, int32_t to, stile_word_fn each,
                              void *ctx, stile_error *err)
{
    char narrow[STILE_WORD_MAX];
    int32_t bytes = 0;
    UErrorCode code = U_ZERO_ERROR;

    if (from == to)
        return STILE_OK;
    (void)u_strToUTF8(narrow, sizeof narrow, &bytes, words->folded + from, to - from, &code);
    if (U_FAILURE(code)) /* longer than any term */
        return STILE_OK;
    return emit(words, stile_slice_of(narrow, (size_t)bytes), each, ctx, err);
}

/* The character of CJK text that lies in [from, to): after one such, first both. */
static stile_status pass_cjk(stile_words *words, int32_t from, int32_t to, stile_word_fn each,
                             void *ctx, stile_error *err)
{
    stile_status st = STILE_OK;

    if (words->joint == from)
        st = pass_word(words, words->start, to, each, ctx, err);
    words->start = from;
    words->joint = to;
    return st ? st : pass_word(words, from, to, each, ctx, err);
}

/* The character at `at`, before `to`; moves past it. */
static UChar32 next_character(const UChar *text, int32_t *at, int32_t to)
{
    UChar lead = text[(*at)++];

    if (U16_IS_LEAD(lead) && *at < to && U16_IS_TRAIL(text[*at]))
        return (UChar32)U16_GET_SUPPLEMENTARY(lead, text[(*at)++]);
    return lead;
}

/* A segment that is a word: its CJK characters, and what lies between them. */
static stile_status pass_segment(stile_words *words, int32_t from, int32_t to, stile_word_fn each,
                                 void *ctx, stile_error *err)
{
    stile_status st = STILE_OK;

    for (int32_t at = from, next = from; !st && at < to; at = next) {
        if (!is_cjk(next_character(words->folded, &next, to)))
            continue;
        if (!(st = pass_word(words, from, at, each, ctx, err)))
            st = pass_cjk(words, at, next, each, ctx, err);
        from = next;
    }
    return st ? st : pass_word(words, from, to, each, ctx, err);
}

stile_status stile_words_each_unicode(stile_words *words, stile_slice text, stile_word_fn each,
                                      void *ctx, stile_error *err)
{
    int32_t len = 0, from = 0, to;
    stile_status st = fold(words, text, &len, err);

    if (st || (st = start_breaks(words, len, err)))
        return st;
    words->joint = -1;
    while (!st && (to = ubrk_next(words->breaks)) != UBRK_DONE) {
        if (is_word(words, from, to))
            st = pass_segment(words, from, to, each, ctx, err);
        from = to;
    }
    return st;
}

static bool is_ascii(stile_slice s)
{
    unsigned char any = 0;

    for (size_t i = 0; i < s.len; i++)
        any |= (unsigned char)s.ptr[i];
    return any < 0x80;
}

stile_status stile_words_each(stile_words *words, stile_slice text, stile_word_fn each, void *ctx,
                              stile_error *err)
{
    if (text.len > STILE_WORDS_MAX_TEXT)
        return stile_fail(err, STILE_TOO_LARGE, "analyzer: %zu bytes, and at most %zu are analysed",
                          text.len, STILE_WORDS_MAX_TEXT);
    if (text.len == 0)
        return STILE_OK;
    return is_ascii(text) ? each_ascii(words, text, each, ctx, err)
                          : stile_words_each_unicode(words, text, each, ctx, err);
}
