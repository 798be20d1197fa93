/* SPDX-License-Identifier: Apache-2.0 */
/* The rows that are searched: vectors, as floats and as stile's codes, the label of each, and which
 * labels are permitted at which share. */
#ifndef STILE_BENCHMARKS_FILTERED_SEARCH_ROWS_H
#define STILE_BENCHMARKS_FILTERED_SEARCH_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "embed/embedder.h"

#define SHARES 5
#define LABELS_MAX 1000

extern const double shares[SHARES]; /* of the rows, permitted */

typedef struct matrix {
    uint32_t rows, dim;
    float *values; /* [rows][dim] */
} matrix;

/* A file of two 32-bit numbers, rows and dimensions, and the values; at most `limit` rows of it. */
matrix matrix_read(const char *path, uint32_t limit);
/* One text a line, to such a file. Returns the exit status. */
int matrix_embed(stile_embedder *embedder, const char *texts, const char *vectors);
float product(const float *a, const float *b, uint32_t dim);

typedef struct rows {
    matrix vectors;
    int8_t *codes;                    /* [rows][dim] */
    float *scales;                    /* [rows] */
    uint32_t *cells;                  /* [rows], a near centroid */
    uint32_t labels;                  /* how many */
    uint16_t *label_of;               /* [rows] */
    uint8_t label_shares[LABELS_MAX]; /* bit s: permitted at shares[s] */
    uint8_t *permitted;               /* bitmap: what rows_permit chose */
} rows;

void rows_read(rows *r, const char *path, uint32_t limit, stile_embedder *embedder);
/* Labels whose sizes follow Zipf's law, at random or by content: then rows of a label lie in
 * neighbouring cells. The same on every run. */
void rows_label(rows *r, uint32_t labels, bool by_content);
/* Permit what shares[share] permits; how many rows. */
uint32_t rows_permit(rows *r, int share);

#endif
