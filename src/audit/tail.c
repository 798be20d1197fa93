/* SPDX-License-Identifier: Apache-2.0 */
/* The last records, in bounded memory: count back file by file, then read forward. Checks
 * nothing but the lines' form; stile_audit_verify does. */
#include "audit/lines.h"
#include "stile/audit.h"

typedef struct tail {
    uint64_t skip; /* records of the file to pass over */
    void (*each)(void *ctx, stile_slice line);
    void *ctx;
} tail;

/* Go through one file's records, up to the end or the first line that is not one. With a `tail`,
 * call it for those after the skipped; count all. */
static stile_status walk(const char *folder, uint64_t file, const tail *t, uint64_t *count,
                         stile_error *err)
{
    stile_lines lines = {.fd = -1};
    stile_lines_next next;
    stile_audit_line parsed;
    stile_slice line;
    stile_status st = stile_lines_open(folder, file, &lines, err);

    *count = 0;
    if (st)
        return st;
    while (!(st = stile_lines_peek(&lines, &next, &line, err)) && next == STILE_LINES_LINE) {
        if (lines.number > 1) {
            if (!stile_audit_line_parse(line, &parsed))
                break;
            if (t && *count >= t->skip)
                t->each(t->ctx, stile_slice_cut(line, 0, line.len - parsed.grouped));
            ++*count;
        }
        stile_lines_take(&lines, line);
    }
    stile_lines_close(&lines);
    return st;
}

stile_status stile_audit_tail(const char *folder, size_t count,
                              void (*each)(void *ctx, stile_slice line), void *ctx,
                              stile_error *err)
{
    uint64_t files = 0, found = 0, here = 0, first;
    tail t = {0, each, ctx};
    stile_status st = stile_audit_count_files(folder, &files, err);

    if (st || count == 0)
        return st;
    if (files == 0)
        return stile_fail(err, STILE_NOT_FOUND, "%s: no audit log", folder);
    for (first = files;; first--) {
        if ((st = walk(folder, first, NULL, &here, err)))
            return st;
        found += here;
        if (found >= count || first == 1)
            break;
    }
    t.skip = found > count ? found - count : 0;
    for (uint64_t n = first; !st && n <= files; n++) {
        st = walk(folder, n, &t, &here, err);
        t.skip = 0;
    }
    return st;
}
