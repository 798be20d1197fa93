/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a folder that may be documents: depth first, in the order of names. Hidden entries and symbolic
 * links are passed over, and so is what cannot be a document by its name (images, archives, style sheets). */
#ifndef STILE_CLI_FILES_H
#define STILE_CLI_FILES_H

#include <stdbool.h>

#include "stile/status.h"

typedef struct stile_files {
    stile_status (*take)(void *ctx, const char *path,
                         stile_error *err);                          /* other than OK: it ends */
    void (*pass_over)(void *ctx, const char *path, const char *why); /* a folder not read */
    void *ctx;
} stile_files;

/* Gives `path` itself when it is no folder, whatever its name. */
stile_status stile_files_each(const stile_files *files, const char *path,
                              stile_error *err) STILE_MUST_CHECK;

bool stile_path_ends(const char *path, const char *ending);

#endif
