/* SPDX-License-Identifier: Apache-2.0 */
#include "stile/document.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/hash.h"

stile_status stile_docref_of(stile_slice collection, stile_slice id, stile_docref *out,
                             stile_error *err)
{
    const stile_slice parts[] = {stile_str("stile.document"), collection, id};
    stile_sha256 digest;
    stile_status st = stile_sha256_parts(parts, 3, &digest, err);

    if (!st)
        memcpy(out->bytes, digest.bytes, sizeof out->bytes);
    return st;
}

void stile_chunk_id_format(const stile_docref *doc, uint32_t ordinal, char *out)
{
    stile_hex(doc->bytes, sizeof doc->bytes, out);
    (void)snprintf(out + 32, 8, "-%06" PRIu32, ordinal % 1000000);
}

bool stile_chunk_id_parse(stile_slice text, stile_docref *doc, uint32_t *ordinal)
{
    uint32_t n = 0;

    if (text.len != STILE_CHUNK_ID_LEN || text.ptr[32] != '-')
        return false;
    for (size_t i = 33; i < STILE_CHUNK_ID_LEN; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
        n = n * 10 + (uint32_t)(text.ptr[i] - '0');
    }
    if (!stile_unhex(stile_slice_cut(text, 0, 32), doc->bytes, sizeof doc->bytes))
        return false;
    *ordinal = n;
    return true;
}

static const char *const format_names[] = {"text", "markdown", "html", "unknown"};
static const char *const trust_names[] = {"external", "internal", "curated"};

static bool find_name(const char *const *names, size_t count, stile_slice name, size_t *out)
{
    for (size_t i = 0; i < count; i++)
        if (stile_slice_eq(stile_str(names[i]), name)) {
            *out = i;
            return true;
        }
    return false;
}

const char *stile_format_name(stile_format format)
{
    return (unsigned)format < 4 ? format_names[format] : "unknown";
}

bool stile_format_parse(stile_slice name, stile_format *out)
{
    size_t i;
    if (!find_name(format_names, 4, name, &i))
        return false;
    *out = (stile_format)i;
    return true;
}

const char *stile_trust_name(stile_trust trust)
{
    return (unsigned)trust < 3 ? trust_names[trust] : "external";
}

bool stile_trust_parse(stile_slice name, stile_trust *out)
{
    size_t i;
    if (!find_name(trust_names, 3, name, &i))
        return false;
    *out = (stile_trust)i;
    return true;
}
