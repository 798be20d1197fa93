/* SPDX-License-Identifier: Apache-2.0 */
/* Two halves. The reader turns bytes into words: ASCII through one table, everything else
 * character by character through ICU. The cutter turns a word into tokens: FNV-1a gives the
 * hashes of all prefixes of the rest of the word in one pass, and the longest prefix whose hash
 * is in the table and whose bytes agree is the next token. */
#include "embed/wordpiece.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>

#include "base/memory.h"
#include "base/utf8.h"

#define WORD_BYTES (4 * STILE_WORDPIECE_MAX_CHARS)
#define START_SEED 0xcbf29ce484222325u /* FNV-1a's own */
#define INNER_SEED 0x9e3779b97f4a7c15u /* so that "##ing" and "ing" are far apart */
#define FNV_PRIME 0x100000001b3u
#define DROPPED_KINDS (U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CO_MASK | U_GC_CS_MASK)
#define MAX_DECOMPOSED 32 /* UTF-16 units; the longest canonical decomposition has far fewer */

typedef struct entry {
    uint32_t tag; /* upper half of the hash */
    uint32_t id;  /* plus one; 0: free */
} entry;

struct stile_wordpiece {
    const char *words;
    uint32_t *offsets;       /* [count + 1], of the bytes after each length byte; owned */
    entry *table;            /* [mask + 1], open addressing, at most half full; owned */
    const UNormalizer2 *nfd; /* ICU's own */
    uint32_t count;
    uint32_t mask;
    uint32_t longest; /* bytes of the longest token, without its ## */
    uint32_t unknown; /* id of [UNK] */
};

static uint64_t hash_step(uint64_t h, char byte)
{
    return (h ^ (unsigned char)byte) * FNV_PRIME;
}

/* The low bits of FNV-1a depend on the low bits of the input alone. */
static uint64_t hash_end(uint64_t h)
{
    return h ^ (h >> 29);
}

/* A token's bytes as they stand in a word, and whether it continues one. */
static stile_slice token_text(const stile_wordpiece *v, uint32_t id, bool *inner)
{
    const char *word = v->words + v->offsets[id];
    size_t len = (unsigned char)word[-1];

    *inner = len > 2 && word[0] == '#' && word[1] == '#';
    return *inner ? stile_slice_of(word + 2, len - 2) : stile_slice_of(word, len);
}

/* The id of the token with these bytes and this hash, or `count`. */
static uint32_t look_up(const stile_wordpiece *v, stile_slice text, bool inner, uint64_t hash)
{
    uint32_t tag = (uint32_t)(hash >> 32);

    for (uint32_t at = (uint32_t)hash & v->mask; v->table[at].id; at = (at + 1) & v->mask) {
        uint32_t id = v->table[at].id - 1;
        bool continues;

        if (v->table[at].tag == tag && stile_slice_eq(token_text(v, id, &continues), text) &&
            continues == inner)
            return id;
    }
    return v->count;
}

static uint64_t hash_token(stile_slice text, bool inner)
{
    uint64_t h = inner ? INNER_SEED : START_SEED;

    for (size_t i = 0; i < text.len; i++)
        h = hash_step(h, text.ptr[i]);
    return hash_end(h);
}

static stile_status add_token(stile_wordpiece *v, uint32_t id, stile_error *err)
{
    bool inner;
    stile_slice text = token_text(v, id, &inner);
    uint64_t hash = hash_token(text, inner);
    uint32_t at = (uint32_t)hash & v->mask;

    if (look_up(v, text, inner, hash) != v->count)
        return stile_fail(err, STILE_CORRUPT, "model: token %u is there twice", id);
    while (v->table[at].id)
        at = (at + 1) & v->mask;
    v->table[at] = (entry){(uint32_t)(hash >> 32), id + 1};
    if (text.len > v->longest)
        v->longest = (uint32_t)text.len;
    return STILE_OK;
}

static stile_status find_offsets(stile_wordpiece *v, stile_slice words, stile_error *err)
{
    size_t at = 0;

    for (uint32_t id = 0; id < v->count; id++) {
        size_t len = at < words.len ? (unsigned char)words.ptr[at] : 0;

        if (len == 0 || len > words.len - at - 1)
            return stile_fail(err, STILE_CORRUPT, "model: token %u is cut off or empty", id);
        if (stile_utf8_valid(stile_slice_cut(words, at + 1, at + 1 + len)) != len)
            return stile_fail(err, STILE_CORRUPT, "model: token %u is not UTF-8", id);
        v->offsets[id] = (uint32_t)(at + 1);
        at += 1 + len;
    }
    if (at != words.len)
        return stile_fail(err, STILE_CORRUPT, "model: bytes after the last token");
    return STILE_OK;
}

static stile_status fill(stile_wordpiece *v, stile_slice words, stile_error *err)
{
    UErrorCode code = U_ZERO_ERROR;
    stile_slice unknown = stile_str("[UNK]");
    stile_status st = find_offsets(v, words, err);

    for (uint32_t id = 0; !st && id < v->count; id++)
        st = add_token(v, id, err);
    if (st)
        return st;
    v->unknown = look_up(v, unknown, false, hash_token(unknown, false));
    if (v->unknown == v->count)
        return stile_fail(err, STILE_CORRUPT, "model: its vocabulary lacks [UNK]");
    v->nfd = unorm2_getNFDInstance(&code);
    if (U_FAILURE(code))
        return stile_fail(err, STILE_INTERNAL, "ICU: %s", u_errorName(code));
    return STILE_OK;
}

stile_status stile_wordpiece_create(stile_slice words, uint32_t count, stile_wordpiece **out,
                                    stile_error *err)
{
    stile_wordpiece *v = stile_alloc(sizeof *v);
    uint32_t size = 2;
    stile_status st;

    if (count > (1u << 24) || words.len > UINT32_MAX) {
        stile_free(v);
        return stile_fail(err, STILE_TOO_LARGE, "model: its vocabulary is too large");
    }
    while (size < 2 * count)
        size *= 2;
    if (v) {
        v->words = words.ptr;
        v->count = count;
        v->mask = size - 1;
        v->offsets = stile_alloc_array(count, sizeof *v->offsets);
        v->table = stile_alloc_array(size, sizeof *v->table);
    }
    if (!v || !v->offsets || !v->table)
        st = stile_fail(err, STILE_NO_MEMORY, "model: out of memory");
    else
        st = fill(v, words, err);
    if (st)
        stile_wordpiece_destroy(v);
    else
        *out = v;
    return st;
}

void stile_wordpiece_destroy(stile_wordpiece *v)
{
    if (!v)
        return;
    stile_free(v->table);
    stile_free(v->offsets);
    stile_free(v);
}

/* The word being read. */
typedef struct reader {
    const stile_wordpiece *vocabulary;
    stile_wordpiece_each each;
    void *ctx;
    size_t len;   /* bytes in `word` */
    size_t chars; /* may pass the maximum; the bytes then stop */
    char word[WORD_BYTES];
} reader;

/* The longest token at the start of `rest`; its length in *len. `count` when there is none. */
static uint32_t next_token(const stile_wordpiece *v, stile_slice rest, bool inner, size_t *len)
{
    uint64_t hashes[WORD_BYTES];
    uint64_t h = inner ? INNER_SEED : START_SEED;
    size_t n = rest.len < v->longest ? rest.len : v->longest;

    for (size_t i = 0; i < n; i++)
        hashes[i] = h = hash_step(h, rest.ptr[i]);
    for (; n; n--) {
        uint32_t id = look_up(v, stile_slice_of(rest.ptr, n), inner, hash_end(hashes[n - 1]));
        if (id != v->count) {
            *len = n;
            return id;
        }
    }
    return v->count;
}

static void end_word(reader *r)
{
    const stile_wordpiece *v = r->vocabulary;
    uint32_t ids[STILE_WORDPIECE_MAX_CHARS];
    size_t count = 0, len = 0;

    if (r->chars == 0)
        return;
    if (r->chars <= STILE_WORDPIECE_MAX_CHARS) {
        for (size_t at = 0; at < r->len; at += len) {
            ids[count] = next_token(v, stile_slice_of(r->word + at, r->len - at), at > 0, &len);
            if (ids[count] == v->count) {
                count = 0;
                break;
            }
            count++;
        }
    }
    r->len = r->chars = 0;
    if (count)
        r->each(r->ctx, ids, count);
    else
        r->each(r->ctx, &v->unknown, 1);
}

static void add_char(reader *r, uint32_t c)
{
    char *p = r->word + r->len;

    if (++r->chars > STILE_WORDPIECE_MAX_CHARS)
        return;
    if (c < 0x80) {
        p[0] = (char)c;
        r->len += 1;
    } else if (c < 0x800) {
        p[0] = (char)(0xC0 | (c >> 6));
        p[1] = (char)(0x80 | (c & 0x3F));
        r->len += 2;
    } else if (c < 0x10000) {
        p[0] = (char)(0xE0 | (c >> 12));
        p[1] = (char)(0x80 | ((c >> 6) & 0x3F));
        p[2] = (char)(0x80 | (c & 0x3F));
        r->len += 3;
    } else {
        p[0] = (char)(0xF0 | (c >> 18));
        p[1] = (char)(0x80 | ((c >> 12) & 0x3F));
        p[2] = (char)(0x80 | ((c >> 6) & 0x3F));
        p[3] = (char)(0x80 | (c & 0x3F));
        r->len += 4;
    }
}

static void add_alone(reader *r, uint32_t c)
{
    end_word(r);
    add_char(r, c);
    end_word(r);
}

enum { LETTER, SPACE, DROPPED, ALONE };

/* What BERT makes of an ASCII character. Vertical tab and form feed are control characters to
 * it, and so are dropped, not spaces. */
static int ascii_kind(unsigned char c)
{
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
        return SPACE;
    if (c < 0x20 || c == 0x7F)
        return DROPPED;
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
        return LETTER;
    return ALONE;
}

static void read_ascii(reader *r, unsigned char c)
{
    switch (ascii_kind(c)) {
    case LETTER:
        add_char(r, c >= 'A' && c <= 'Z' ? (uint32_t)(c | 0x20) : c);
        break;
    case SPACE:
        end_word(r);
        break;
    case ALONE:
        add_alone(r, c);
        break;
    default:
        break;
    }
}

/* One character of the decomposed text. */
static void read_decomposed(reader *r, UChar32 c)
{
    uint32_t kind = U_GET_GC_MASK(c);

    if (c < 0x80) { /* "not equal" is an equals sign with a stroke */
        read_ascii(r, (unsigned char)c);
        return;
    }
    if (kind & U_GC_MN_MASK)
        return;
    if (u_hasBinaryProperty(c, UCHAR_WHITE_SPACE))
        end_word(r);
    else if (kind & U_GC_P_MASK)
        add_alone(r, (uint32_t)c);
    else
        add_char(r, (uint32_t)u_tolower(c));
}

/* The teacher's list of ideographs: kana and Hangul are not in it, and 256 are left out by what
 * must be a slip of its authors', which is part of how it was trained. */
static bool is_ideograph(UChar32 c)
{
    return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) ||
           (c >= 0x20000 && c <= 0x2A6DF) || (c >= 0x2A700 && c <= 0x2B81F) ||
           (c >= 0x2B920 && c <= 0x2CEAF) || (c >= 0xF900 && c <= 0xFAFF) ||
           (c >= 0x2F800 && c <= 0x2FA1F);
}

/* The teacher's tables of kinds are of Unicode 8: to it, all later characters are letters. So they
 * are here, whatever the version of ICU. (Six characters whose kind has changed since still
 * differ: U+166D, U+1734, U+1885, U+1886, U+A9BD, U+111C9.) */
static bool is_later(UChar32 c)
{
    UVersionInfo age;

    u_charAge(c, age);
    return age[0] == 0 || age[0] > 8;
}

/* The character at units[*at]; ICU's own macro mixes signs. */
static UChar32 next_of(const UChar *units, int32_t n, int32_t *at)
{
    UChar lead = units[(*at)++];

    if (!U16_IS_LEAD(lead) || *at == n)
        return lead;
    return 0x10000 + ((lead & 0x3FF) << 10 | (units[(*at)++] & 0x3FF));
}

/* Decomposition is by character: marks are not put in canonical order across characters. That
 * would show only among spacing marks with a combining class, as Mn is dropped. */
static void read_decomposition(reader *r, UChar32 c)
{
    UChar units[MAX_DECOMPOSED];
    UErrorCode code = U_ZERO_ERROR;
    int32_t n = unorm2_getDecomposition(r->vocabulary->nfd, c, units, MAX_DECOMPOSED, &code);

    if (n < 0 || U_FAILURE(code)) /* it has none */
        read_decomposed(r, c);
    for (int32_t at = 0; at < n;)
        read_decomposed(r, next_of(units, n, &at));
}

static void read_unicode(reader *r, UChar32 c)
{
    bool ideograph = is_ideograph(c), later = is_later(c);

    if (c == 0xFFFD || (!later && (U_GET_GC_MASK(c) & DROPPED_KINDS)))
        return;
    if (ideograph)
        end_word(r);
    if (later)
        add_char(r, (uint32_t)u_tolower(c));
    else
        read_decomposition(r, c);
    if (ideograph)
        end_word(r);
}

void stile_wordpiece_encode(const stile_wordpiece *vocabulary, stile_slice text,
                            stile_wordpiece_each each, void *ctx)
{
    reader r = {.vocabulary = vocabulary, .each = each, .ctx = ctx};

    for (size_t at = 0; at < text.len;) {
        unsigned char c = (unsigned char)text.ptr[at];

        if (c < 0x80) {
            read_ascii(&r, c);
            at++;
        } else {
            read_unicode(&r, (UChar32)stile_utf8_next(text, &at));
        }
    }
    end_word(&r);
}
