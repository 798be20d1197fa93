/* SPDX-License-Identifier: Apache-2.0 */
/* Every limit on what comes from outside, in one place. Sizes are bytes. */
#ifndef STILE_LIMITS_H
#define STILE_LIMITS_H

#include <stdint.h>

/* labels */
#define STILE_MAX_LABEL 4096      /* text of one label */
#define STILE_MAX_LABEL_TERMS 256 /* tokens in one expression */
#define STILE_MAX_LABEL_DEPTH 32  /* nested parentheses */
#define STILE_MAX_TOKEN 256       /* one token */
#define STILE_MAX_CLEARANCE 65536 /* text of one clearance */
#define STILE_MAX_CLEARANCE_TOKENS 4096
#define STILE_MAX_LEVELS 64

/* documents */
#define STILE_MAX_DOCUMENT (16u * 1024 * 1024)
#define STILE_MAX_DOCUMENT_ID 512
#define STILE_MAX_COLLECTION_NAME 64
#define STILE_MAX_TITLE 4096
#define STILE_MAX_URL 4096
#define STILE_MAX_METADATA (64u * 1024)
#define STILE_MAX_METADATA_DEPTH 8
#define STILE_MAX_ATTRIBUTE 512      /* a string of the metadata that can be filtered by */
#define STILE_MAX_ATTRIBUTE_KEY 256  /* its key */
#define STILE_MAX_CHUNKS 100000      /* of one document */
#define STILE_MAX_CHUNK (32u * 1024) /* text of one chunk */
#define STILE_MAX_HTML_DEPTH 512
#define STILE_MAX_JSONL_LINE (24u * 1024 * 1024)

/* queries */
#define STILE_MAX_QUERY 8192
#define STILE_MAX_K 100
#define STILE_MAX_COLLECTIONS 64 /* named in one query */
#define STILE_MAX_NEIGHBOURS 5   /* on each side of a hit */

#define STILE_MAX_FILTER_DEPTH 8   /* nested and, or */
#define STILE_MAX_FILTER_TERMS 256 /* comparisons and values of one filter */

#define STILE_MAX_RELABEL 10000 /* ids named in one relabelling */

/* embeddings */
#define STILE_MAX_DIM 4096

/* HTTP */
#define STILE_MAX_HTTP_BODY (32u * 1024 * 1024)
#define STILE_MAX_HTTP_RESPONSE (64u * 1024 * 1024) /* that stile reads as a client */

/* store */
#define STILE_DISK_RESERVE ((uint64_t)192 << 20) /* writes are refused with less free than this */

/* audit */
#define STILE_MAX_AUDIT_RECORD (1024u * 1024)

#endif
