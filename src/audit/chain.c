/* SPDX-License-Identifier: Apache-2.0 */
/* Lines are written in one way only and read strictly: a line that the writer would not have
 * written, to the byte, is wrong. So no second spelling of a checkpoint can pass, and hashes and
 * signatures are over the bytes themselves. */
#include "audit/chain.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "base/json.h"

#define HEX_LEN (STILE_SHA256_HEX - 1)
#define TIME_LEN 24 /* 2026-01-31T12:00:00.000Z */
#define SIGNATURE_HEX (2 * STILE_SIGNATURE_LEN)
/* Keeps a signature of this log from meaning anything elsewhere. */
#define SIGNED_PREFIX "stile audit checkpoint 1\n"
#define BODY_START "{\"signature\":\""
#define BODY_END "\"}"

stile_status stile_chain_start(stile_chain *chain, stile_error *err)
{
    unsigned char id[STILE_SHA256_LEN];
    stile_status st = stile_random(id, sizeof id, err);

    if (st)
        return st;
    *chain = (stile_chain){0};
    stile_hex(id, sizeof id, chain->log);
    memset(chain->prev, '0', HEX_LEN);
    return STILE_OK;
}

static stile_status hash_line(stile_slice line, char out[STILE_SHA256_HEX], stile_error *err)
{
    stile_sha256 digest;
    stile_status st = stile_sha256_of(line, &digest, err);

    if (!st)
        stile_hex(digest.bytes, sizeof digest.bytes, out);
    return st;
}

static size_t format_header(const stile_chain *chain, char out[STILE_AUDIT_OVERHEAD])
{
    return (size_t)snprintf(out, STILE_AUDIT_OVERHEAD,
                            "{\"stile_audit\":1,\"log\":\"%s\",\"file\":%" PRIu64
                            ",\"prev\":\"%s\"}",
                            chain->log, chain->file + 1, chain->prev);
}

static void format_time(char out[TIME_LEN + 1])
{
    struct timespec now;
    struct tm utc;
    char seconds[32];

    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)gmtime_r(&now.tv_sec, &utc);
    (void)strftime(seconds, sizeof seconds, "%Y-%m-%dT%H:%M:%S", &utc);
    (void)snprintf(out, TIME_LEN + 1, "%.19s.%03uZ", seconds,
                   (unsigned)(now.tv_nsec / 1000000) % 1000);
}

/* One append for the whole line, so that a failed one leaves `out` untouched. */
static stile_status put_line(const stile_slice *parts, size_t count, stile_buf *out,
                             char hash[STILE_SHA256_HEX], stile_error *err)
{
    size_t len = 0;
    char *at, *start;
    stile_status st;

    for (size_t i = 0; i < count; i++)
        len += parts[i].len;
    start = at = stile_buf_extend(out, len + 1);
    if (!at) {
        st = stile_buf_ok(out, err);
        out->failed = STILE_OK; /* reported here; the lines before it are whole */
        return st;
    }
    for (size_t i = 0; i < count; i++) {
        memcpy(at, parts[i].ptr, parts[i].len);
        at += parts[i].len;
    }
    *at = '\n';
    st = hash_line(stile_slice_of(start, len), hash, err);
    if (st)
        out->len -= len + 1;
    return st;
}

stile_status stile_chain_add_header(stile_chain *chain, stile_buf *out, stile_error *err)
{
    char text[STILE_AUDIT_OVERHEAD], hash[STILE_SHA256_HEX];
    stile_slice line = {text, format_header(chain, text)};
    stile_status st = put_line(&line, 1, out, hash, err);

    if (st)
        return st;
    chain->file++;
    memcpy(chain->prev, hash, sizeof hash);
    return STILE_OK;
}

/* What comes before the body. */
static size_t format_front(const stile_chain *chain, const char *event,
                           char out[STILE_AUDIT_OVERHEAD])
{
    char now[TIME_LEN + 1];

    format_time(now);
    return (size_t)snprintf(out, STILE_AUDIT_OVERHEAD,
                            "{\"seq\":%" PRIu64
                            ",\"time\":\"%s\",\"prev\":\"%s\",\"event\":\"%.*s\",\"body\":",
                            chain->seq + 1, now, chain->prev, STILE_AUDIT_EVENT_MAX, event);
}

static stile_status add_line(stile_chain *chain, stile_slice front, stile_slice body, bool grouped,
                             stile_buf *out, stile_error *err)
{
    char hash[STILE_SHA256_HEX];
    const stile_slice parts[] = {front, body, stile_str(grouped ? "} " : "}")};
    stile_status st = put_line(parts, 3, out, hash, err);

    if (st)
        return st;
    chain->seq++;
    chain->unsigned_records++;
    memcpy(chain->prev, hash, sizeof hash);
    return STILE_OK;
}

stile_status stile_chain_add_record(stile_chain *chain, const char *event, stile_slice body,
                                    bool grouped, stile_buf *out, stile_error *err)
{
    char front[STILE_AUDIT_OVERHEAD];
    size_t len = format_front(chain, event, front);

    return add_line(chain, stile_slice_of(front, len), body, grouped, out, err);
}

/* What a checkpoint signs: the log's id and all of the line before the signature. */
static size_t format_signed(const char *log, stile_slice front, char out[2 * STILE_AUDIT_OVERHEAD])
{
    return (size_t)snprintf(out, 2 * STILE_AUDIT_OVERHEAD, SIGNED_PREFIX "%s\n%.*s", log,
                            STILE_SLICE_ARGS(front));
}

stile_status stile_chain_add_checkpoint(stile_chain *chain, const stile_audit_key *key,
                                        bool grouped, stile_buf *out, stile_error *err)
{
    char front[STILE_AUDIT_OVERHEAD], message[2 * STILE_AUDIT_OVERHEAD];
    char hex[SIGNATURE_HEX + 1], body[sizeof BODY_START + sizeof hex + sizeof BODY_END];
    unsigned char signature[STILE_SIGNATURE_LEN];
    size_t len = format_front(chain, STILE_AUDIT_CHECKPOINT, front);
    size_t message_len = format_signed(chain->log, stile_slice_of(front, len), message);
    stile_status st = stile_audit_sign(key, stile_slice_of(message, message_len), signature, err);

    if (st)
        return st;
    stile_hex(signature, sizeof signature, hex);
    (void)snprintf(body, sizeof body, BODY_START "%s" BODY_END, hex);
    st = add_line(chain, stile_slice_of(front, len), stile_str(body), grouped, out, err);
    if (st)
        return st;
    chain->unsigned_records = 0;
    chain->checkpoints++;
    return STILE_OK;
}

static bool take_text(stile_slice *rest, const char *text)
{
    if (!stile_slice_starts(*rest, stile_str(text)))
        return false;
    *rest = stile_slice_cut(*rest, strlen(text), rest->len);
    return true;
}

/* Up to the next quote. */
static bool take_quoted(stile_slice *rest, size_t least, size_t most, stile_slice *out)
{
    const char *quote = rest->len ? memchr(rest->ptr, '"', rest->len) : NULL;
    size_t len = quote ? (size_t)(quote - rest->ptr) : 0;

    if (!quote || len < least || len > most)
        return false;
    *out = stile_slice_cut(*rest, 0, len);
    *rest = stile_slice_cut(*rest, len + 1, rest->len);
    return true;
}

/* No sign, no leading zero, no overflow. */
static bool take_number(stile_slice *rest, uint64_t *out)
{
    uint64_t n = 0;
    size_t i = 0;

    for (; i < rest->len && i < 19 && rest->ptr[i] >= '0' && rest->ptr[i] <= '9'; i++)
        n = n * 10 + (uint64_t)(rest->ptr[i] - '0');
    if (i == 0 || rest->ptr[0] == '0')
        return false;
    *out = n;
    *rest = stile_slice_cut(*rest, i, rest->len);
    return true;
}

static bool time_formed(stile_slice time)
{
    static const char form[] = "dddd-dd-ddTdd:dd:dd.dddZ";

    for (size_t i = 0; i < TIME_LEN; i++)
        if (form[i] == 'd' ? time.ptr[i] < '0' || time.ptr[i] > '9' : time.ptr[i] != form[i])
            return false;
    return true;
}

bool stile_audit_line_parse(stile_slice line, stile_audit_line *out)
{
    stile_audit_line got = {0};
    stile_slice rest = line;

    if (rest.len > STILE_AUDIT_LINE_MAX)
        return false;
    if (rest.len && rest.ptr[rest.len - 1] == ' ') {
        got.grouped = true;
        rest.len--;
    }
    if (rest.len < 3 || rest.ptr[rest.len - 1] != '}')
        return false;
    rest.len--;
    if (!take_text(&rest, "{\"seq\":") || !take_number(&rest, &got.seq) ||
        !take_text(&rest, ",\"time\":\"") || !take_quoted(&rest, TIME_LEN, TIME_LEN, &got.time) ||
        !take_text(&rest, ",\"prev\":\"") || !take_quoted(&rest, HEX_LEN, HEX_LEN, &got.prev) ||
        !take_text(&rest, ",\"event\":\"") ||
        !take_quoted(&rest, 1, STILE_AUDIT_EVENT_MAX, &got.event) ||
        !take_text(&rest, ",\"body\":") || !time_formed(got.time))
        return false;
    if (rest.len < 2 || rest.ptr[0] != '{' || rest.ptr[rest.len - 1] != '}')
        return false;
    got.body = rest;
    *out = got;
    return true;
}

bool stile_audit_line_is_checkpoint(const stile_audit_line *line)
{
    return stile_slice_eq(line->event, stile_str(STILE_AUDIT_CHECKPOINT));
}

bool stile_audit_checkpoint_signed(const stile_audit_line *line, stile_slice text, const char *log,
                                   const stile_audit_key *key)
{
    char message[2 * STILE_AUDIT_OVERHEAD], again[SIGNATURE_HEX + 1];
    unsigned char signature[STILE_SIGNATURE_LEN];
    stile_slice rest = line->body, hex;
    size_t len;

    if (!stile_audit_line_is_checkpoint(line) || !take_text(&rest, BODY_START) ||
        !take_quoted(&rest, SIGNATURE_HEX, SIGNATURE_HEX, &hex) ||
        !stile_slice_eq(rest, stile_str("}")) || !stile_unhex(hex, signature, sizeof signature))
        return false;
    stile_hex(signature, sizeof signature, again); /* capitals would be a second spelling */
    if (!stile_slice_eq(hex, stile_str(again)))
        return false;
    len =
        format_signed(log, stile_slice_cut(text, 0, (size_t)(line->body.ptr - text.ptr)), message);
    return stile_audit_signed(key, stile_slice_of(message, len), signature);
}

const char *stile_chain_take_header(stile_chain *chain, stile_slice line)
{
    char want[STILE_AUDIT_OVERHEAD], hash[STILE_SHA256_HEX];
    unsigned char id[STILE_SHA256_LEN];
    stile_chain next = *chain;
    stile_slice rest = line, log;

    if (!take_text(&rest, "{\"stile_audit\":1,\"log\":\"") ||
        !take_quoted(&rest, HEX_LEN, HEX_LEN, &log) || !stile_unhex(log, id, sizeof id))
        return "not a header of an audit file of version 1";
    if (chain->file == 0) {
        stile_hex(id, sizeof id, next.log);
        memset(next.prev, '0', HEX_LEN);
        next.prev[HEX_LEN] = '\0';
    }
    if (!stile_slice_eq(line, stile_slice_of(want, format_header(&next, want))))
        return "the header does not continue the file before it";
    if (hash_line(line, hash, NULL))
        return "the header cannot be hashed";
    memcpy(next.prev, hash, sizeof hash);
    next.file++;
    *chain = next;
    return NULL;
}

static bool is_object(stile_slice body)
{
    json_t *json = NULL;
    bool object = !stile_json_parse(body, "body", &json, NULL) && json_is_object(json);

    json_decref(json);
    return object;
}

const char *stile_chain_take_record(stile_chain *chain, stile_slice text,
                                    const stile_audit_key *key)
{
    char hash[STILE_SHA256_HEX];
    stile_audit_line line;
    bool checkpoint;

    if (!stile_audit_line_parse(text, &line))
        return "not a record";
    if (line.seq != chain->seq + 1)
        return "out of order: a record is missing, inserted or moved";
    if (!stile_slice_eq(line.prev, stile_str(chain->prev)))
        return "does not continue the line before it: one of the two was changed";
    checkpoint = stile_audit_line_is_checkpoint(&line);
    if (checkpoint && !stile_audit_checkpoint_signed(&line, text, chain->log, key))
        return "the checkpoint's signature is wrong";
    if (!is_object(line.body))
        return "the body is not a JSON object";
    if (hash_line(text, hash, NULL))
        return "the line cannot be hashed";
    memcpy(chain->prev, hash, sizeof hash);
    chain->seq++;
    chain->unsigned_records = checkpoint ? 0 : chain->unsigned_records + 1;
    chain->checkpoints += checkpoint;
    return NULL;
}
