/* SPDX-License-Identifier: Apache-2.0 */
/* Losing power at every write and sync: unsynced 512-byte sectors keep the new bytes or the old
 * ones at random; whatever was acknowledged is there after reopening, and the chain verifies. */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"

TestSuite(audit_crash, .timeout = 300);

enum { SECTOR = 512, WRITES = 64 };

/* The bytes under a write that no sync has covered yet. */
typedef struct pending {
    int fd; /* our own duplicate, so that a close does not lose it */
    int of;
    off_t at;
    size_t len;
    char *before;
} pending;

static struct {
    long steps_left; /* until the power goes; -1: never */
    bool dead;
    int fail_sync, full, shortens;
    pending list[WRITES];
    size_t count;
    test_random random;
} disk;

static void forget(size_t i)
{
    close(disk.list[i].fd);
    free(disk.list[i].before);
    disk.list[i] = disk.list[--disk.count];
}

/* Put back a random choice of sectors, newest write first. */
static void lose_power(void)
{
    disk.dead = true;
    while (disk.count) {
        pending *p = &disk.list[disk.count - 1];
        for (size_t at = 0; at < p->len;) {
            size_t edge = SECTOR - (size_t)(p->at + (off_t)at) % SECTOR;
            size_t len = edge < p->len - at ? edge : p->len - at;
            if (test_random_below(&disk.random, 2) &&
                pwrite(p->fd, p->before + at, len, p->at + (off_t)at) < 0)
                abort();
            at += len;
        }
        forget(disk.count - 1);
    }
}

static bool step(void)
{
    if (!disk.dead && disk.steps_left == 0)
        lose_power();
    if (disk.steps_left > 0)
        disk.steps_left--;
    errno = EIO;
    return !disk.dead;
}

static int crash_open(const char *path, int flags, mode_t mode)
{
    return step() ? open(path, flags, mode) : -1;
}

static ssize_t crash_pwrite(int fd, const void *data, size_t len, off_t at)
{
    pending *p = &disk.list[disk.count];
    ssize_t done;

    if (disk.full) {
        errno = ENOSPC;
        return -1;
    }
    if (disk.shortens && len > 1)
        len = 1 + len / 3;
    if (disk.dead || disk.count == WRITES)
        return -1;
    *p = (pending){dup(fd), fd, at, len, calloc(1, len)};
    if (pread(fd, p->before, len, at) < 0)
        abort();
    done = pwrite(fd, data, len, at);
    disk.count++;
    return step() ? done : -1; /* the power may go right after the bytes reached the cache */
}

static int crash_datasync(int fd)
{
    if (!step())
        return -1;
    if (disk.fail_sync) {
        errno = EIO;
        return -1;
    }
    for (size_t i = disk.count; i-- > 0;)
        if (disk.list[i].of == fd)
            forget(i);
    return fdatasync(fd);
}

static int crash_allocate(int fd, off_t at, off_t len)
{
    return step() ? posix_fallocate(fd, at, len) : -1;
}

static int crash_truncate(int fd, off_t len)
{
    return step() ? ftruncate(fd, len) : -1;
}

static stile_status crash_replace(const char *path, stile_slice text, unsigned mode,
                                  stile_error *err)
{
    return step() ? stile_file_replace(path, text, mode, err)
                  : stile_fail(err, STILE_IO, "no power");
}

static stile_status crash_dir_sync(const char *path, stile_error *err)
{
    return step() ? stile_dir_sync(path, err) : stile_fail(err, STILE_IO, "no power");
}

static const stile_audit_hooks crash_hooks = {
    .open = crash_open,
    .pwrite = crash_pwrite,
    .datasync = crash_datasync,
    .allocate = crash_allocate,
    .truncate = crash_truncate,
    .close = close,
    .replace = crash_replace,
    .dir_sync = crash_dir_sync,
};
static const stile_audit_options crash_options = {
    .hooks = &crash_hooks, .file_bytes = 4096, .checkpoint_every = 4};

static void start_disk(long steps, uint64_t seed)
{
    while (disk.count)
        forget(disk.count - 1);
    memset(&disk, 0, sizeof disk);
    disk.steps_left = steps;
    disk.random = test_random_case(seed, (uint64_t)steps);
}

/* Which numbers are in the log. */
static void note_number(void *ctx, stile_slice line)
{
    bool *there = ctx;
    char text[1024];
    unsigned n;
    char *at;

    snprintf(text, sizeof text, "%.*s", STILE_SLICE_ARGS(line));
    if ((at = strstr(text, "{\"n\":")) && sscanf(at, "{\"n\":%u", &n) == 1 && n < 256)
        there[n] = true;
}

/* Append until the power goes; reopen for real; all acknowledged must be there. True when the
 * power went at all. */
static bool crash_once(long steps, uint64_t seed)
{
    char *folder = test_folder_make();
    stile_audit *audit = NULL;
    stile_error err = {0};
    stile_receipt receipt;
    bool there[256] = {0}, dead;
    unsigned acknowledged = 0;

    start_disk(steps, seed);
    if (!stile_audit_open_with(folder, &crash_options, &audit, &err))
        while (acknowledged < 40 && !append_number(audit, acknowledged, &receipt))
            acknowledged++;
    stile_audit_close(audit);
    dead = disk.dead;
    start_disk(-1, seed);
    fill_log(folder, 0);
    stile_audit_report report = verified(folder);
    cr_assert(report.ok, "power lost at step %ld: %s", steps, report.fault);
    cr_assert_eq(stile_audit_tail(folder, 1000, note_number, there, &err), STILE_OK);
    for (unsigned i = 0; i < acknowledged; i++)
        cr_assert(there[i], "power lost at step %ld: record %u is gone", steps, i);
    test_folder_remove(folder);
    return dead;
}

Test(audit_crash, acknowledged_records_survive_power_loss_at_every_step)
{
    uint64_t seed = test_random_seed("audit_power");
    unsigned cases = 0;

    for (unsigned round = 0; round < 4; round++) {
        long steps = 0;
        while (crash_once(steps, seed + round)) {
            steps++;
            cases++;
        }
        cr_assert_gt(steps, 80);
    }
    fprintf(stderr, "audit power losses: %u\n", cases);
}

static stile_audit *open_on_disk(const char *folder)
{
    stile_audit *audit = NULL;
    stile_error err = {0};

    start_disk(-1, 1);
    cr_assert_eq(stile_audit_open_with(folder, &crash_options, &audit, &err), STILE_OK, "%s",
                 err.text);
    return audit;
}

Test(audit_crash, short_writes_are_continued)
{
    char *folder = test_folder_make();
    stile_audit *audit = open_on_disk(folder);
    stile_receipt receipt;

    disk.shortens = 1;
    for (unsigned i = 0; i < 10; i++)
        cr_assert_eq(append_number(audit, i, &receipt), STILE_OK);
    stile_audit_close(audit);
    start_disk(-1, 1);
    cr_assert(verified(folder).ok);
    test_folder_remove(folder);
}

/* After a failed sync or write, later ones may seem to work; nothing is acknowledged again. */
static void check_poisoned(int *fault)
{
    char *folder = test_folder_make();
    stile_audit *audit = open_on_disk(folder);
    stile_receipt receipt = {0};

    cr_assert_eq(append_number(audit, 0, &receipt), STILE_OK);
    receipt = (stile_receipt){0};
    *fault = 1;
    cr_assert_eq(append_number(audit, 1, &receipt), STILE_IO);
    *fault = 0;
    cr_assert_eq(append_number(audit, 2, &receipt), STILE_IO);
    cr_assert_not(receipt.durable);
    stile_audit_close(audit);
    start_disk(-1, 1);
    fill_log(folder, 1);
    cr_assert(verified(folder).ok);
    test_folder_remove(folder);
}

Test(audit_crash, a_failed_sync_poisons_the_log)
{
    check_poisoned(&disk.fail_sync);
}

Test(audit_crash, a_full_disk_poisons_the_log)
{
    check_poisoned(&disk.full);
}

Test(audit_crash, a_torn_last_line_is_cut_and_noted_but_a_damaged_earlier_one_is_corrupt)
{
    char *folder = test_folder_make();
    const char *path = test_path(folder, "audit-000001.log");
    stile_audit *audit = NULL;
    stile_error err = {0};
    stile_receipt receipt;
    FILE *file;

    audit = open_on_disk(folder);
    for (unsigned i = 0; i < 3; i++)
        cr_assert_eq(append_number(audit, i, &receipt), STILE_OK);
    disk.dead = true; /* no checkpoint at close */
    stile_audit_close(audit);
    start_disk(-1, 1);
    char text[4096];
    file = fopen(path, "r+b");
    cr_assert_eq(fread(text, 1, sizeof text, file), sizeof text);
    size_t end = strlen(text);
    /* A started line after the last whole one. */
    fseek(file, (long)end, SEEK_SET);
    fputs("{\"seq\":5,\"ti", file);
    fclose(file);
    fill_log(folder, 0);
    cr_assert(verified(folder).ok);
    bool there[256] = {0};
    cr_assert_eq(stile_audit_tail(folder, 100, note_number, there, &err), STILE_OK);
    cr_assert(there[0] && there[1] && there[2]);
    stile_audit_report report = verified(folder);
    cr_assert_eq(report.records - report.checkpoints, 4, "the note is a record of its own");
    /* Now a byte in the middle. */
    file = fopen(path, "r+b");
    fseek(file, (long)end - 300, SEEK_SET);
    fputc('#', file);
    fclose(file);
    cr_assert_eq(stile_audit_open_with(folder, &small_options, &audit, &err), STILE_CORRUPT);
    cr_assert_not_null(strstr(err.text, "audit-000001.log:"), "%s", err.text);
    test_folder_remove(folder);
}

/* Write `groups` groups of three records, one sync each, then stop without a checkpoint. */
static void write_groups(const char *folder, unsigned groups)
{
    stile_audit_options options = small_options;
    stile_audit_writer writer = {0};
    stile_error err = {0};
    stile_receipt receipt;

    options.checkpoint_every = 1000;
    cr_assert_eq(stile_audit_writer_open(&writer, folder, &options, &err), STILE_OK, "%s",
                 err.text);
    for (unsigned i = 0; i < 3 * groups; i++) {
        char body[64];
        snprintf(body, sizeof body, "{\"n\":%u}", i);
        cr_assert_eq(stile_audit_writer_add(&writer, "ingest", stile_str(body), &receipt, &err),
                     STILE_OK);
        if (i % 3 == 2)
            cr_assert_eq(stile_audit_writer_commit(&writer, &err), STILE_OK);
    }
    stile_audit_writer_release(&writer);
}

/* Zero eight bytes inside record `n`. */
static void zero_in_record(const char *path, unsigned n)
{
    char text[8193] = "", want[32], *at;
    FILE *file = fopen(path, "r+b");

    cr_assert_gt(fread(text, 1, sizeof text - 1, file), 0);
    snprintf(want, sizeof want, "\"n\":%u}", n);
    cr_assert_not_null(at = strstr(text, want));
    fseek(file, (long)(at - text) - 40, SEEK_SET);
    cr_assert_eq(fwrite("\0\0\0\0\0\0\0\0", 1, 8, file), 8);
    fclose(file);
}

/* Records 0 to 2, 3 to 5 and 6 to 8 were synced together: only damage in the last group can come
 * from a write that was never acknowledged. */
Test(audit_crash, only_damage_in_the_last_group_is_cut)
{
    for (unsigned n = 0; n < 9; n++) {
        char *folder = test_folder_make();
        stile_audit *audit = NULL;
        stile_error err = {0};
        bool there[256] = {0};
        write_groups(folder, 3);
        zero_in_record(test_path(folder, "audit-000001.log"), n);
        stile_status st = stile_audit_open_with(folder, &small_options, &audit, &err);
        cr_assert_eq(st, n < 6 ? STILE_CORRUPT : STILE_OK, "record %u: %s", n, err.text);
        stile_audit_close(audit);
        if (!st) {
            cr_assert_eq(stile_audit_tail(folder, 100, note_number, there, &err), STILE_OK);
            for (unsigned i = 0; i < 9; i++)
                cr_assert_eq(there[i], i < n, "damage in %u, record %u", n, i);
            cr_assert(verified(folder).ok);
        }
        test_folder_remove(folder);
    }
}
