/* SPDX-License-Identifier: Apache-2.0 */
/* No embedder: dimension 0, and so no vectors; search is by words alone. */
#include <stdio.h>

#include "base/memory.h"
#include "embed/internal.h"

static stile_status create(const stile_embedder_options *options, stile_embedder **out,
                           stile_error *err)
{
    stile_embedder *embedder = stile_alloc(sizeof *embedder);
    stile_status st;

    (void)options;
    if (!embedder)
        return stile_fail(err, STILE_NO_MEMORY, "embedder: out of memory");
    embedder->kind = &stile_embedder_none;
    (void)snprintf(embedder->name, sizeof embedder->name, "none");
    if ((st = stile_sha256_of(stile_str("stile.embed.none"), &embedder->hash, err))) {
        stile_free(embedder);
        return st;
    }
    *out = embedder;
    return STILE_OK;
}

static void destroy(stile_embedder *embedder)
{
    stile_free(embedder);
}

static stile_status embed(stile_embedder *embedder, stile_embed_role role,
                          const stile_embed_text *texts, size_t count, float *out, stile_error *err)
{
    (void)embedder, (void)role, (void)texts, (void)count, (void)out, (void)err;
    return STILE_OK; /* rows of no numbers */
}

const stile_embedder_kind stile_embedder_none = {
    .name = "none", .weight = 0.0, .create = create, .destroy = destroy, .embed = embed};
