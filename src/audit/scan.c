/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/scan.h"

#include <limits.h>
#include <stdio.h>

#include "base/file.h"

static stile_status parse_head(stile_slice text, stile_audit_head *out, stile_error *err)
{
    stile_audit_line line;
    stile_sha256 digest;
    stile_status st;

    /* The closing newline is not part of the line. */
    if (!text.len || text.ptr[text.len - 1] != '\n')
        return stile_fail(err, STILE_CORRUPT, "head: not a checkpoint");
    text.len--;
    if (!stile_audit_line_parse(text, &line) || !stile_audit_line_is_checkpoint(&line))
        return stile_fail(err, STILE_CORRUPT, "head: not a checkpoint");
    if ((st = stile_sha256_of(text, &digest, err)))
        return st;
    stile_hex(digest.bytes, sizeof digest.bytes, out->hash);
    memcpy(out->text, text.ptr, text.len);
    out->len = text.len;
    out->seq = line.seq;
    out->found = true;
    return STILE_OK;
}

static stile_status read_head(const char *folder, stile_audit_head *out, stile_error *err)
{
    char path[PATH_MAX];
    stile_buf text;
    stile_status st;

    if (snprintf(path, sizeof path, "%s/head", folder) >= PATH_MAX)
        return stile_fail(err, STILE_INVALID, "audit: path too long");
    stile_buf_init(&text, sizeof out->text);
    st = stile_file_read(path, &text, err);
    if (!st)
        st = parse_head(stile_buf_slice(&text), out, err);
    else if (st == STILE_NOT_FOUND)
        st = STILE_OK;
    else if (st == STILE_TOO_LARGE)
        st = stile_fail(err, STILE_CORRUPT, "head: not a checkpoint");
    stile_buf_release(&text);
    return st;
}

stile_status stile_audit_scan_init(stile_audit_scan *scan, const char *folder,
                                   const stile_audit_key *key, stile_error *err)
{
    *scan = (stile_audit_scan){.folder = folder, .key = key, .lines = {.fd = -1}};
    return read_head(folder, &scan->head, err);
}

void stile_audit_scan_release(stile_audit_scan *scan)
{
    stile_lines_close(&scan->lines);
}

stile_status stile_audit_scan_enter(stile_audit_scan *scan, uint64_t file, stile_error *err)
{
    stile_lines_close(&scan->lines);
    if (scan->chain.file == 0 && file > 1)
        scan->middle = true;
    return stile_lines_open(scan->folder, file, &scan->lines, err);
}

/* Set the chain as the header itself says, when the files before it are not read. The head's
 * signature, which covers the log's id, is checked right after. */
static void trust_header(stile_audit_scan *scan, stile_slice line)
{
    static const char mark[] = "\",\"prev\":\"";
    const size_t log_at = strlen("{\"stile_audit\":1,\"log\":\"");
    const size_t hex = STILE_SHA256_HEX - 1;
    unsigned long long file = 0;

    if (line.len < log_at + 2 * hex + sizeof mark || line.len > STILE_AUDIT_OVERHEAD)
        return;
    if (sscanf(scan->lines.name, "audit-%llu.log", &file) != 1 || file == 0)
        return;
    memcpy(scan->chain.log, line.ptr + log_at, hex);
    memcpy(scan->chain.prev, line.ptr + line.len - 2 - hex, hex);
    scan->chain.log[hex] = scan->chain.prev[hex] = '\0';
    scan->chain.file = file - 1;
}

static const char *take_header(stile_audit_scan *scan, stile_slice text)
{
    stile_audit_line head;
    stile_slice head_text = {scan->head.text, scan->head.len};
    const char *fault;

    if (scan->middle && scan->chain.file == 0)
        trust_header(scan, text);
    if ((fault = stile_chain_take_header(&scan->chain, text)))
        return fault;
    if (scan->head.found &&
        (!stile_audit_line_parse(head_text, &head) ||
         !stile_audit_checkpoint_signed(&head, head_text, scan->chain.log, scan->key)))
        return "the head's signature is wrong: it belongs to another log or was changed";
    return NULL;
}

static const char *take_record(stile_audit_scan *scan, stile_slice text)
{
    stile_audit_line line;
    const char *fault;

    if (scan->middle && scan->chain.seq == 0 && stile_audit_line_parse(text, &line))
        scan->chain.seq = line.seq - 1;
    if ((fault = stile_chain_take_record(&scan->chain, text, scan->key)))
        return fault;
    if (scan->head.found && scan->chain.seq == scan->head.seq &&
        strcmp(scan->chain.prev, scan->head.hash) != 0)
        return "is not the checkpoint that the head names";
    return NULL;
}

stile_status stile_audit_scan_lines(stile_audit_scan *scan, stile_error *err)
{
    stile_lines_next next;
    stile_slice text;
    stile_status st;

    scan->fault = NULL;
    while (!(st = stile_lines_peek(&scan->lines, &next, &text, err))) {
        if (next == STILE_LINES_END && scan->lines.number == 1)
            scan->fault = "no header";
        else if (next == STILE_LINES_PARTIAL)
            scan->fault = "not a whole line";
        else if (next == STILE_LINES_LINE)
            scan->fault =
                scan->lines.number == 1 ? take_header(scan, text) : take_record(scan, text);
        if (scan->fault || next == STILE_LINES_END)
            break;
        stile_lines_take(&scan->lines, text);
    }
    return st;
}

const char *stile_audit_scan_missing(const stile_audit_scan *scan)
{
    if (!scan->head.found)
        return "the head is missing";
    if (scan->chain.seq < scan->head.seq)
        return "the log was cut: it ends before the checkpoint that the head names";
    return NULL;
}
