/* SPDX-License-Identifier: Apache-2.0 */
/* Markdown through md4c. Its text callbacks point into the source, which gives the offsets;
 * what it makes up itself (line ends and indents of code) is white space and becomes a JOIN. Raw
 * HTML is not text: the scanner reads it from the original's bytes. */
#include <libxml/HTMLparser.h>
#include <md4c.h>

#include "ingest/parse_build.h"
#include "stile/limits.h"

#define MAX_REFERENCE 12 /* digits of the longest numeric reference that md4c lets through */

typedef struct reader {
    stile_parse_build *b;
    unsigned depth, heading; /* heading: level of the one we are in, else 0 */
    bool code, item;         /* item: the next paragraph is a list item's */
    bool too_deep;
    stile_slice source; /* what md4c reads: the original, or a copy with an end of line more */
} reader;

static void plain_block(reader *r)
{
    stile_parse_build_block(r->b, r->item ? STILE_BLOCK_LIST_ITEM : STILE_BLOCK_PARAGRAPH, 0);
}

static int enter_block(MD_BLOCKTYPE type, void *detail, void *ctx)
{
    reader *r = ctx;

    if (++r->depth > STILE_MAX_HTML_DEPTH) {
        r->too_deep = true;
        return -1;
    }
    switch (type) {
    case MD_BLOCK_H:
        stile_parse_build_block(r->b, STILE_BLOCK_HEADING, ((MD_BLOCK_H_DETAIL *)detail)->level);
        break;
    case MD_BLOCK_CODE:
        r->code = true;
        stile_parse_build_block(r->b, STILE_BLOCK_CODE, 0);
        break;
    case MD_BLOCK_TR:
        stile_parse_build_block(r->b, STILE_BLOCK_TABLE_ROW, 0);
        break;
    case MD_BLOCK_TH:
    case MD_BLOCK_TD:
        stile_parse_build_join(r->b, "\t");
        break;
    case MD_BLOCK_LI:
        r->item = true;
        plain_block(r);
        break;
    default:
        plain_block(r);
    }
    return 0;
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *ctx)
{
    reader *r = ctx;

    (void)detail;
    r->depth--;
    if (type == MD_BLOCK_CODE)
        r->code = false;
    if (type == MD_BLOCK_LI || type == MD_BLOCK_UL || type == MD_BLOCK_OL)
        r->item = false;
    if (type != MD_BLOCK_TH && type != MD_BLOCK_TD)
        plain_block(r);
    return 0;
}

static int ignore_span(MD_SPANTYPE type, void *detail, void *ctx)
{
    (void)type;
    (void)detail;
    (void)ctx;
    return 0;
}

/* The character that "&#...;" stands for, as HTML 5 has it: U+FFFD for what cannot be. */
static uint32_t numeric_reference(stile_slice s)
{
    bool hex = s.len > 3 && (s.ptr[2] == 'x' || s.ptr[2] == 'X');
    uint32_t cp = 0;

    for (size_t i = hex ? 3 : 2; i + 1 < s.len && i < MAX_REFERENCE; i++) {
        uint32_t c = (unsigned char)s.ptr[i];
        uint32_t digit = c <= '9' ? c - '0' : (c | 0x20u) - 'a' + 10;
        cp = cp * (hex ? 16u : 10u) + digit;
        if (cp > 0x10ffff)
            return 0xfffd;
    }
    return cp == 0 || (cp >= 0xd800 && cp < 0xe000) ? 0xfffd : cp;
}

static void add_reference(reader *r, size_t start, stile_slice s)
{
    const htmlEntityDesc *entity;
    unsigned char name[40];
    char bytes[8];
    stile_buf text;
    uint32_t cp = 0;

    if (s.len > 2 && s.ptr[1] == '#') {
        cp = numeric_reference(s);
    } else if (s.len > 2 && s.len - 2 < sizeof name) {
        memcpy(name, s.ptr + 1, s.len - 2);
        name[s.len - 2] = 0;
        if ((entity = htmlEntityLookup(name)))
            cp = entity->value;
    }
    if (!cp) { /* a name that we do not know stays as it was written */
        stile_parse_build_copy(r->b, start, start + s.len);
        return;
    }
    stile_buf_init(&text, sizeof bytes);
    stile_buf_add_utf8(&text, cp);
    if (text.failed)
        r->b->text.failed = text.failed;
    else
        stile_parse_build_decoded(r->b, start, start + s.len, stile_buf_slice(&text));
    stile_buf_release(&text);
}

/* A line end: the original's own where it stands right here, so that lines run on as one COPY. */
static void add_line_end(reader *r)
{
    stile_parse_build *b = r->b;

    if (b->open && b->at < b->original.len && b->original.ptr[b->at] == '\n')
        stile_parse_build_copy(b, b->at, b->at + 1);
    else
        stile_parse_build_join(b, "\n");
}

static void add_made_up(reader *r, const MD_CHAR *text, MD_SIZE size)
{
    for (MD_SIZE i = 0; i < size; i++) {
        if (text[i] == '\n')
            add_line_end(r);
        else
            stile_parse_build_join(r->b, " ");
    }
}

static int add_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE size, void *ctx)
{
    reader *r = ctx;
    uintptr_t base = (uintptr_t)r->source.ptr, place = (uintptr_t)text;
    size_t len = r->b->original.len;

    if (type == MD_TEXT_HTML)
        return 0;
    if (type == MD_TEXT_BR || type == MD_TEXT_SOFTBR)
        add_line_end(r);
    else if (place < base || place - base > len || size > len - (place - base))
        add_made_up(r, text, size);
    else if (type == MD_TEXT_ENTITY)
        add_reference(r, place - base, stile_slice_of(text, size));
    else
        stile_parse_build_copy(r->b, place - base, place - base + size);
    return r->b->text.failed || r->b->pieces.failed || r->b->blocks.failed ? -1 : 0;
}

/* md4c 0.4.8 reads the byte behind a text that ends in a line's first digits, to see whether it is "1." or
 * "1)", and what it finds there decides what it makes of them. An end of line changes no Markdown. */
static stile_slice end_the_line(stile_slice original, stile_buf *ended)
{
    stile_buf_add(ended, original.ptr, original.len);
    stile_buf_add(ended, "\n", 1);
    return stile_buf_slice(ended);
}

stile_status stile_parse_markdown(stile_parse_build *b, size_t from, stile_error *err)
{
    const MD_PARSER parser = {
        .flags = MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH,
        .enter_block = enter_block,
        .leave_block = leave_block,
        .enter_span = ignore_span,
        .leave_span = ignore_span,
        .text = add_text,
    };
    reader r = {.b = b, .source = b->original};
    stile_buf ended;
    stile_status st;
    int failed;

    stile_buf_init(&ended, STILE_MAX_DOCUMENT + 1);
    if (b->original.len && b->original.ptr[b->original.len - 1] != '\n')
        r.source = end_the_line(b->original, &ended);
    failed = ended.failed
                 ? -1
                 : md_parse(r.source.ptr + from, (MD_SIZE)(r.source.len - from), &parser, &r);
    stile_buf_release(&ended);
    if (!failed)
        return STILE_OK;
    if (r.too_deep)
        return stile_fail(err, STILE_TOO_LARGE, "Markdown nested deeper than %d",
                          STILE_MAX_HTML_DEPTH);
    st = stile_parse_build_ok(b, err);
    return st ? st : stile_fail(err, STILE_NO_MEMORY, "Markdown: out of memory");
}
