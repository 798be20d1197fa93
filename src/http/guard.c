/* SPDX-License-Identifier: Apache-2.0 */
#include "http/guard.h"

/* More digits could not be a size that is allowed, and 18 cannot overflow. */
#define MAX_LENGTH_DIGITS 18
#define MAX_BEARER 256

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool stile_guard_same_name(stile_slice a, const char *b)
{
    size_t i = 0;

    for (; i < a.len && b[i]; i++)
        if (lower(a.ptr[i]) != lower(b[i]))
            return false;
    return i == a.len && !b[i];
}

static bool is_alphanumeric(char c)
{
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z');
}

/* RFC 9110's token: "Content-Length " is none, and neither is a name with a NUL in it. */
static bool is_token(stile_slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!s.ptr[i] || (!is_alphanumeric(s.ptr[i]) && !strchr("!#$%&'*+-.^_`|~", s.ptr[i])))
            return false;
    return s.len > 0;
}

static bool has_control(stile_slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return true;
    }
    return false;
}

static void fault(stile_guard *guard, const char *why)
{
    if (!guard->fault.status)
        (void)stile_fail(&guard->fault, STILE_INVALID, "%s", why);
}

/* Digits alone: "+5", "5,5" and "0x5" mean different things to different readers. */
static void read_length(stile_guard *guard, stile_slice value)
{
    uint64_t length = 0;

    if (value.len == 0 || value.len > MAX_LENGTH_DIGITS) {
        fault(guard, "Content-Length is not a number of bytes");
        return;
    }
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] < '0' || value.ptr[i] > '9') {
            fault(guard, "Content-Length is not a number of bytes");
            return;
        }
        length = length * 10 + (uint64_t)(value.ptr[i] - '0');
    }
    guard->length = length;
}

void stile_guard_header(stile_guard *guard, stile_slice name, stile_slice value)
{
    if (!is_token(name)) {
        fault(guard, "a header's name holds a character that names may not have");
    } else if (has_control(value)) {
        fault(guard, "a header's value holds a control character");
    } else if (stile_guard_same_name(name, "host")) {
        guard->hosts++;
    } else if (stile_guard_same_name(name, "content-length")) {
        guard->lengths++;
        read_length(guard, value);
    } else if (stile_guard_same_name(name, "transfer-encoding")) {
        guard->codings++;
        guard->chunked = stile_guard_same_name(value, "chunked");
    } else if (stile_guard_same_name(name, "authorization")) {
        guard->authorizations++;
        guard->authorization = value;
    } else if (stile_guard_same_name(name, "content-type")) {
        guard->types++;
        guard->content_type = value;
    } else if (stile_guard_same_name(name, "if-match")) {
        guard->matches++;
        guard->if_match = value;
    }
}

/* What is wrong with the head as a whole, or NULL. */
static const char *contradiction(const stile_guard *guard, bool newest)
{
    if (guard->hosts > 1 || guard->lengths > 1 || guard->codings > 1 || guard->authorizations > 1 ||
        guard->types > 1 || guard->matches > 1)
        return "a header that may come once came twice";
    if (guard->lengths && guard->codings)
        return "Content-Length and Transfer-Encoding exclude each other";
    if (guard->codings && !newest)
        return "Transfer-Encoding needs HTTP/1.1";
    if (guard->codings && !guard->chunked)
        return "the only transfer coding taken is chunked";
    if (newest && !guard->hosts)
        return "the Host header is missing";
    return NULL;
}

stile_status stile_guard_verdict(const stile_guard *guard, stile_slice version, stile_error *err)
{
    bool newest = stile_slice_eq(version, stile_str("HTTP/1.1"));
    const char *why;

    if (!newest && !stile_slice_eq(version, stile_str("HTTP/1.0")))
        return stile_fail(err, STILE_INVALID, "the HTTP version is neither 1.1 nor 1.0");
    if (guard->fault.status)
        return stile_fail(err, guard->fault.status, "%s", guard->fault.text);
    if ((why = contradiction(guard, newest)))
        return stile_fail(err, STILE_INVALID, "%s", why);
    return STILE_OK;
}

bool stile_guard_has_body(const stile_guard *guard)
{
    return guard->chunked || guard->length > 0;
}

bool stile_guard_bearer(stile_slice authorization, stile_slice *out)
{
    static const char scheme[] = "bearer ";
    const size_t len = sizeof scheme - 1;
    stile_slice token;

    if (authorization.len <= len ||
        !stile_guard_same_name(stile_slice_cut(authorization, 0, len), scheme))
        return false;
    token = stile_slice_cut(authorization, len, authorization.len);
    if (token.len > MAX_BEARER)
        return false;
    for (size_t i = 0; i < token.len; i++)
        if (!is_alphanumeric(token.ptr[i]) && (!token.ptr[i] || !strchr("-._~+/=", token.ptr[i])))
            return false;
    *out = token;
    return true;
}

bool stile_guard_is_type(stile_slice content_type, const char *type)
{
    size_t len = 0;

    while (len < content_type.len && content_type.ptr[len] != ';')
        len++;
    while (len && (content_type.ptr[len - 1] == ' ' || content_type.ptr[len - 1] == '\t'))
        len--;
    return stile_guard_same_name(stile_slice_of(content_type.ptr, len), type);
}
