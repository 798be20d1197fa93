/* SPDX-License-Identifier: Apache-2.0 */
/* HTML through libxml2's SAX interface, which stays linear on hostile nesting.
 *
 * libxml2 hands out copies of the text. The place of a run is found from the parser's position
 * when it is handed out, and checked against the original's bytes: a run that is there verbatim
 * becomes COPY pieces, one from a character reference, or from which the parser dropped control
 * characters, a DECODED piece over the bytes that it stands for. The input is UTF-8 and never
 * converted, so positions are offsets into the original. */
#include <libxml/HTMLparser.h>
#include <libxml/parserInternals.h>
#include <pthread.h>
#include <strings.h>

#include "base/utf8.h"
#include "ingest/parse_build.h"
#include "stile/limits.h"

#define MAX_REFERENCE 64 /* bytes of one character reference */

typedef struct reader {
    stile_parse_build *b;
    stile_buf *title;
    htmlParserCtxtPtr ctxt;
    size_t from;                        /* the original's offset of libxml2's byte 0 */
    size_t last;                        /* end of the run before */
    unsigned depth;                     /* open elements */
    unsigned hidden, pre, titled, item; /* depth at which each began; 0: not in one */
    bool has_title, too_deep;
} reader;

static const char *const hidden_elements[] = {"script", "style",   "template", "noscript",
                                              "iframe", "noembed", "noframes", NULL};
static const char *const block_elements[] = {
    "p",          "div",    "section", "article", "aside",    "nav",        "header",  "footer",
    "main",       "ul",     "ol",      "dl",      "dt",       "dd",         "table",   "thead",
    "tbody",      "tfoot",  "caption", "form",    "figure",   "figcaption", "address", "hr",
    "blockquote", "body",   "html",    "head",    "fieldset", "legend",     "details", "summary",
    "center",     "option", "select",  "title",   NULL};

static bool one_of(const char *const *names, const char *name)
{
    for (; *names; names++)
        if (strcasecmp(*names, name) == 0)
            return true;
    return false;
}

/* Whether `style`, at a property's place, says "name: value", white space aside. */
static bool property_is(const char *style, const char *name, const char *value)
{
    if (strncasecmp(style, name, strlen(name)) != 0)
        return false;
    style += strlen(name);
    while (stile_is_white(*style))
        style++;
    if (*style++ != ':')
        return false;
    while (stile_is_white(*style))
        style++;
    return strncasecmp(style, value, strlen(value)) == 0;
}

static bool style_hides(const char *style)
{
    for (; *style; style++)
        if (property_is(style, "display", "none") || property_is(style, "visibility", "hidden"))
            return true;
    return false;
}

static bool hides(const char *name, const xmlChar **attributes)
{
    if (one_of(hidden_elements, name))
        return true;
    for (; attributes && attributes[0]; attributes += 2) {
        const char *key = (const char *)attributes[0], *value = (const char *)attributes[1];
        if (strcasecmp(key, "hidden") == 0)
            return true;
        if (value && strcasecmp(key, "style") == 0 && style_hides(value))
            return true;
    }
    return false;
}

static void plain_block(reader *r)
{
    stile_parse_build_block(r->b,
                            r->pre    ? STILE_BLOCK_CODE
                            : r->item ? STILE_BLOCK_LIST_ITEM
                                      : STILE_BLOCK_PARAGRAPH,
                            0);
}

/* What an element's start or end does to the blocks. */
static void mark_block(reader *r, const char *name, bool start)
{
    if ((name[0] | 0x20) == 'h' && name[1] >= '1' && name[1] <= '6' && !name[2]) {
        if (start)
            stile_parse_build_block(r->b, STILE_BLOCK_HEADING, (unsigned)(name[1] - '0'));
        else
            plain_block(r);
    } else if (strcasecmp(name, "br") == 0) {
        if (start)
            stile_parse_build_join(r->b, "\n");
    } else if (strcasecmp(name, "tr") == 0 && start) {
        stile_parse_build_block(r->b, STILE_BLOCK_TABLE_ROW, 0);
    } else if (strcasecmp(name, "td") == 0 || strcasecmp(name, "th") == 0) {
        if (start)
            stile_parse_build_join(r->b, "\t");
    } else if (strcasecmp(name, "tr") == 0 || strcasecmp(name, "li") == 0 ||
               strcasecmp(name, "pre") == 0 || one_of(block_elements, name)) {
        plain_block(r);
    }
}

static void start_element(void *ctx, const xmlChar *xml_name, const xmlChar **attributes)
{
    reader *r = ctx;
    const char *name = (const char *)xml_name;

    if (++r->depth > STILE_MAX_HTML_DEPTH) {
        r->too_deep = true;
        xmlStopParser(r->ctxt);
        return;
    }
    if (!r->hidden && hides(name, attributes))
        r->hidden = r->depth;
    if (r->hidden)
        return;
    if (!r->titled && strcasecmp(name, "title") == 0)
        r->titled = r->depth;
    if (!r->pre && strcasecmp(name, "pre") == 0)
        r->pre = r->depth;
    if (!r->item && strcasecmp(name, "li") == 0)
        r->item = r->depth;
    mark_block(r, name, true);
}

static void end_element(void *ctx, const xmlChar *xml_name)
{
    reader *r = ctx;
    bool shown = !r->hidden;

    if (r->hidden == r->depth)
        r->hidden = 0;
    if (r->titled == r->depth) {
        r->has_title = r->has_title || r->title->len > 0;
        r->titled = 0;
    }
    if (r->pre == r->depth)
        r->pre = 0;
    if (r->item == r->depth)
        r->item = 0;
    if (r->depth)
        r->depth--;
    if (shown)
        mark_block(r, (const char *)xml_name, false);
}

/* Titles are short and need no offsets. Past the cap the rest is dropped. */
static void add_title(reader *r, stile_slice text)
{
    size_t at = 0;

    while (!r->has_title && at < text.len) {
        size_t start = at;
        (void)stile_utf8_next(text, &at);
        if (r->title->len + (at - start) + 1 > STILE_MAX_TITLE)
            return;
        if (!stile_is_white(text.ptr[start]))
            stile_buf_add(r->title, text.ptr + start, at - start);
        else if (r->title->len && r->title->ptr[r->title->len - 1] != ' ')
            stile_buf_add_byte(r->title, ' ');
    }
}

/* Where the run that ends at `end` begins when the parser dropped characters that XML forbids
 * out of it; `end` when it cannot be laid over the original. */
static size_t align_back(const reader *r, stile_slice run, size_t end)
{
    const char *p = r->b->original.ptr;
    size_t at = end, left = run.len;

    while (left) {
        if (at == r->last)
            return end;
        if (p[at - 1] == run.ptr[left - 1]) {
            at--;
            left--;
        } else if ((unsigned char)p[at - 1] < 0x20) {
            at--;
        } else if (at - r->last >= 3 && p[at - 3] == '\xef' && p[at - 2] == '\xbf') {
            at -= 3; /* U+FFFE, U+FFFF */
        } else {
            return end;
        }
    }
    return at;
}

/* Where the reference that ends at `end` begins. */
static size_t reference_start(const reader *r, size_t end)
{
    size_t least = end - r->last > MAX_REFERENCE ? end - MAX_REFERENCE : r->last;

    for (size_t at = end; at > least; at--)
        if (r->b->original.ptr[at - 1] == '&')
            return at - 1;
    return end;
}

static void add_decoded(reader *r, stile_slice run, size_t end)
{
    stile_slice original = r->b->original;
    size_t start = reference_start(r, end), after = end;

    if (run.len == 1 && run.ptr[0] == '&' && start < end) {
        stile_slice rest = stile_slice_cut(original, start, end);
        if (!stile_slice_starts(rest, stile_str("&amp")) &&
            !stile_slice_starts(rest, stile_str("&#")) &&
            !stile_slice_starts(rest, stile_str("&AMP"))) {
            /* No reference at all: the name comes as the next run. */
            stile_parse_build_copy(r->b, start, start + 1);
            r->last = start + 1;
            return;
        }
    } else if (run.len > 4 || start == end) {
        start = align_back(r, run, end);
    }
    if (run.len == 1 && stile_is_white(run.ptr[0]) && !r->pre)
        r->b->space = r->b->open;
    else
        stile_parse_build_decoded(r->b, start, after, run);
    r->last = after;
}

static void add_run(void *ctx, const xmlChar *text, int len)
{
    reader *r = ctx;
    stile_slice run = stile_slice_of(text, len > 0 ? (size_t)len : 0), original = r->b->original;
    const xmlParserInput *input = r->ctxt->input;
    size_t end = r->from + (size_t)input->consumed + (size_t)(input->cur - input->base), start;

    if (r->hidden || run.len == 0)
        return;
    if (r->titled) {
        add_title(r, run);
        return;
    }
    if (end > original.len)
        end = original.len;
    if (end <= r->last)
        return;
    start = end - run.len;
    if (run.len > end || start < r->last || memcmp(original.ptr + start, run.ptr, run.len) != 0) {
        add_decoded(r, run, end);
        return;
    }
    if (r->pre)
        stile_parse_build_copy(r->b, start, end);
    else
        stile_parse_build_flow(r->b, start, end);
    r->last = end;
    if (r->b->text.failed || r->b->pieces.failed || r->b->blocks.failed)
        xmlStopParser(r->ctxt);
}

/* Left to itself libxml2 sets up its dictionary's lock when the first parser is made: two threads
 * that are first together each make a lock, and one of the two is never let go. */
static void start_libxml2(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    (void)pthread_once(&once, xmlInitParser);
}

stile_status stile_parse_html(stile_parse_build *b, size_t from, stile_buf *title, stile_error *err)
{
    reader r = {.b = b, .title = title, .from = from, .last = from};
    htmlSAXHandler sax = {.startElement = start_element,
                          .endElement = end_element,
                          .characters = add_run,
                          .ignorableWhitespace = add_run};

    if (b->original.len == from)
        return STILE_OK;
    start_libxml2();
    if (!(r.ctxt =
              htmlCreateMemoryParserCtxt(b->original.ptr + from, (int)(b->original.len - from))))
        return stile_fail(err, STILE_NO_MEMORY, "HTML: out of memory");
    (void)htmlCtxtUseOptions(
        r.ctxt, HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET |
                    HTML_PARSE_NOIMPLIED | HTML_PARSE_IGNORE_ENC | HTML_PARSE_NODEFDTD);
    r.ctxt->options |= XML_PARSE_HUGE; /* our own limits hold; libxml2's would cut long texts */
    r.ctxt->charset = XML_CHAR_ENCODING_UTF8;
    *r.ctxt->sax = sax;
    r.ctxt->userData = &r;
    plain_block(&r);
    (void)htmlParseDocument(r.ctxt); /* recovers from everything but a lack of memory */
    bool starved = r.ctxt->errNo == XML_ERR_NO_MEMORY;
    htmlFreeParserCtxt(r.ctxt);
    if (starved)
        return stile_fail(err, STILE_NO_MEMORY, "HTML: out of memory");
    if (r.too_deep)
        return stile_fail(err, STILE_TOO_LARGE, "HTML nested deeper than %d", STILE_MAX_HTML_DEPTH);
    return stile_buf_ok(title, err);
}
