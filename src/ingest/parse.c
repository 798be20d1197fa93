/* SPDX-License-Identifier: Apache-2.0 */
/* The door to the parsers: what every format has in common, and the proof of the pieces. */
#include "ingest/parse.h"

#include <strings.h>

#include "base/utf8.h"
#include "ingest/parse_build.h"
#include "stile/limits.h"

typedef stile_status (*parse_fn)(stile_parse_build *b, size_t from, stile_buf *title,
                                 stile_error *err);

static stile_status parse_text(stile_parse_build *b, size_t from, stile_buf *title,
                               stile_error *err)
{
    (void)title;
    return stile_parse_text(b, from, err);
}

static stile_status parse_markdown(stile_parse_build *b, size_t from, stile_buf *title,
                                   stile_error *err)
{
    (void)title;
    return stile_parse_markdown(b, from, err);
}

static const parse_fn parsers[] = {
    [STILE_FORMAT_TEXT] = parse_text,
    [STILE_FORMAT_MARKDOWN] = parse_markdown,
    [STILE_FORMAT_HTML] = stile_parse_html,
    [STILE_FORMAT_UNKNOWN] = parse_text,
};

static const struct {
    const char *ending;
    stile_format format;
} endings[] = {
    {".md", STILE_FORMAT_MARKDOWN},    {".markdown", STILE_FORMAT_MARKDOWN},
    {".mdown", STILE_FORMAT_MARKDOWN}, {".html", STILE_FORMAT_HTML},
    {".htm", STILE_FORMAT_HTML},       {".xhtml", STILE_FORMAT_HTML},
};

stile_format stile_format_of_path(const char *path)
{
    size_t len = strlen(path);

    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t n = strlen(endings[i].ending);
        if (len > n && strcasecmp(path + len - n, endings[i].ending) == 0)
            return endings[i].format;
    }
    return STILE_FORMAT_TEXT;
}

static stile_status check_bytes(stile_slice original, stile_error *err)
{
    size_t valid;
    const char *nul;

    if (original.len > STILE_MAX_DOCUMENT)
        return stile_fail(err, STILE_TOO_LARGE, "%zu bytes, and a document has at most %u",
                          original.len, STILE_MAX_DOCUMENT);
    if (original.len == 0)
        return stile_fail(err, STILE_INVALID, "nothing readable in the document");
    if ((valid = stile_utf8_valid(original)) != original.len)
        return stile_fail(err, STILE_INVALID,
                          "not UTF-8 at byte %zu: convert it to UTF-8, for example with iconv",
                          valid);
    if ((nul = memchr(original.ptr, 0, original.len)))
        return stile_fail(err, STILE_INVALID,
                          "a NUL at byte %zu: this is not text, or not UTF-8; convert it to "
                          "UTF-8, for example with iconv",
                          (size_t)(nul - original.ptr));
    return STILE_OK;
}

static stile_slice first_heading(const stile_parsed *parsed)
{
    for (size_t i = 0; i < parsed->block_count; i++)
        if (parsed->blocks[i].kind == STILE_BLOCK_HEADING)
            return stile_slice_cut(parsed->text, parsed->blocks[i].start, parsed->blocks[i].end);
    return (stile_slice){0};
}

stile_status stile_parse(stile_format format, stile_slice original, stile_arena *arena,
                         stile_parsed *out, stile_error *err)
{
    const stile_slice bom = stile_str("\xef\xbb\xbf");
    size_t from = stile_slice_starts(original, bom) ? bom.len : 0;
    parse_fn parse =
        parsers[(unsigned)format <= STILE_FORMAT_UNKNOWN ? format : STILE_FORMAT_UNKNOWN];
    stile_parse_build build;
    stile_parsed parsed;
    stile_buf title;
    stile_status st = check_bytes(original, err);

    if (st)
        return st;
    stile_parse_build_init(&build, original);
    stile_buf_init(&title, STILE_MAX_TITLE);
    build.at = from;
    if ((st = parse(&build, from, &title, err)) ||
        (st = stile_parse_build_finish(&build, arena, &parsed, err)))
        goto out;
    parsed.title = first_heading(&parsed);
    if (title.len && (st = stile_arena_copy(arena, stile_buf_slice(&title), &parsed.title, err)))
        goto out;
    *out = parsed;
out:
    stile_buf_release(&title);
    stile_parse_build_release(&build);
    return st;
}

/* One piece against the original; `*orig` is where the one before it ended. */
static const char *check_piece(const stile_parsed *parsed, stile_slice original,
                               const stile_piece *p, size_t *orig)
{
    stile_slice text = stile_slice_cut(parsed->text, p->text_start, p->text_start + p->text_len);

    if (p->orig_start < *orig || p->orig_start > original.len ||
        p->orig_len > original.len - p->orig_start)
        return "a piece lies outside the original or goes back in it";
    *orig = p->orig_start + p->orig_len;
    if (p->kind == STILE_PIECE_COPY)
        return stile_slice_eq(text, stile_slice_cut(original, p->orig_start, *orig))
                   ? NULL
                   : "a COPY piece differs from the original";
    if (p->kind == STILE_PIECE_DECODED)
        return p->orig_len ? NULL : "a DECODED piece has no original bytes";
    if (p->kind != STILE_PIECE_JOIN || p->orig_len)
        return "a piece of no known kind, or a JOIN with original bytes";
    for (size_t i = 0; i < text.len; i++)
        if (!stile_is_white(text.ptr[i]))
            return "a JOIN piece is not white space";
    return NULL;
}

static const char *check_blocks(const stile_parsed *parsed)
{
    size_t at = 0;

    for (size_t i = 0; i <= parsed->block_count; i++) {
        bool last = i == parsed->block_count;
        size_t start = last ? parsed->text.len : parsed->blocks[i].start;
        if (start < at || start > parsed->text.len)
            return "blocks overlap or go back";
        for (; at < start; at++)
            if (!stile_is_white(parsed->text.ptr[at]))
                return "text lies outside the blocks";
        if (!last && ((at = parsed->blocks[i].end) <= start || at > parsed->text.len))
            return "a block is empty or ends past the text";
    }
    return NULL;
}

bool stile_parsed_validate(const stile_parsed *parsed, stile_slice original, const char **why)
{
    size_t text = 0, orig = 0;

    *why = NULL;
    for (size_t i = 0; i < parsed->piece_count && !*why; i++) {
        const stile_piece *p = &parsed->pieces[i];
        if (p->text_start != text || p->text_len == 0 || p->text_len > parsed->text.len - text)
            *why = "pieces leave a gap in the text, or pass its end";
        else
            *why = check_piece(parsed, original, p, &orig);
        text += p->text_len;
    }
    if (!*why && text != parsed->text.len)
        *why = "pieces end before the text";
    if (!*why && (stile_utf8_valid(parsed->text) != parsed->text.len ||
                  (text && memchr(parsed->text.ptr, 0, text))))
        *why = "the text is not UTF-8, or holds a NUL";
    if (!*why)
        *why = check_blocks(parsed);
    return !*why;
}
