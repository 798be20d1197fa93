/* SPDX-License-Identifier: Apache-2.0 */
/* Any change to a closed log is found: random mutations of a real one, each applied to one file
 * and taken back. */
#include "support.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

TestSuite(audit_verify, .timeout = 300);

typedef struct bytes {
    char *ptr;
    size_t len;
} bytes;

static bytes slurp(const char *path)
{
    FILE *file = fopen(path, "rb");
    bytes out = {0};

    cr_assert_not_null(file);
    fseek(file, 0, SEEK_END);
    out.len = (size_t)ftell(file);
    rewind(file);
    out.ptr = malloc(2 * out.len + 1); /* room for a doubled line */
    cr_assert_eq(fread(out.ptr, 1, out.len, file), out.len);
    fclose(file);
    return out;
}

/* Offset of the start of line `n`, or the length. */
static size_t line_start(bytes b, size_t n)
{
    size_t at = 0;

    while (n-- && at < b.len) {
        char *end = memchr(b.ptr + at, '\n', b.len - at);
        at = end ? (size_t)(end - b.ptr) + 1 : b.len;
    }
    return at;
}

/* Length without the free space. */
static bytes used(bytes b)
{
    while (b.len && !b.ptr[b.len - 1])
        b.len--;
    return b;
}

static size_t count_lines(bytes b)
{
    size_t n = 0;
    for (size_t i = 0; i < b.len; i++)
        n += b.ptr[i] == '\n';
    return n;
}

static void drop(bytes *b, size_t from, size_t to)
{
    memmove(b->ptr + from, b->ptr + to, b->len - to);
    b->len -= to - from;
}

static void double_line(bytes *b, size_t from, size_t to)
{
    memmove(b->ptr + to + (to - from), b->ptr + to, b->len - to);
    memcpy(b->ptr + to, b->ptr + from, to - from);
    b->len += to - from;
}

static void swap_lines(bytes *b, size_t from, size_t middle, size_t to)
{
    char *first = malloc(middle - from);

    memcpy(first, b->ptr + from, middle - from);
    memmove(b->ptr + from, b->ptr + middle, to - middle);
    memcpy(b->ptr + from + (to - middle), first, middle - from);
    free(first);
}

/* Change `b` in one of five ways; says which. */
static const char *mutate(bytes *b, test_random *r)
{
    size_t lines = count_lines(*b);
    size_t n = test_random_below(r, (uint32_t)lines);
    size_t from = line_start(*b, n), to = line_start(*b, n + 1);

    switch (test_random_below(r, 5)) {
    case 0:
        b->ptr[test_random_below(r, (uint32_t)b->len)] ^= (char)(1 << test_random_below(r, 8));
        return "flip";
    case 1:
        drop(b, from, to);
        return "delete";
    case 2:
        double_line(b, from, to);
        return "duplicate";
    case 3:
        if (n + 1 >= lines) {
            from = line_start(*b, n - 1);
            to = line_start(*b, n);
        }
        swap_lines(b, from, to, line_start(*b, (n + 1 >= lines ? n : n + 1) + 1));
        return "swap";
    default:
        b->len = test_random_below(r, (uint32_t)b->len);
        return "truncate";
    }
}

Test(audit_verify, finds_every_mutation_of_a_closed_log)
{
    char *folder = test_folder_make();
    uint64_t seed = test_random_seed("audit_mutations");
    uint32_t cases = test_cases(1000), files = 0;

    fill_log(folder, 60);
    while (access(test_path(folder, "audit-000001.log"), R_OK) == 0 && files < 9) {
        char name[32];
        snprintf(name, sizeof name, "audit-%06u.log", files + 1);
        if (access(test_path(folder, name), R_OK) != 0)
            break;
        files++;
    }
    cr_assert_geq(files, 2);
    for (uint32_t i = 0; i < cases; i++) {
        test_random r = test_random_case(seed, i);
        char name[32];
        snprintf(name, sizeof name, "audit-%06u.log", 1 + test_random_below(&r, files));
        const char *path = test_path(folder, name);
        bytes whole = slurp(path), changed = used(slurp(path));
        const char *what = mutate(&changed, &r);
        test_file_write(path, stile_slice_of(changed.ptr, changed.len));
        stile_audit_report report = verified(folder);
        cr_assert_not(report.ok, "case %u: %s of %s was not found", i, what, name);
        cr_assert_gt(strlen(report.fault), 0);
        test_file_write(path, stile_slice_of(whole.ptr, whole.len));
        free(whole.ptr);
        free(changed.ptr);
    }
    cr_assert(verified(folder).ok);
    fprintf(stderr, "audit mutations: %u cases\n", cases);
    test_folder_remove(folder);
}

Test(audit_verify, finds_a_missing_last_file_and_a_missing_head)
{
    char *folder = test_folder_make();

    fill_log(folder, 60);
    bytes head = slurp(test_path(folder, "head"));
    cr_assert_eq(unlink(test_path(folder, "head")), 0);
    cr_assert_not(verified(folder).ok);
    head.ptr[head.len / 2] ^= 1;
    test_file_write(test_path(folder, "head"), stile_slice_of(head.ptr, head.len));
    cr_assert_not(verified(folder).ok);
    head.ptr[head.len / 2] ^= 1;
    test_file_write(test_path(folder, "head"), stile_slice_of(head.ptr, head.len));
    cr_assert(verified(folder).ok);
    cr_assert_eq(unlink(test_path(folder, "audit-000003.log")), 0);
    cr_assert_not(verified(folder).ok);
    free(head.ptr);
    test_folder_remove(folder);
}

Test(audit_verify, refuses_another_key)
{
    char *folder = test_folder_make(), *other = test_folder_make();

    fill_log(folder, 7);
    fill_log(other, 7);
    bytes key = slurp(test_path(other, "public.pem"));
    test_file_write(test_path(folder, "public.pem"), stile_slice_of(key.ptr, key.len));
    cr_assert_not(verified(folder).ok);
    free(key.ptr);
    test_folder_remove(folder);
    test_folder_remove(other);
}
