/* SPDX-License-Identifier: Apache-2.0 */
/* Release: condemned sentences out, then the neutralization that no policy can switch off.
 *
 * Neutralizing is one pass from left to right. At each byte the first device that applies writes
 * what stands for it and says how much it took. What it writes is never changed by another pass:
 * released text is a fixed point. */
#include "base/memory.h"
#include "base/utf8.h"
#include "scan/invisible.h"
#include "scan/sentences.h"

static bool has_prefix(stile_slice text, size_t at, const char *prefix)
{
    size_t len = strlen(prefix);
    return text.len - at >= len && memcmp(text.ptr + at, prefix, len) == 0;
}

static bool has_prefix_caseless(stile_slice text, size_t at, const char *prefix)
{
    for (; *prefix; prefix++, at++) {
        char c;
        if (at == text.len)
            return false;
        c = text.ptr[at];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c + 32);
        if (c != *prefix)
            return false;
    }
    return true;
}

/* Chat-template tokens: their first character stays, a space behind it breaks the token. */
static size_t chat_token(stile_slice text, size_t at, stile_buf *out)
{
    static const char *const tokens[] = {
        "[inst]",           "[/inst]",           "<<sys>>",      "<</sys>>",
        "<start_of_turn>",  "<end_of_turn>",     "<|",           "[system_prompt]",
        "[/system_prompt]", "[available_tools]", "[tool_calls]", "[tool_results]",
        "<\xef\xbd\x9c",    "<function_calls>",  "<tool_call>",  "</tool_call>",
    };

    for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++)
        if (has_prefix_caseless(text, at, tokens[i])) {
            stile_buf_add_byte(out, (unsigned char)text.ptr[at]);
            stile_buf_add_byte(out, ' ');
            return 1;
        }
    return 0;
}

/* "[...]" from `at`, without line breaks of a paragraph; its end, or 0. */
static size_t bracket_end(stile_slice text, size_t at, char open, char close, size_t most)
{
    int depth = 0;

    for (size_t i = at; i < text.len && i - at < most; i++) {
        char c = text.ptr[i];
        if (c == '\n' && i + 1 < text.len && text.ptr[i + 1] == '\n')
            return 0;
        depth += c == open;
        if (c == close && --depth == 0)
            return i + 1;
    }
    return 0;
}

/* A Markdown image: its alternative text, without the address that showing it would fetch. */
static size_t image(stile_slice text, size_t at, stile_buf *out)
{
    size_t alt, end;

    if (!has_prefix(text, at, "![") || !(alt = bracket_end(text, at + 1, '[', ']', 2048)))
        return 0;
    if (alt < text.len && text.ptr[alt] == '(')
        end = bracket_end(text, alt, '(', ')', 8192);
    else if (alt < text.len && text.ptr[alt] == '[')
        end = bracket_end(text, alt, '[', ']', 2048);
    else
        return 0;
    if (!end)
        return 0;
    stile_buf_add_str(out, "[image");
    if (alt - at > 3) {
        stile_buf_add_str(out, ": ");
        for (size_t i = at + 2; i < alt - 1; i++) /* no bracket may make it a link again */
            stile_buf_add_byte(out, text.ptr[i] == '[' || text.ptr[i] == ']' ||
                                            text.ptr[i] == '(' || text.ptr[i] == '!'
                                        ? ' '
                                        : (unsigned char)text.ptr[i]);
    }
    stile_buf_add_byte(out, ']');
    return end - at;
}

/* <img ...>: gone, for the same reason. */
static size_t html_image(stile_slice text, size_t at, stile_buf *out)
{
    size_t end;

    if (!has_prefix_caseless(text, at, "<img") || at + 4 >= text.len ||
        !(text.ptr[at + 4] == ' ' || text.ptr[at + 4] == '\n' || text.ptr[at + 4] == '/' ||
          text.ptr[at + 4] == '\t' || text.ptr[at + 4] == '>'))
        return 0;
    for (end = at + 4; end < text.len && end - at < 8192 && text.ptr[end] != '>'; end++)
        ;
    if (end == text.len || text.ptr[end] != '>')
        return 0;
    stile_buf_add_str(out, "[image]");
    return end + 1 - at;
}

static bool ends_url(char c)
{
    return (unsigned char)c <= ' ' || c == ')' || c == '>' || c == '"' || c == '\'' || c == ']' ||
           c == '<';
}

/* "](http...?query": a link without its query and fragment, which could carry text away. Written
 * from the "](" on. */
static size_t link_query(stile_slice text, size_t at, stile_buf *out)
{
    size_t url = at + 2, mark, end;

    if (!has_prefix(text, at, "](") ||
        !(has_prefix_caseless(text, url, "http://") || has_prefix_caseless(text, url, "https://") ||
          has_prefix(text, url, "//")))
        return 0;
    for (mark = url; mark < text.len && !ends_url(text.ptr[mark]) && text.ptr[mark] != '?'; mark++)
        ;
    if (mark == text.len || text.ptr[mark] != '?')
        return 0;
    for (end = mark; end < text.len && !ends_url(text.ptr[end]); end++)
        ;
    stile_buf_add_slice(out, stile_slice_cut(text, at, mark));
    return end - at;
}

/* A bare URL whose query waits to be filled in ("?q={{conversation}}"): up to its query. */
static size_t template_url(stile_slice text, size_t at, stile_buf *out)
{
    size_t mark = 0, i;
    bool waits = false;

    if (!has_prefix_caseless(text, at, "http://") && !has_prefix_caseless(text, at, "https://"))
        return 0;
    for (i = at; i < text.len && !ends_url(text.ptr[i]) && i - at < 4096; i++) {
        if (text.ptr[i] == '?' && !mark)
            mark = i;
        waits |= mark && (has_prefix(text, i, "{{") || has_prefix(text, i, "${") ||
                          has_prefix_caseless(text, i, "%7b%7b"));
    }
    if (!waits)
        return 0;
    stile_buf_add_slice(out, stile_slice_cut(text, at, mark));
    return i - at;
}

/* Invisible characters and terminal escapes that have no honest use here: nothing. */
static size_t hidden(stile_slice text, size_t at, stile_buf *out)
{
    size_t next = at, escape = stile_escape_sequence(text, at);
    uint32_t cp;

    (void)out;
    if (escape)
        return escape;
    cp = stile_utf8_next(text, &next);
    if (!stile_is_invisible(cp) || stile_invisible_is_honest(text, at, next, cp))
        return 0;
    return next - at;
}

static bool may_begin(unsigned char c)
{
    return c < 0x20 || c >= 0x7f || c == '[' || c == '<' || c == '!' || c == ']' || c == 'h' ||
           c == 'H';
}

static void neutralize_once(stile_slice text, stile_buf *out)
{
    static size_t (*const devices[])(stile_slice, size_t, stile_buf *) = {
        hidden, chat_token, image, html_image, link_query, template_url};

    for (size_t at = 0; at < text.len;) {
        size_t plain = at, taken = 0;
        while (plain < text.len && !may_begin((unsigned char)text.ptr[plain]))
            plain++;
        stile_buf_add(out, text.ptr + at, plain - at);
        at = plain;
        if (at == text.len)
            break;
        for (size_t d = 0; !taken && d < sizeof devices / sizeof *devices; d++)
            taken = devices[d](text, at, out);
        if (!taken) {
            size_t next = at;
            (void)stile_utf8_next(text, &next);
            stile_buf_add(out, text.ptr + at, next - at);
            taken = next - at;
        }
        at += taken;
    }
}

/* Until nothing changes: what was removed may have stood between the halves of something else. Each
 * pass but the last makes the text shorter or breaks a token for good, so few are needed; a text that
 * will not settle is withheld. */
static stile_status neutralize(stile_slice text, stile_buf *out, stile_error *err)
{
    enum { PASSES = 16 };
    stile_buf a, b;
    stile_status st = STILE_OK;
    bool settled = false;

    stile_buf_init(&a, out->cap);
    stile_buf_init(&b, out->cap);
    neutralize_once(text, &a);
    for (int pass = 0; !settled && pass < PASSES && !(st = stile_buf_ok(&a, err)); pass++) {
        stile_buf swap;
        stile_buf_reset(&b);
        neutralize_once(stile_buf_slice(&a), &b);
        settled = stile_slice_eq(stile_buf_slice(&a), stile_buf_slice(&b));
        swap = a;
        a = b;
        b = swap;
    }
    if (!st && settled)
        stile_buf_add_slice(out, stile_buf_slice(&a));
    stile_buf_release(&a);
    stile_buf_release(&b);
    return st ? st : stile_buf_ok(out, err);
}

/* A short field is not cut up: what condemns it removes it. */
static bool field_is_condemned(const stile_verdict *verdict, stile_field field)
{
    for (size_t i = 0; i < verdict->finding_count; i++)
        if (verdict->findings[i].field == field &&
            verdict->findings[i].action >= STILE_ACTION_STRIP)
            return verdict->flagged;
    return false;
}

stile_status stile_release_text(const stile_verdict *verdict, stile_field field, stile_slice text,
                                stile_buf *out, bool *changed, stile_error *err)
{
    stile_buf stripped;
    size_t before = out->len;
    stile_status st = STILE_OK;

    *changed = true;
    if (verdict->disposition == STILE_DISPOSITION_WITHHELD ||
        (field != STILE_FIELD_TEXT && field_is_condemned(verdict, field)))
        return STILE_OK;
    stile_buf_init(&stripped, out->cap);
    if (field == STILE_FIELD_TEXT && verdict->flagged)
        st = stile_sentences_strip(text, verdict->findings, verdict->finding_count, &stripped, err);
    else
        stile_buf_add_slice(&stripped, text);
    if (!st && !(st = stile_buf_ok(&stripped, err)))
        st = neutralize(stile_buf_slice(&stripped), out, err);
    stile_buf_release(&stripped);
    if (!st)
        *changed =
            !stile_slice_eq(text, out->ptr ? stile_slice_of(out->ptr + before, out->len - before)
                                           : (stile_slice){0});
    return st;
}
