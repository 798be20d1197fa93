/* SPDX-License-Identifier: Apache-2.0 */
/* Checking and reading a log that another process may be writing.
 *
 * The head is read before the files: what it names was synced by then. A last line that is not
 * whole may be a write under way, so it is read again for a while; one that stays is a fault. */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "audit/scan.h"
#include "stile/audit.h"

#define TRIES 20
#define PAUSE_NS 5000000L

static void set_fault(stile_audit_report *report, const stile_audit_scan *scan, const char *why)
{
    report->ok = false;
    (void)snprintf(report->fault, sizeof report->fault, "%s:%" PRIu64 ": %s", scan->lines.name,
                   scan->lines.number, why);
}

/* Read on until the file's end, giving a writer time to finish its line. A fault that is not
 * the file's last write is final, but only once it is seen again: the bytes that condemned it
 * may have come after those that were judged. */
static stile_status scan_patiently(stile_audit_scan *scan, stile_error *err)
{
    const struct timespec pause = {0, PAUSE_NS};
    bool torn = true;
    stile_status st = stile_audit_scan_lines(scan, err);

    for (int tries = 0; !st && scan->fault && tries < TRIES; tries++) {
        uint64_t at = scan->lines.at;
        if ((st = stile_lines_is_torn(&scan->lines, &torn, err)))
            break;
        if (torn)
            (void)nanosleep(&pause, NULL);
        stile_lines_refresh(&scan->lines);
        st = stile_audit_scan_lines(scan, err);
        if (scan->lines.at != at)
            tries = 0; /* it moves: somebody writes */
        else if (!torn)
            break;
    }
    return st;
}

/* One file to its end. When the next file exists by then, this one is final: whatever was added
 * between our reaching its end and the rotation is read too. `*more`: go on to the next. */
static stile_status scan_file(stile_audit_scan *scan, uint64_t file, bool *more, stile_error *err)
{
    uint64_t files = 0;
    stile_status st = stile_audit_scan_enter(scan, file, err);

    if (!st)
        st = scan_patiently(scan, err);
    if (!st)
        st = stile_audit_count_files(scan->folder, &files, err);
    *more = !st && files > file;
    if (*more && !scan->fault) {
        stile_lines_refresh(&scan->lines);
        st = stile_audit_scan_lines(scan, err);
    }
    return st;
}

static stile_status scan_all(stile_audit_scan *scan, stile_audit_report *report, stile_error *err)
{
    const char *missing;
    bool more = true;

    for (uint64_t n = 1; more; n++) {
        stile_status st = scan_file(scan, n, &more, err);
        if (st)
            return st;
        if (scan->fault) {
            set_fault(report, scan, scan->fault);
            return STILE_OK;
        }
    }
    if ((missing = stile_audit_scan_missing(scan)))
        set_fault(report, scan, missing);
    return STILE_OK;
}

stile_status stile_audit_verify(const char *folder, stile_audit_report *out, stile_error *err)
{
    stile_audit_report report = {.ok = true};
    stile_audit_scan scan = {.lines = {.fd = -1}};
    stile_audit_key *key = NULL;
    stile_error why = {0};
    uint64_t files = 0;
    stile_status st = stile_audit_key_open_public(folder, &key, err);

    if (!st)
        st = stile_audit_count_files(folder, &files, err);
    if (st)
        goto out;
    if (files == 0) {
        st = stile_fail(err, STILE_NOT_FOUND, "%s: no audit log", folder);
        goto out;
    }
    st = stile_audit_scan_init(&scan, folder, key, &why);
    if (st == STILE_CORRUPT) { /* a damaged head is a finding about the log */
        report.ok = false;
        (void)snprintf(report.fault, sizeof report.fault, "%.200s", why.text);
        st = STILE_OK;
    } else {
        st = st ? stile_fail(err, st, "%s", why.text) : scan_all(&scan, &report, err);
    }
    if (st)
        goto out;
    report.records = scan.chain.seq;
    report.checkpoints = scan.chain.checkpoints;
    *out = report;
out:
    stile_audit_scan_release(&scan);
    stile_audit_key_destroy(key);
    return st;
}
