/* SPDX-License-Identifier: Apache-2.0 */
#include "ingest/parse.h"

#include <criterion/criterion.h>
#include <glob.h>
#include <stdio.h>

#include "base/file.h"
#include "base/memory.h"
#include "documents.h"
#include "support/edge.h"

/* Parses, or gives the status. The text is copied out. */
static stile_status text_of(stile_format format, const char *original, char *out, size_t size,
                            stile_error *err)
{
    stile_arena arena;
    stile_parsed parsed;
    stile_status st;
    const char *why = NULL;

    stile_arena_init(&arena, 0);
    st = stile_parse(format, stile_str(original), &arena, &parsed, err);
    if (!st) {
        cr_assert(stile_parsed_validate(&parsed, stile_str(original), &why), "%s", why);
        cr_assert(parsed.text.len < size);
        memcpy(out, parsed.text.ptr, parsed.text.len);
        out[parsed.text.len] = '\0';
    }
    stile_arena_release(&arena);
    return st;
}

static const struct {
    stile_format format;
    const char *original, *text;
} rows[] = {
    {STILE_FORMAT_TEXT, "\xef\xbb\xbfone\r\n\r\ntwo", "one\r\n\r\ntwo"},
    {STILE_FORMAT_UNKNOWN, "<p>as it is", "<p>as it is"},
    {STILE_FORMAT_MARKDOWN, "# Title\n\nsome *soft*\nbreak &amp; \\* here",
     "Title\n\nsome soft\nbreak & * here"},
    {STILE_FORMAT_MARKDOWN, "a <b>c</b>\n\n<!-- gone -->\n", "a c"},
    {STILE_FORMAT_MARKDOWN, "```\nx  y\nz\n```", "x  y\nz\n"},
    {STILE_FORMAT_HTML, "<p>a  b &amp; c&lt;d<p>e", "a b & c<d\n\ne"},
    {STILE_FORMAT_HTML, "<p>AT&T and &foo; &#65;B", "AT&T and &foo; AB"},
    {STILE_FORMAT_HTML, "<script>no</script><style>no</style>yes<!-- no -->", "yes"},
    {STILE_FORMAT_HTML, "<div hidden>no<b>no</b></div><i style='x:y; DISPLAY : none'>no</i>yes",
     "yes"},
    {STILE_FORMAT_HTML, "<title>T</title><h1>H</h1><pre>a  b\nc</pre>", "H\n\na  b\nc"},
    {STILE_FORMAT_HTML, "<table><tr><td>a<td>b<tr><td>c</table>", "a\tb\nc"},
    {STILE_FORMAT_HTML, "<meta charset=latin1><p>caf\xc3\xa9", "caf\xc3\xa9"},
};

Test(parse, gives_the_readable_text)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[256];
        stile_error err = {0};
        cr_expect(text_of(rows[i].format, rows[i].original, text, sizeof text, &err) == STILE_OK,
                  "row %zu: %s", i, err.text);
        cr_expect_str_eq(text, rows[i].text, "row %zu: \"%s\"", i, text);
    }
}

Test(parse, refuses_what_is_not_text)
{
    char text[64];
    stile_arena arena;
    stile_parsed parsed;
    stile_error err = {0};

    cr_expect(text_of(STILE_FORMAT_TEXT, "abc\xff", text, sizeof text, &err) == STILE_INVALID);
    cr_expect(strstr(err.text, "byte 3") && strstr(err.text, "iconv"));
    cr_expect(text_of(STILE_FORMAT_TEXT, " \n", text, sizeof text, &err) == STILE_INVALID);
    cr_expect(strstr(err.text, "nothing readable"));
    cr_expect(text_of(STILE_FORMAT_HTML, "<script>x</script>", text, sizeof text, &err) ==
              STILE_INVALID);
    stile_arena_init(&arena, 0);
    cr_expect(stile_parse(STILE_FORMAT_TEXT, (stile_slice){"a\0b", 3}, &arena, &parsed, &err) ==
              STILE_INVALID);
    cr_expect(strstr(err.text, "byte 1"));
    stile_arena_release(&arena);
}

Test(parse, proves_random_documents_of_every_format, .timeout = 120)
{
    uint64_t seed = test_random_seed("ingest.documents");
    uint32_t accepted = 0, cases = test_cases(1500);

    for (uint32_t i = 0; i < cases; i++) {
        test_random r = test_random_case(seed, i);
        stile_format format = (stile_format)(i % 3);
        stile_buf document;
        bool ok;
        stile_buf_init(&document, 1 << 20);
        test_document(&r, format, &document);
        const char *why = test_prove_document(format, stile_buf_slice(&document), &ok);
        cr_expect_null(why, "case %u: %s", i, why);
        accepted += ok;
        stile_buf_release(&document);
    }
    fprintf(stderr, "proved %u of %u documents\n", accepted, cases);
    cr_assert_gt(accepted, cases / 2);
}

/* The document with nothing readable behind it, and with bytes there that would go on with a list, a fence, a
 * tag or a reference. No sanitizer sees into the libraries, and md4c does read on. */
static bool blind_to(stile_format format, test_edge *edge, stile_slice document, const char *behind)
{
    stile_arena arena;
    stile_parsed alone, among;
    stile_buf whole;
    bool same;

    stile_arena_init(&arena, 0);
    stile_buf_init(&whole, 1 << 20);
    stile_buf_add_slice(&whole, document);
    stile_buf_add_str(&whole, behind);
    stile_status st = stile_parse(format, test_edge_copy(edge, document), &arena, &alone, NULL);
    same =
        st == stile_parse(format, stile_slice_of(whole.ptr, document.len), &arena, &among, NULL) &&
        (st || stile_slice_eq(alone.text, among.text));
    stile_buf_release(&whole);
    stile_arena_release(&arena);
    return same;
}

Test(parse, is_blind_to_what_lies_behind, .timeout = 120)
{
    static const char *const behind[] = {". x",  ") x",  "\n> x", "```\n",
                                         "amp;", "](x)", "<b>",   "-|-"};
    uint64_t seed = test_random_seed("ingest.behind");
    test_edge edge = test_edge_new(1 << 20);

    for (uint32_t i = 0, cases = test_cases(3000); i < cases; i++) {
        test_random r = test_random_case(seed, i);
        stile_format format = (stile_format)(i % 3);
        stile_buf document;
        stile_slice cut;
        stile_buf_init(&document, 1 << 20);
        test_document(&r, format, &document);
        if (i % 2)
            stile_buf_add_str(&document, "\n1");
        cut = stile_buf_slice(&document);
        if (i % 4 < 2)
            cut.len = test_random_below(&r, (uint32_t)cut.len + 1);
        cr_assert(blind_to(format, &edge, cut, behind[i % (sizeof behind / sizeof *behind)]),
                  "case %u of format %u", i, (unsigned)format);
        stile_buf_release(&document);
    }
    test_edge_free(&edge);
}

Test(parse, proves_installed_documents, .timeout = 120)
{
    static const char *const patterns[] = {
        "/usr/share/doc/debian-policy/*.html", "/usr/share/doc/debian-policy/policy.html/*.html",
        "/usr/share/doc/git/html/git-c*.html", "/usr/share/doc/debian-reference-en/*.html",
        "/usr/share/doc/git/RelNotes/2.3*.txt"};
    size_t files = 0;

    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        glob_t found;
        if (glob(patterns[i], 0, NULL, &found) != 0)
            continue;
        for (size_t k = 0; k < found.gl_pathc && k < 20; k++) {
            stile_buf bytes;
            bool ok;
            stile_buf_init(&bytes, 16 << 20);
            if (stile_file_read(found.gl_pathv[k], &bytes, NULL) == STILE_OK) {
                const char *why = test_prove_document(stile_format_of_path(found.gl_pathv[k]),
                                                      stile_buf_slice(&bytes), &ok);
                cr_expect_null(why, "%s: %s", found.gl_pathv[k], why);
                files++;
            }
            stile_buf_release(&bytes);
        }
        globfree(&found);
    }
    fprintf(stderr, "proved %zu installed documents%s\n", files, files ? "" : " (none there)");
}

/* `unit` over and over up to `size` bytes. */
static void prove_repeated(stile_format format, const char *unit, size_t size)
{
    stile_buf bytes;
    bool ok;
    const char *why;

    stile_buf_init(&bytes, 16 << 20);
    while (bytes.len + strlen(unit) <= size)
        stile_buf_add_str(&bytes, unit);
    why = test_prove_document(format, stile_buf_slice(&bytes), &ok);
    cr_expect_null(why, "%.20s: %s", unit, why);
    stile_buf_release(&bytes);
}

Test(parse, stays_linear_on_hostile_input, .timeout = 60)
{
    prove_repeated(STILE_FORMAT_HTML, "<div>", 100000);
    prove_repeated(STILE_FORMAT_HTML, "<table><td>x", 240000);
    prove_repeated(STILE_FORMAT_HTML, "<p a=b c=d e=f>x", 400000);
    prove_repeated(STILE_FORMAT_HTML, "&amp;", 400000);
    prove_repeated(STILE_FORMAT_MARKDOWN, "> ", 20000);
    prove_repeated(STILE_FORMAT_MARKDOWN, "[a](", 40000);
    prove_repeated(STILE_FORMAT_TEXT, "x", 16 << 20);
    prove_repeated(STILE_FORMAT_TEXT, "word ", 4 << 20);
}

Test(parse, survives_every_failing_allocation)
{
    for (int format = 0; format < 3; format++)
        for (long n = 0;; n++) {
            stile_arena arena;
            stile_parsed parsed;
            stile_error err = {0};
            stile_arena_init(&arena, 0);
            stile_memory_fail_after(n);
            stile_status st =
                stile_parse((stile_format)format, stile_str("# a\n<p>b &lt; c</p>\n\nd &lt;"),
                            &arena, &parsed, &err);
            stile_memory_fail_after(-1);
            stile_arena_release(&arena);
            cr_expect(st == STILE_OK || st == STILE_NO_MEMORY, "%s", err.text);
            if (!st) {
                cr_expect_gt(n, 2);
                break;
            }
        }
}
