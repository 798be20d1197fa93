/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/prefilter_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/memory.h"

#define MOST_BYTES ((size_t)256 << 20)

static const char ending[] = ".prefilter";

static bool path_of(const char *folder, const stile_slice *patterns, size_t count,
                    char out[PATH_MAX])
{
    stile_slice parts[2];
    stile_sha256 all, kind, name;
    char hex[STILE_SHA256_HEX];

    if (stile_sha256_parts(patterns, count, &all, NULL) || stile_prefilter_kind(&kind, NULL))
        return false;
    parts[0] = stile_slice_of(all.bytes, sizeof all.bytes);
    parts[1] = stile_slice_of(kind.bytes, sizeof kind.bytes);
    if (stile_sha256_parts(parts, 2, &name, NULL))
        return false;
    stile_hex(name.bytes, sizeof name.bytes, hex);
    return snprintf(out, PATH_MAX, "%s/%s%s", folder, hex, ending) < PATH_MAX;
}

stile_prefilter *stile_prefilter_recall(const char *folder, const stile_slice *patterns,
                                        size_t count)
{
    stile_prefilter *found = NULL;
    stile_map map = {0};
    char path[PATH_MAX];
    uint64_t sum;

    if (!path_of(folder, patterns, count, path) || stile_map_open(path, &map, NULL))
        return NULL;
    if (map.len > sizeof sum) {
        stile_slice bytes =
            stile_slice_of((const char *)map.ptr + sizeof sum, map.len - sizeof sum);
        memcpy(&sum, map.ptr, sizeof sum);
        if (sum != stile_hash64(bytes) || stile_prefilter_decode(bytes, count, &found, NULL))
            found = NULL;
    }
    stile_map_close(&map);
    if (found)
        (void)utimensat(AT_FDCWD, path, NULL, 0); /* used: it stays */
    return found;
}

typedef struct aged {
    struct timespec used;
    char *path; /* owned */
} aged;

static int newest_first(const void *a, const void *b)
{
    const struct timespec *x = &((const aged *)a)->used, *y = &((const aged *)b)->used;

    if (x->tv_sec != y->tv_sec)
        return x->tv_sec < y->tv_sec ? 1 : -1;
    return (x->tv_nsec < y->tv_nsec) - (x->tv_nsec > y->tv_nsec);
}

static bool is_prefilter(const char *name)
{
    size_t len = strlen(name), tail = sizeof ending - 1;
    return len == STILE_SHA256_HEX - 1 + tail && strcmp(name + len - tail, ending) == 0;
}

/* All but the newest go. What another process has removed meanwhile is gone, which is as well. */
static void make_room(const char *folder)
{
    enum { MOST = 1024 };
    aged files[MOST];
    size_t count = 0;
    struct dirent *entry;
    struct stat info;
    DIR *dir = opendir(folder);

    while (dir && count < MOST && (entry = readdir(dir))) {
        char path[PATH_MAX];
        if (is_prefilter(entry->d_name) &&
            snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) < PATH_MAX &&
            stat(path, &info) == 0 && (files[count].path = stile_strdup(path)))
            files[count++].used = info.st_mtim;
    }
    if (dir)
        (void)closedir(dir);
    qsort(files, count, sizeof *files, newest_first);
    for (size_t i = 0; i < count; i++) {
        if (i >= STILE_PREFILTERS_KEPT)
            (void)remove(files[i].path);
        stile_free(files[i].path);
    }
}

void stile_prefilter_keep(const stile_prefilter *made, const char *folder,
                          const stile_slice *patterns, size_t count)
{
    stile_error err = {0};
    stile_buf bytes;
    char path[PATH_MAX];
    uint64_t sum;
    stile_slice pieces[2];

    stile_buf_init(&bytes, MOST_BYTES);
    if (path_of(folder, patterns, count, path) && !stile_prefilter_encode(made, &bytes, &err) &&
        bytes.len) {
        sum = stile_hash64(stile_buf_slice(&bytes));
        pieces[0] = stile_slice_of(&sum, sizeof sum);
        pieces[1] = stile_buf_slice(&bytes);
        if (stile_dir_create(folder, &err) ||
            stile_file_replace_pieces(path, pieces, 2, 0600, &err))
            stile_log(STILE_LOG_WARN, "scan.prefilter", "the prefilter is not kept: %s", err.text);
        make_room(folder);
    }
    stile_buf_release(&bytes);
}
