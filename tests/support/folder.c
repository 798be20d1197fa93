/* SPDX-License-Identifier: Apache-2.0 */
#include "support/folder.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

char *test_folder_make(void)
{
    const char *base = getenv("TMPDIR");
    char template[512];

    (void)snprintf(template, sizeof template, "%s/stile-test-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(template)) {
        perror(template);
        abort();
    }
    return strdup(template);
}

static int remove_one(const char *path, const struct stat *info, int flag, struct FTW *at)
{
    (void)info;
    (void)flag;
    (void)at;
    return remove(path);
}

void test_folder_remove(char *folder)
{
    if (folder)
        (void)nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(folder);
}

const char *test_path(const char *folder, const char *name)
{
    static _Thread_local char ring[16][1024];
    static _Thread_local unsigned next;
    char *out = ring[next++ % 16];

    (void)snprintf(out, sizeof ring[0], "%s/%s", folder, name);
    return out;
}

void test_file_write(const char *path, stile_slice bytes)
{
    FILE *file = fopen(path, "wb");

    if (!file || fwrite(bytes.ptr ? bytes.ptr : "", 1, bytes.len, file) != bytes.len ||
        fclose(file) != 0) {
        perror(path);
        abort();
    }
}
