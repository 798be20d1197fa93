/* SPDX-License-Identifier: Apache-2.0 */
/* Random documents of each format, and the checks that hold for any document. */
#ifndef STILE_TESTS_UNIT_INGEST_DOCUMENTS_H
#define STILE_TESTS_UNIT_INGEST_DOCUMENTS_H

#include "ingest/chunk.h"
#include "support/random.h"

/* Appends a document built of fragments that parsers find hard. */
void test_document(test_random *r, stile_format format, stile_buf *out);

/* Parse, chunk, and prove: I4, cover, order, size, lines, records. NULL, or what fails. A document
 * that is refused is fine; `*accepted` tells. */
const char *test_prove_document(stile_format format, stile_slice original, bool *accepted);

#endif
