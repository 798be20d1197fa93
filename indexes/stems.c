/* SPDX-License-Identifier: Apache-2.0 */
#include "indexes/stems.h"

#include <libstemmer.h>
#include <string.h>
#include <unicode/uscript.h>

#include "base/memory.h"

/* `written`: what Snowball calls the languages of the script, each between blanks. */
static const struct {
    UScriptCode script;
    const char *language, *written;
} scripts[] = {
    {USCRIPT_CYRILLIC, "ru", " ru rus russian sr srp serbian "},
    {USCRIPT_GREEK, "el", " el ell gre greek "},
    {USCRIPT_ARABIC, "ar", " ar ara arabic "},
    {USCRIPT_ARMENIAN, "hy", " hy hye arm armenian "},
    {USCRIPT_DEVANAGARI, "hi", " hi hin hindi ne nep nepali "},
    {USCRIPT_TAMIL, "ta", " ta tam tamil "},
};

#define SCRIPTS (sizeof scripts / sizeof *scripts)
#define FIRST_SCRIPT 0x370 /* no letter before it is of any of them */

struct stile_stems {
    struct sb_stemmer *usual;
    struct sb_stemmer *of[SCRIPTS]; /* made when first needed */
    bool own[SCRIPTS];              /* the usual one is of this script */
};

static bool writes(const char *written, const char *language)
{
    const char *at = strstr(written, language);
    return at && at[-1] == ' ' && at[strlen(language)] == ' ';
}

stile_status stile_stems_create(const char *language, stile_stems **out, stile_error *err)
{
    stile_stems *stems = stile_alloc(sizeof *stems);

    if (!stems)
        return stile_fail(err, STILE_NO_MEMORY, "analyzer: out of memory");
    stems->usual = sb_stemmer_new(language, "UTF_8");
    if (!stems->usual) {
        stile_free(stems);
        return stile_fail(err, STILE_INVALID, "analyzer: no stemmer for language \"%s\"", language);
    }
    for (size_t i = 0; i < SCRIPTS; i++)
        stems->own[i] = writes(scripts[i].written, language);
    *out = stems;
    return STILE_OK;
}

void stile_stems_destroy(stile_stems *stems)
{
    if (!stems)
        return;
    sb_stemmer_delete(stems->usual);
    for (size_t i = 0; i < SCRIPTS; i++)
        if (stems->of[i])
            sb_stemmer_delete(stems->of[i]);
    stile_free(stems);
}

static UChar32 first_letter(stile_slice word)
{
    const unsigned char *s = (const unsigned char *)word.ptr;

    if (word.len >= 2 && s[0] >= 0xc0 && s[0] < 0xe0)
        return (s[0] & 0x1f) << 6 | (s[1] & 0x3f);
    if (word.len >= 3 && s[0] >= 0xe0 && s[0] < 0xf0)
        return (s[0] & 0x0f) << 12 | (s[1] & 0x3f) << 6 | (s[2] & 0x3f);
    return 0; /* ASCII, or past the plane that all the scripts lie in */
}

/* NULL when memory ran out. */
static struct sb_stemmer *stemmer_for(stile_stems *stems, stile_slice word)
{
    UChar32 c = first_letter(word);
    UErrorCode code = U_ZERO_ERROR;
    UScriptCode script = c < FIRST_SCRIPT ? USCRIPT_COMMON : uscript_getScript(c, &code);

    for (size_t i = 0; i < SCRIPTS && script != USCRIPT_COMMON; i++) {
        if (scripts[i].script != script || stems->own[i])
            continue;
        if (!stems->of[i])
            stems->of[i] = sb_stemmer_new(scripts[i].language, "UTF_8");
        return stems->of[i];
    }
    return stems->usual;
}

stile_status stile_stems_of(stile_stems *stems, stile_slice word, stile_slice *out,
                            stile_error *err)
{
    struct sb_stemmer *stemmer = stemmer_for(stems, word);
    const sb_symbol *stem = NULL;

    if (stemmer)
        stem = sb_stemmer_stem(stemmer, (const sb_symbol *)word.ptr, (int)word.len);
    if (!stem)
        return stile_fail(err, STILE_NO_MEMORY, "analyzer: out of memory");
    *out = stile_slice_of(stem, (size_t)sb_stemmer_length(stemmer));
    return STILE_OK;
}
