/* SPDX-License-Identifier: Apache-2.0 */
/* The file of a static model, mapped and checked: docs/formats/model.md. */
#ifndef STILE_EMBED_MODEL_FILE_H
#define STILE_EMBED_MODEL_FILE_H

#include <stdint.h>

#include "base/file.h"
#include "stile/slice.h"
#include "stile/status.h"

#define STILE_MODEL_MAX_DIM 1024

/* Pointers borrow from the map. Immutable, so any thread may read it. */
typedef struct stile_model_file {
    stile_map map;
    uint32_t dim, tokens, centroids;
    stile_slice words;           /* a length byte and bytes, for each token */
    const unsigned char *scales; /* [tokens], u16 little-endian */
    const int8_t *rows;          /* [tokens][dim] */
    const int8_t *centres;       /* [centroids][dim] */
} stile_model_file;

/* Every field, bound, padding byte and checksum is checked: STILE_CORRUPT names the first that is
 * wrong, STILE_UNSUPPORTED a version that this build does not know. The vocabulary's own shape is
 * stile_wordpiece_create's to check. Caller closes. */
stile_status stile_model_file_open(const char *path, stile_model_file *out,
                                   stile_error *err) STILE_MUST_CHECK;
void stile_model_file_close(stile_model_file *file);

#endif
