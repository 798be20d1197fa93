/* SPDX-License-Identifier: Apache-2.0 */
/* The registry of embedders, and where the shipped model lies. */
#include "embed/internal.h"

#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"

#define MODEL_NAME "stile-static-256.bin"

static const stile_embedder_kind *const kinds[] = {
    &stile_embedder_static,
    &stile_embedder_endpoint,
    &stile_embedder_none,
};

stile_status stile_embedder_create(const stile_embedder_options *options, stile_embedder **out,
                                   stile_error *err)
{
    const char *name = options->kind ? options->kind : stile_embedder_static.name;

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i]->name, name) == 0)
            return kinds[i]->create(options, out, err);
    return stile_fail(err, STILE_INVALID,
                      "embedder: unknown kind '%.64s'; there are static, endpoint and none", name);
}

void stile_embedder_destroy(stile_embedder *embedder)
{
    if (embedder)
        embedder->kind->destroy(embedder);
}

stile_status stile_embedder_embed(stile_embedder *embedder, stile_embed_role role,
                                  const stile_embed_text *texts, size_t count, float *out,
                                  stile_error *err)
{
    return embedder->kind->embed(embedder, role, texts, count, out, err);
}

size_t stile_embedder_dim(const stile_embedder *embedder)
{
    return embedder->dim;
}

const stile_sha256 *stile_embedder_hash(const stile_embedder *embedder)
{
    return &embedder->hash;
}

const char *stile_embedder_name(const stile_embedder *embedder)
{
    return embedder->name;
}

double stile_embedder_weight(const stile_embedder *embedder)
{
    return embedder->kind->weight;
}

const float *stile_embedder_centroids(const stile_embedder *embedder, size_t *count)
{
    *count = embedder->centroid_count;
    return embedder->centroids;
}

/* The folder of the running program into `out`; "" when the system does not say. */
static void program_folder(char *out, size_t size)
{
    char path[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);

    out[0] = '\0';
    if (n <= 0)
        return;
    path[n] = '\0';
    if (snprintf(out, size, "%s", dirname(path)) >= (int)size)
        out[0] = '\0';
}

stile_status stile_model_path(char *out, size_t size, stile_error *err)
{
    const char *named = getenv("STILE_MODEL");
    char folder[PATH_MAX];
    char places[2][PATH_MAX + 64];

    program_folder(folder, sizeof folder);
    (void)snprintf(places[0], sizeof places[0], "%s/../share/stile/" MODEL_NAME, folder);
    (void)snprintf(places[1], sizeof places[1], "%s/indexes/model/" MODEL_NAME, STILE_SOURCE_DIR);
    /* What the caller named is taken or refused: no other model in its stead. */
    if (named && !stile_path_exists(named))
        return stile_fail(err, STILE_NOT_FOUND, "$STILE_MODEL names %s, which is not there", named);
    for (int i = 0; !named && i < 2; i++)
        if (stile_path_exists(places[i]))
            named = places[i];
    if (!named)
        return stile_fail(err, STILE_NOT_FOUND,
                          "the model file is neither %s nor %s; set $STILE_MODEL", places[0],
                          places[1]);
    if (strlen(named) >= size)
        return stile_fail(err, STILE_TOO_LARGE, "the path of the model file is too long");
    (void)snprintf(out, size, "%s", named);
    return STILE_OK;
}
