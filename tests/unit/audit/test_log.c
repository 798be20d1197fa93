/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include <pthread.h>
#include <sys/stat.h>

#include "base/memory.h"

TestSuite(audit_log, .timeout = 120);

Test(audit_log, receipts_count_up_and_the_chain_verifies_across_files)
{
    char *folder = test_folder_make();
    stile_audit *audit = NULL;
    stile_error err = {0};
    stile_receipt before = {0}, receipt;
    stile_audit_report report;

    cr_assert_eq(stile_audit_open_with(folder, &small_options, &audit, &err), STILE_OK, "%s",
                 err.text);
    for (unsigned i = 0; i < 100; i++) {
        cr_assert_eq(append_number(audit, i, &receipt), STILE_OK);
        cr_assert(receipt.durable);
        cr_assert_gt(receipt.sequence, before.sequence);
        cr_assert_neq(memcmp(receipt.hash, before.hash, 32), 0);
        before = receipt;
    }
    stile_audit_close(audit);
    report = verified(folder);
    cr_assert(report.ok, "%s", report.fault);
    cr_assert_geq(report.checkpoints, 20);
    cr_assert_eq(report.records, 100 + report.checkpoints);
    struct stat info;
    cr_assert_eq(stat(test_path(folder, "audit-000003.log"), &info), 0);
    cr_assert_eq(stat(test_path(folder, "key.pem"), &info), 0);
    cr_assert_eq(info.st_mode & 0777, 0600);
    test_folder_remove(folder);
}

Test(audit_log, reopening_continues_the_chain)
{
    char *folder = test_folder_make();

    for (unsigned i = 0; i < 8; i++)
        fill_log(folder, 9);
    stile_audit_report report = verified(folder);
    cr_assert(report.ok, "%s", report.fault);
    cr_assert_eq(report.records - report.checkpoints, 72);
    test_folder_remove(folder);
}

Test(audit_log, verifies_while_open_and_is_busy_for_a_second_writer)
{
    char *folder = test_folder_make();
    stile_audit *audit = NULL, *second = NULL;
    stile_error err = {0};
    stile_receipt receipt;

    cr_assert_eq(stile_audit_open(folder, &audit, &err), STILE_OK, "%s", err.text);
    cr_assert_eq(append_number(audit, 1, &receipt), STILE_OK);
    cr_assert_eq(stile_audit_open(folder, &second, &err), STILE_BUSY);
    cr_assert_null(second);
    stile_audit_report report = verified(folder);
    cr_assert(report.ok, "%s", report.fault);
    cr_assert_eq(report.records, 2);
    stile_audit_close(audit);
    test_folder_remove(folder);
}

static const struct {
    const char *event, *body, *why;
} refused[] = {
    {"", "{}", "no event"},
    {"audit.checkpoint", "{}", "the log's own event"},
    {"a\"b", "{}", "a quote in the event"},
    {"x", "", "no body"},
    {"x", "[]", "not an object"},
    {"x", "{\"a\":1}x}", "more than one value"},
    {"x", "{\"a\":\n1}", "a raw newline"},
    {"x", "{\"a\":1,\"a\":2}", "a name twice"},
    {"x", "{\"a\":\"\xff\"}", "not UTF-8"},
};

Test(audit_log, refuses_what_is_not_one_object_on_one_line)
{
    char *folder = test_folder_make();
    stile_audit *audit = NULL;
    stile_error err = {0};
    stile_receipt receipt = {0};

    cr_assert_eq(stile_audit_open(folder, &audit, &err), STILE_OK);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        cr_assert_eq(
            stile_audit_append(audit, refused[i].event, stile_str(refused[i].body), &receipt, &err),
            STILE_INVALID, "%s", refused[i].why);
    size_t len = STILE_MAX_AUDIT_RECORD + 1;
    char *big = malloc(len);
    memset(big, ' ', len);
    big[0] = '{';
    big[len - 1] = '}';
    cr_assert_eq(stile_audit_append(audit, "x", stile_slice_of(big, len), &receipt, &err),
                 STILE_TOO_LARGE);
    cr_assert_not(receipt.durable);
    /* One byte less is the largest that goes in. */
    big[len - 2] = '}';
    cr_assert_eq(stile_audit_append(audit, "x", stile_slice_of(big, len - 1), &receipt, &err),
                 STILE_OK, "%s", err.text);
    free(big);
    stile_audit_close(audit);
    stile_audit_report report = verified(folder);
    cr_assert(report.ok, "%s", report.fault);
    test_folder_remove(folder);
}

typedef struct lines_seen {
    size_t count;
    char first[512], last[512];
} lines_seen;

static void see_line(void *ctx, stile_slice line)
{
    lines_seen *seen = ctx;
    snprintf(seen->count++ ? seen->last : seen->first, 512, "%.*s", STILE_SLICE_ARGS(line));
}

Test(audit_log, tail_gives_the_last_records_across_files)
{
    char *folder = test_folder_make();
    stile_error err = {0};
    stile_audit_report report;

    fill_log(folder, 100);
    report = verified(folder);
    for (size_t count = 1; count <= report.records + 3; count += 7) {
        lines_seen seen = {0};
        char want[64];
        size_t given = count < report.records ? count : (size_t)report.records;
        cr_assert_eq(stile_audit_tail(folder, count, see_line, &seen, &err), STILE_OK, "%s",
                     err.text);
        cr_assert_eq(seen.count, given);
        snprintf(want, sizeof want, "{\"seq\":%zu,", (size_t)report.records - given + 1);
        cr_assert_eq(strncmp(seen.first, want, strlen(want)), 0, "%s", seen.first);
    }
    test_folder_remove(folder);
}

enum { THREADS = 8, EACH = 200 };

typedef struct worker {
    stile_audit *audit;
    unsigned number;
    uint64_t sequences[EACH];
} worker;

static void *work(void *ctx)
{
    worker *w = ctx;
    stile_receipt receipt;

    for (unsigned i = 0; i < EACH; i++) {
        if (append_number(w->audit, w->number * EACH + i, &receipt) || !receipt.durable)
            return w;
        w->sequences[i] = receipt.sequence;
    }
    return NULL;
}

Test(audit_log, eight_threads_share_one_chain_without_loss)
{
    char *folder = test_folder_make();
    static worker workers[THREADS];
    static bool seen[THREADS * EACH * 4];
    pthread_t threads[THREADS];
    stile_audit *audit = NULL;
    stile_error err = {0};

    cr_assert_eq(stile_audit_open_with(folder, &small_options, &audit, &err), STILE_OK);
    for (unsigned i = 0; i < THREADS; i++) {
        workers[i] = (worker){.audit = audit, .number = i};
        cr_assert_eq(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (unsigned i = 0; i < 5; i++) { /* while they write */
        stile_audit_report live = verified(folder);
        cr_assert(live.ok, "%s", live.fault);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        void *failed = NULL;
        pthread_join(threads[i], &failed);
        cr_assert_null(failed);
    }
    stile_audit_close(audit);
    for (unsigned i = 0; i < THREADS; i++)
        for (unsigned j = 0; j < EACH; j++) {
            cr_assert_not(seen[workers[i].sequences[j]]);
            seen[workers[i].sequences[j]] = true;
        }
    stile_audit_report report = verified(folder);
    cr_assert(report.ok, "%s", report.fault);
    cr_assert_eq(report.records - report.checkpoints, THREADS * EACH);
    test_folder_remove(folder);
}

/* Open, append and verify with the nth allocation failing, for every n. */
Test(audit_log, every_failing_allocation_is_a_clean_error)
{
    bool failed = true;

    for (long n = 0; failed; n++) {
        char *folder = test_folder_make();
        stile_audit *audit = NULL;
        stile_error err = {0};
        stile_receipt receipt = {0};
        stile_audit_report report = {0};
        lines_seen seen = {0};
        stile_status st;

        cr_assert_lt(n, 200);
        stile_memory_fail_after(n);
        st = stile_audit_open_with(folder, &small_options, &audit, &err);
        for (unsigned i = 0; !st && i < 40; i++)
            st = append_number(audit, i, &receipt);
        stile_audit_close(audit);
        if (!st)
            st = stile_audit_verify(folder, &report, &err);
        if (!st)
            st = stile_audit_tail(folder, 3, see_line, &seen, &err);
        stile_memory_fail_after(-1);
        failed = st != STILE_OK;
        cr_assert(!failed || st == STILE_NO_MEMORY || st == STILE_IO, "%s", err.text);
        cr_assert(failed || report.ok, "%s", report.fault);
        fill_log(folder, 3); /* whatever happened, the log opens again and is whole */
        report = verified(folder);
        cr_assert(report.ok, "%s", report.fault);
        test_folder_remove(folder);
    }
}
