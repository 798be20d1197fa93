/* SPDX-License-Identifier: Apache-2.0 */
/* The names of things stored: documents, their chunks, formats and trust.
 *
 * Identities derive from the owner's ids alone, so they reveal nothing of what else is stored:
 * a docref is the first 16 bytes of SHA-256 over ("stile.document", collection, id), each part
 * preceded by its length. A chunk is named "<32 hex digits of docref>-<6 digits of ordinal>";
 * chunk ids therefore order as (docref, ordinal) does, and that order breaks every tie. */
#ifndef STILE_DOCUMENT_H
#define STILE_DOCUMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "stile/slice.h"
#include "stile/status.h"

typedef struct stile_docref {
    unsigned char bytes[16];
} stile_docref;

#define STILE_CHUNK_ID_LEN 39 /* "<32 hex>-<6 digits>" */

stile_status stile_docref_of(stile_slice collection, stile_slice id, stile_docref *out,
                             stile_error *err) STILE_MUST_CHECK;
static inline int stile_docref_cmp(const stile_docref *a, const stile_docref *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes);
}
/* `out` holds STILE_CHUNK_ID_LEN + 1 bytes. */
void stile_chunk_id_format(const stile_docref *doc, uint32_t ordinal, char *out);
bool stile_chunk_id_parse(stile_slice text, stile_docref *doc, uint32_t *ordinal);

/* How a document's bytes are read. */
typedef enum {
    STILE_FORMAT_TEXT,
    STILE_FORMAT_MARKDOWN,
    STILE_FORMAT_HTML,
    STILE_FORMAT_UNKNOWN /* scanned as text, Markdown and HTML at once */
} stile_format;

/* How far the source of a document is trusted. The default is external. */
typedef enum { STILE_TRUST_EXTERNAL, STILE_TRUST_INTERNAL, STILE_TRUST_CURATED } stile_trust;

const char *stile_format_name(stile_format format);
bool stile_format_parse(stile_slice name, stile_format *out);
const char *stile_trust_name(stile_trust trust);
bool stile_trust_parse(stile_slice name, stile_trust *out);

#endif
