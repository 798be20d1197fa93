/* SPDX-License-Identifier: Apache-2.0 */
/* The forms of tokens are those that their issuers document. A literal that every match holds is
 * sought first, which most texts end at. */
#include "scan/sensitive.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

#define MAX_HITS 1024

typedef bool (*check)(stile_slice match);

/* ISO/IEC 7812: from the right every second digit is doubled; the sum ends in 0. */
static bool is_card(stile_slice match)
{
    unsigned digits = 0, sum = 0;

    for (size_t i = match.len; i > 0; i--) {
        unsigned d = (unsigned)(match.ptr[i - 1] - '0');
        if (d > 9)
            continue;
        if (digits++ % 2)
            d = d * 2 > 9 ? d * 2 - 9 : d * 2;
        sum += d;
    }
    return digits >= 13 && digits <= 19 && sum % 10 == 0;
}

/* ISO 13616: with the first four characters moved to the end and letters as 10 to 35, the number is
 * 1 modulo 97. */
static bool is_iban(stile_slice match)
{
    char plain[40];
    size_t n = 0;
    unsigned rest = 0;

    for (size_t i = 0; i < match.len && n < sizeof plain; i++)
        if (match.ptr[i] != ' ')
            plain[n++] = match.ptr[i];
    if (n < 15 || n > 34)
        return false;
    for (size_t i = 0; i < n; i++) {
        char c = plain[(i + 4) % n];
        unsigned v = c <= '9' ? (unsigned)(c - '0') : (unsigned)((c | 32) - 'a') + 10;
        rest = (v > 9 ? rest * 100 + v : rest * 10 + v) % 97;
    }
    return rest == 1;
}

/* A value that a person would not write as prose: letters and digits, and as mixed as a random
 * string is (at least 2.8 bits a character). Placeholders are not. */
static bool is_random(stile_slice match)
{
    unsigned counts[256] = {0}, letters = 0, digits = 0;
    double bits = 0;

    for (size_t i = 0; i < match.len; i++) {
        unsigned char c = (unsigned char)match.ptr[i];
        counts[c]++;
        letters += (c | 32) >= 'a' && (c | 32) <= 'z';
        digits += c >= '0' && c <= '9';
    }
    for (int c = 0; c < 256; c++)
        if (counts[c]) {
            double p = (double)counts[c] / (double)match.len;
            bits -= p * log2(p);
        }
    return letters >= 3 && digits >= 2 && bits >= 2.8;
}

/* "EXAMPLE" keys of manuals are nobody's. */
static bool is_no_example(stile_slice match)
{
    return !stile_slice_holds(match, "EXAMPLE");
}

typedef struct kind {
    stile_sensitive_class class;
    const char *name;
    const char *literal; /* in every match, as it stands; NULL: enough digits are */
    const char *pattern; /* what \K leaves is the value itself */
    check check;         /* or NULL */
} kind;

static const kind kinds[] = {
    {STILE_SENSITIVE_SECRET, "private-key", "-----BEGIN",
     "-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
     "(?:.{0,8000}?(?:-----END [A-Z0-9 ]{1,60}-----|\\z)|.{8000})",
     NULL},
    {STILE_SENSITIVE_SECRET, "aws-access-key", "A", "(?-i)\\b(?:AKIA|ASIA)[A-Z0-9]{16}\\b",
     is_no_example},
    {STILE_SENSITIVE_SECRET, "github-token", "gh",
     "(?-i)\\b(?:gh[pousr]_[A-Za-z0-9]{36,251}|github_pat_[A-Za-z0-9_]{50,250})\\b", NULL},
    {STILE_SENSITIVE_SECRET, "gitlab-token", "glpat-", "(?-i)\\bglpat-[A-Za-z0-9_-]{20,64}", NULL},
    {STILE_SENSITIVE_SECRET, "slack-token", "xox", "(?-i)\\bxox[abeoprs]-[A-Za-z0-9-]{10,250}",
     NULL},
    {STILE_SENSITIVE_SECRET, "stripe-key", "_live_", "(?-i)\\b[srp]k_live_[A-Za-z0-9]{16,250}",
     NULL},
    {STILE_SENSITIVE_SECRET, "google-api-key", "AIza", "(?-i)\\bAIza[A-Za-z0-9_-]{35}", NULL},
    {STILE_SENSITIVE_SECRET, "api-key", "sk-", "(?-i)\\bsk-[A-Za-z0-9_-]{20,250}", is_random},
    {STILE_SENSITIVE_SECRET, "npm-token", "npm_", "(?-i)\\bnpm_[A-Za-z0-9]{36}\\b", NULL},
    {STILE_SENSITIVE_SECRET, "hugging-face-token", "hf_", "(?-i)\\bhf_[A-Za-z0-9]{30,64}\\b", NULL},
    {STILE_SENSITIVE_SECRET, "sendgrid-key", "SG.",
     "(?-i)\\bSG\\.[A-Za-z0-9_-]{16,32}\\.[A-Za-z0-9_-]{30,64}", NULL},
    {STILE_SENSITIVE_SECRET, "json-web-token", "eyJ",
     "(?-i)\\beyJ[A-Za-z0-9_-]{8,4000}\\.eyJ[A-Za-z0-9_-]{8,8000}\\.[A-Za-z0-9_-]{16,2000}", NULL},
    {STILE_SENSITIVE_SECRET, "url-password", "://",
     "\\b[a-z][a-z0-9+.-]{1,20}://[^\\s/:@\"'<>]{1,64}:\\K[^\\s/:@\"'<>]{4,128}(?=@)", NULL},
    {STILE_SENSITIVE_SECRET, "password", "=",
     "\\b(?:password|passwd|passphrase|secret|api[_-]?key|access[_-]?key|auth[_-]?token|token|"
     "client[_-]?secret)[\"']?\\s{0,3}=\\s{0,3}[\"']?\\K[A-Za-z0-9+/=_.~!@#$%^&*-]{8,200}",
     is_random},
    {STILE_SENSITIVE_SECRET, "password", ":",
     "\\b(?:password|passwd|passphrase|secret|api[_-]?key|access[_-]?key|auth[_-]?token|token|"
     "client[_-]?secret)[\"']?\\s{0,3}:\\s{0,3}[\"']?\\K[A-Za-z0-9+/=_.~!@#$%^&*-]{8,200}",
     is_random},
    {STILE_SENSITIVE_PERSONAL, "email", "@",
     "\\b[a-z0-9._%+-]{1,64}@(?:[a-z0-9-]{1,63}\\.){1,8}[a-z]{2,24}\\b", NULL},
    {STILE_SENSITIVE_PERSONAL, "phone", "+",
     "(?<![\\w+])\\+[1-9][0-9]{0,2}(?:[ ./()-]{0,2}[0-9]){7,12}(?![0-9])", NULL},
    {STILE_SENSITIVE_PERSONAL, "iban", NULL,
     "(?-i)\\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\\b", is_iban},
    {STILE_SENSITIVE_PERSONAL, "payment-card", NULL,
     "(?<![\\w.-])[2-6][0-9]{3}(?:[ -]?[0-9]{4}){2}[ -]?[0-9]{1,7}(?![\\w-])", is_card},
    {STILE_SENSITIVE_PERSONAL, "us-social-security", "-",
     "(?<![\\w-])(?!000|666|9)[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}(?![\\w-])", NULL},
};

#define KINDS (sizeof kinds / sizeof *kinds)

struct stile_sensitive {
    stile_pattern *patterns[KINDS];
};

const char *stile_sensitive_class_name(stile_sensitive_class class)
{
    return class == STILE_SENSITIVE_SECRET ? "secret" : "personal";
}

bool stile_redact_parse(stile_slice name, stile_redact *out)
{
    static const char *const names[] = {"off", "mark", "redact"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (stile_slice_eq(name, stile_str(names[i]))) {
            *out = (stile_redact)i;
            return true;
        }
    return false;
}

stile_status stile_sensitive_create(stile_sensitive **out, stile_error *err)
{
    stile_sensitive *s = stile_alloc(sizeof *s);
    stile_status st = s ? STILE_OK : stile_fail(err, STILE_NO_MEMORY, "scan: out of memory");

    for (size_t i = 0; !st && i < KINDS; i++)
        st = stile_pattern_compile(stile_str(kinds[i].pattern), &s->patterns[i], err);
    if (st)
        stile_sensitive_destroy(s);
    else
        *out = s;
    return st;
}

void stile_sensitive_destroy(stile_sensitive *s)
{
    for (size_t i = 0; s && i < KINDS; i++)
        stile_pattern_destroy(s->patterns[i]);
    stile_free(s);
}

stile_status stile_sensitive_digest(stile_sha256 *out, stile_error *err)
{
    stile_slice parts[3 * KINDS];

    for (size_t i = 0; i < KINDS; i++) {
        parts[3 * i] = stile_str(kinds[i].name);
        parts[3 * i + 1] = stile_str(kinds[i].literal ? kinds[i].literal : "");
        parts[3 * i + 2] = stile_str(kinds[i].pattern);
    }
    return stile_sha256_parts(parts, 3 * KINDS, out, err);
}

typedef struct finding {
    const stile_sensitive *sensitive;
    stile_matcher *matcher;
    stile_slice text;
    size_t digits;
    stile_sensitive_hit *hits; /* MAX_HITS + 1 */
    size_t count;
    bool too_much;
} finding;

static size_t count_digits(stile_slice text)
{
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++)
        n += text.ptr[i] >= '0' && text.ptr[i] <= '9';
    return n;
}

static bool may_hold(const finding *f, const kind *k)
{
    if (!k->literal)
        return f->digits >= 10;
    return stile_slice_holds(f->text, k->literal);
}

static void find_kind(finding *f, size_t i)
{
    const kind *k = &kinds[i];
    size_t from = 0, start, end;

    while (from < f->text.len && !f->too_much) {
        stile_match m =
            stile_pattern_match(f->sensitive->patterns[i], f->matcher, f->text, from, &start, &end);
        if (m == STILE_MATCH_NONE)
            return;
        if (m == STILE_MATCH_LIMIT || f->count == MAX_HITS) {
            f->too_much = true;
            return;
        }
        from = end > from ? end : from + 1;
        if (end > start && (!k->check || k->check(stile_slice_cut(f->text, start, end))))
            f->hits[f->count++] = (stile_sensitive_hit){k->class, k->name, start, end};
    }
}

static int by_place(const void *a, const void *b)
{
    const stile_sensitive_hit *x = a, *y = b;

    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return (x->end < y->end) - (x->end > y->end);
}

/* The stricter policy, then secrets before personal data. */
static bool outranks(const stile_sensitive_hit *a, const stile_sensitive_hit *b,
                     const stile_redact *policy)
{
    if (policy[a->class] != policy[b->class])
        return policy[a->class] > policy[b->class];
    return a->class < b->class;
}

/* Hits that overlap become one, of the name that outranks the others. */
static void set_apart(finding *f, const stile_redact *policy)
{
    size_t n = 0;

    qsort(f->hits, f->count, sizeof *f->hits, by_place);
    for (size_t i = 0; i < f->count; i++) {
        if (n && f->hits[i].start < f->hits[n - 1].end) {
            if (f->hits[i].end > f->hits[n - 1].end)
                f->hits[n - 1].end = f->hits[i].end;
            if (outranks(&f->hits[i], &f->hits[n - 1], policy)) {
                f->hits[n - 1].class = f->hits[i].class;
                f->hits[n - 1].kind = f->hits[i].kind;
            }
            continue;
        }
        f->hits[n++] = f->hits[i];
    }
    f->count = n;
}

static stile_sensitive_class stricter(const stile_redact *policy)
{
    return policy[STILE_SENSITIVE_PERSONAL] > policy[STILE_SENSITIVE_SECRET]
               ? STILE_SENSITIVE_PERSONAL
               : STILE_SENSITIVE_SECRET;
}

stile_status stile_sensitive_find(const stile_sensitive *sensitive, stile_matcher *matcher,
                                  const stile_redact policy[STILE_SENSITIVE_CLASSES],
                                  stile_slice text, stile_arena *arena, stile_sensitive_hit **out,
                                  size_t *count, stile_error *err)
{
    finding f = {.sensitive = sensitive, .matcher = matcher, .text = text};

    *out = NULL;
    *count = 0;
    if (text.len == 0)
        return STILE_OK;
    f.digits = count_digits(text);
    for (size_t i = 0; i < KINDS && !f.too_much; i++) {
        if (policy[kinds[i].class] == STILE_REDACT_OFF || !may_hold(&f, &kinds[i]))
            continue;
        if (!f.hits && !(f.hits = stile_arena_array(arena, MAX_HITS + 1, sizeof *f.hits)))
            return stile_fail(err, STILE_NO_MEMORY, "scan: out of memory");
        find_kind(&f, i);
    }
    if (f.too_much) {
        f.hits[0] = (stile_sensitive_hit){stricter(policy), "too-much-to-look-for", 0, text.len};
        f.count = 1;
    }
    if (f.count)
        set_apart(&f, policy);
    *out = f.hits;
    *count = f.count;
    return STILE_OK;
}

void stile_sensitive_write(stile_slice text, const stile_sensitive_hit *hits, size_t count,
                           const stile_redact policy[STILE_SENSITIVE_CLASSES], stile_buf *out)
{
    size_t at = 0;

    for (size_t i = 0; i < count; i++) {
        if (policy[hits[i].class] != STILE_REDACT_REDACT)
            continue;
        stile_buf_add_slice(out, stile_slice_cut(text, at, hits[i].start));
        stile_buf_printf(out, "[redacted: %s]", hits[i].kind);
        at = hits[i].end;
    }
    stile_buf_add_slice(out, stile_slice_cut(text, at, text.len));
}
