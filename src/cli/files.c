/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/files.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"

#define MAX_DEPTH 64

bool stile_path_ends(const char *path, const char *ending)
{
    size_t a = strlen(path), b = strlen(ending);
    return a >= b && strcmp(path + a - b, ending) == 0;
}

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static bool may_be_document(const char *name)
{
    static const char *const others[] = {
        ".png", ".jpg",   ".jpeg", ".gif",  ".svg", ".ico",  ".css",   ".js",  ".gz",
        ".xz",  ".zip",   ".pdf",  ".epub", ".bz2", ".woff", ".woff2", ".inv", ".map",
        ".ttf", ".eot",   ".mo",   ".so",   ".o",   ".a",    ".bin",   ".zst", ".tar",
        ".jar", ".class", ".pyc",  ".db",   ".mp3", ".mp4",  ".webp"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (stile_path_ends(name, others[i]))
            return false;
    return true;
}

static stile_status walk(const stile_files *files, const char *path, int depth, stile_error *err);

static stile_status walk_entry(const stile_files *files, const char *folder, const char *name,
                               int depth, stile_error *err)
{
    char child[PATH_MAX];
    struct stat info;
    size_t len = strlen(folder);

    while (len > 1 && folder[len - 1] == '/')
        len--;
    if (snprintf(child, sizeof child, "%.*s/%s", (int)len, folder, name) >= (int)sizeof child ||
        lstat(child, &info) != 0)
        return STILE_OK;
    if (S_ISDIR(info.st_mode) || (S_ISREG(info.st_mode) && may_be_document(child)))
        return walk(files, child, depth + 1, err);
    return STILE_OK;
}

static stile_status walk(const stile_files *files, const char *path, int depth, stile_error *err)
{
    struct dirent **entries = NULL;
    stile_status st = STILE_OK;
    stile_error why;
    int count;

    if (!stile_path_is_dir(path))
        return files->take(files->ctx, path, err);
    if (depth == MAX_DEPTH) {
        files->pass_over(files->ctx, path, "folders are nested too deep");
        return STILE_OK;
    }
    if ((count = scandir(path, &entries, visible, alphasort)) < 0) {
        (void)stile_fail_errno(&why, errno, "list", path);
        files->pass_over(files->ctx, path, why.text);
        return STILE_OK;
    }
    for (int i = 0; i < count; i++) {
        if (!st)
            st = walk_entry(files, path, entries[i]->d_name, depth, err);
        free(entries[i]);
    }
    free(entries);
    return st;
}

stile_status stile_files_each(const stile_files *files, const char *path, stile_error *err)
{
    return walk(files, path, 0, err);
}
