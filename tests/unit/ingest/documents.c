/* SPDX-License-Identifier: Apache-2.0 */
#include "documents.h"

#include <criterion/criterion.h>
#include <criterion/logging.h>

#include "stile/limits.h"

static const char *const common[] = {"word ",
                                     "Two words. ",
                                     "A sentence ends here! ",
                                     "caf\xc3\xa9 ",
                                     "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe3\x80\x82",
                                     "\n",
                                     "\n\n",
                                     "\r\n",
                                     "\t",
                                     "  ",
                                     "\x01",
                                     "\x1b[0m",
                                     "&",
                                     "&amp;",
                                     "&#65;",
                                     "&#x1F600;",
                                     "&nosuch;",
                                     "&amp",
                                     "\xef\xbf\xbe",
                                     "<",
                                     ">",
                                     "\xc2\xa0",
                                     "1,234.5 ",
                                     "a",
                                     "...",
                                     "\"quoted.\" ",
                                     "&copy;x",
                                     "&#0;",
                                     "&#32;",
                                     ";"};
static const char *const markdown[] = {"# Heading\n",
                                       "## Sub *em* part\n",
                                       "- item\n",
                                       "1. one\n",
                                       "> quote\n",
                                       "```\ncode  here\n```\n",
                                       "    indented\n",
                                       "| a | b |\n|---|---|\n| c | d |\n",
                                       "\\*",
                                       "\\",
                                       "[link](http://x \"t\")",
                                       "![alt](i.png)",
                                       "<b>",
                                       "<!-- no -->",
                                       "`code`",
                                       "***",
                                       "~~gone~~",
                                       "[a]: b\n",
                                       "\n---\n",
                                       "<div>\nraw\n</div>\n"};
static const char *const html[] = {"<p>",
                                   "</p>",
                                   "<div>",
                                   "</div>",
                                   "<h1>",
                                   "</h1>",
                                   "<h2>Sub</h2>",
                                   "<br>",
                                   "<b>",
                                   "</b>",
                                   "<pre>",
                                   "</pre>",
                                   "<table><tr><td>",
                                   "</td><td>",
                                   "</table>",
                                   "<ul><li>",
                                   "</li></ul>",
                                   "<script>var x = '<p>';</script>",
                                   "<style>p{}</style>",
                                   "<!-- no -->",
                                   "<title>Name</title>",
                                   "<div style='display: none'>",
                                   "<span hidden>no</span>",
                                   "<a href='x&amp;y'>",
                                   "</a>",
                                   "<img alt=x>",
                                   "<![CDATA[x]]>",
                                   "<?pi?>",
                                   "</",
                                   "<1",
                                   "<p",
                                   "<textarea>"};

void test_document(test_random *r, stile_format format, stile_buf *out)
{
    const char *const *own = format == STILE_FORMAT_HTML ? html : markdown;
    uint32_t own_count = format == STILE_FORMAT_HTML ? sizeof html / sizeof *html
                                                     : sizeof markdown / sizeof *markdown;
    uint32_t parts = 1 + test_random_below(r, test_random_below(r, 20) == 0 ? 2000 : 60);

    for (uint32_t i = 0; i < parts; i++) {
        uint32_t kind = test_random_below(r, 10);
        if (kind < 5)
            stile_buf_add_str(out, common[test_random_below(r, sizeof common / sizeof *common)]);
        else if (kind < 8)
            stile_buf_add_str(out, own[test_random_below(r, own_count)]);
        else
            for (uint32_t n = test_random_below(r, 40); n > 0; n--)
                stile_buf_add_str(out, n % 9 ? "plain " : "end. ");
    }
}

static uint32_t slow_line(stile_slice s, size_t at)
{
    uint32_t line = 1;
    for (size_t i = 0; i < at; i++)
        line += s.ptr[i] == '\n';
    return line;
}

static bool white(stile_slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!strchr(" \t\n\v\f\r", s.ptr[i]))
            return false;
    return true;
}

static const char *prove_chunk(const stile_parsed *parsed, stile_slice original,
                               const stile_chunk *c, bool lines, stile_buf *scratch)
{
    stile_slice text = stile_slice_cut(parsed->text, c->text_start, c->text_end);
    stile_slice cited = stile_slice_cut(original, c->orig_start, c->orig_end);
    stile_slice record;
    size_t encoded;

    stile_buf_reset(scratch);
    if (stile_chunk_pieces_encode(parsed, c, original, scratch, NULL))
        return "the record cannot be encoded";
    encoded = scratch->len;
    (void)stile_buf_extend(scratch, text.len); /* room, so that the record does not move */
    scratch->len = encoded;
    record = stile_slice_cut(stile_buf_slice(scratch), 0, encoded);
    if (stile_chunk_pieces_apply(record, cited, scratch, NULL))
        return "the record does not apply";
    if (!stile_slice_eq(stile_slice_cut(stile_buf_slice(scratch), encoded, scratch->len), text))
        return "the record gives another text";
    if (text.len > STILE_MAX_CHUNK)
        return "a chunk is too large";
    if (lines && (c->line_start != slow_line(original, c->orig_start) ||
                  c->line_end != slow_line(original, c->orig_end - 1)))
        return "wrong lines";
    return NULL;
}

static const char *prove_chunks(const stile_parsed *parsed, stile_slice original,
                                const stile_chunk *chunks, size_t count)
{
    uint32_t text = 0, orig = 0;
    const char *why = count ? NULL : "no chunks";
    stile_buf scratch;

    stile_buf_init(&scratch, 1 << 20);
    for (size_t i = 0; i < count && !why; i++) {
        const stile_chunk *c = &chunks[i];
        if (c->text_start < text || c->text_end <= c->text_start || c->orig_start < orig ||
            c->orig_end <= c->orig_start || c->orig_end > original.len)
            why = "chunks overlap or go back";
        else if (!white(stile_slice_cut(parsed->text, text, c->text_start)))
            why = "words lie between two chunks";
        else
            why = prove_chunk(parsed, original, c, original.len < 100000, &scratch);
        text = c->text_end;
        orig = c->orig_end;
    }
    stile_buf_release(&scratch);
    if (!why && !white(stile_slice_cut(parsed->text, text, parsed->text.len)))
        why = "words lie behind the last chunk";
    return why;
}

const char *test_prove_document(stile_format format, stile_slice original, bool *accepted)
{
    stile_arena arena;
    stile_parsed parsed;
    stile_chunk *chunks;
    size_t count;
    stile_error err = {0};
    const char *why = NULL;

    stile_arena_init(&arena, 0);
    *accepted = stile_parse(format, original, &arena, &parsed, &err) == STILE_OK;
    if (*accepted && stile_parsed_validate(&parsed, original, &why)) {
        if (stile_chunk_document(&parsed, original, NULL, &arena, &chunks, &count, &err))
            why = (cr_log_error("%s", err.text), "chunking fails");
        else
            why = prove_chunks(&parsed, original, chunks, count);
    }
    if (!*accepted && err.status != STILE_INVALID && err.status != STILE_TOO_LARGE &&
        err.status != STILE_NO_MEMORY)
        why = "refused for no good reason";
    stile_arena_release(&arena);
    return why;
}
