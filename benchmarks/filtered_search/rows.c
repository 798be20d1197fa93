/* SPDX-License-Identifier: Apache-2.0 */
#include "benchmarks/filtered_search/rows.h"

#include <inttypes.h>
#include <string.h>

#include "benchmarks/filtered_search/tools.h"
#include "indexes/code.h"

#define STEP 1000 /* texts in one call */
#define LINE_MAX_BYTES 16384

const double shares[SHARES] = {1, .5, .1, .01, .001};

int matrix_embed(stile_embedder *embedder, const char *texts, const char *vectors)
{
    static char lines[STEP][LINE_MAX_BYTES];
    static stile_embed_text lone[STEP];
    uint32_t head[2] = {0, (uint32_t)stile_embedder_dim(embedder)};
    float *out = room((size_t)STEP * head[1], sizeof *out);
    FILE *in = fopen(texts, "r"), *to = fopen(vectors, "w");
    stile_error err = {0};
    size_t n;

    if (!in || !to || fwrite(head, sizeof head, 1, to) != 1)
        return 1;
    do {
        for (n = 0; n < STEP && fgets(lines[n], LINE_MAX_BYTES, in); n++)
            lone[n].text = stile_slice_of(lines[n], strcspn(lines[n], "\n"));
        must(stile_embedder_embed(embedder, STILE_EMBED_DOCUMENT, lone, n, out, &err), &err);
        if (n && fwrite(out, head[1] * sizeof *out, n, to) != n)
            return 1;
        head[0] += (uint32_t)n;
    } while (n == STEP);
    rewind(to);
    if (fwrite(head, sizeof head, 1, to) != 1 || fclose(to) != 0)
        return 1;
    printf("%" PRIu32 " vectors of %" PRIu32 " dimensions\n", head[0], head[1]);
    (void)fclose(in);
    free(out);
    return 0;
}

matrix matrix_read(const char *path, uint32_t limit)
{
    FILE *in = fopen(path, "r");
    uint32_t head[2];
    matrix m;

    if (!in || fread(head, sizeof head, 1, in) != 1) {
        fprintf(stderr, "filtered_search: cannot read %s\n", path);
        exit(1);
    }
    m = (matrix){head[0] < limit ? head[0] : limit, head[1], NULL};
    m.values = room((size_t)m.rows * m.dim, sizeof *m.values);
    if (fread(m.values, m.dim * sizeof *m.values, m.rows, in) != m.rows)
        exit(1);
    (void)fclose(in);
    return m;
}

float product(const float *a, const float *b, uint32_t dim)
{
    float sums[16] = {0}, sum = 0; /* several, so that the compiler may use its registers */

    for (uint32_t i = 0; i + 16 <= dim; i += 16)
        for (uint32_t j = 0; j < 16; j++)
            sums[j] += a[i + j] * b[i + j];
    for (uint32_t j = 0; j < 16; j++)
        sum += sums[j];
    return sum;
}

static void find_cells(rows *r, const stile_embedder *embedder)
{
    const matrix *m = &r->vectors;
    size_t count;
    const float *centroids = stile_embedder_centroids(embedder, &count);

    for (uint32_t row = 0; row < m->rows; row++) {
        float best = -2;
        for (uint32_t c = 0; c < count; c += 4) { /* a quarter of them is neighbourhood enough */
            float p = product(m->values + (size_t)row * m->dim, centroids + c * m->dim, m->dim);
            if (p > best) {
                best = p;
                r->cells[row] = c;
            }
        }
    }
}

void rows_read(rows *r, const char *path, uint32_t limit, stile_embedder *embedder)
{
    *r = (rows){.vectors = matrix_read(path, limit)};
    const matrix *m = &r->vectors;
    r->codes = room((size_t)m->rows * m->dim, 1);
    r->scales = room(m->rows, sizeof *r->scales);
    r->cells = room(m->rows, sizeof *r->cells);
    r->label_of = room(m->rows, sizeof *r->label_of);
    r->permitted = room(m->rows / 8 + 1, 1);
    for (size_t row = 0; row < m->rows; row++)
        stile_code_encode(m->values + row * m->dim, m->dim, r->codes + row * m->dim,
                          &r->scales[row]);
    find_cells(r, embedder);
}

static const uint64_t *sort_keys;
static int by_key(const void *a, const void *b)
{
    uint64_t x = sort_keys[*(const uint32_t *)a], y = sort_keys[*(const uint32_t *)b];
    return (x > y) - (x < y);
}

/* Numbers 0 to count - 1, ascending by keys. */
static uint32_t *sorted(const uint64_t *keys, uint32_t count)
{
    uint32_t *order = room(count, sizeof *order);

    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    sort_keys = keys;
    qsort(order, count, sizeof *order, by_key);
    return order;
}

/* Labels take the rows in turn, in an order that is random or goes cell by cell. */
static void spread(rows *r, bool by_content)
{
    uint32_t count = r->vectors.rows, at = 0, *order;
    uint64_t *keys = room(count, sizeof *keys), state = 1;
    double total = 0, sum = 0;

    for (uint32_t row = 0; row < count; row++) {
        uint64_t cell = r->cells[row], random = next_random(&state);
        keys[row] =
            by_content ? (next_random(&cell) & ~UINT64_C(0xffff)) | (random & 0xffff) : random;
    }
    order = sorted(keys, count);
    for (uint32_t l = 1; l <= r->labels; l++)
        total += 1.0 / l;
    for (uint32_t l = 0; l < r->labels; l++) {
        sum += 1.0 / (l + 1) / total;
        while (at < count && (at < sum * count || l == r->labels - 1))
            r->label_of[order[at++]] = (uint16_t)l;
    }
    free(keys);
    free(order);
}

/* In a random order, each label that still fits is permitted; the smallest, when none did. */
static void choose(rows *r)
{
    static uint32_t sizes[LABELS_MAX];
    uint64_t keys[LABELS_MAX], state = 2;
    uint32_t *order;

    memset(sizes, 0, sizeof sizes);
    memset(r->label_shares, 0, sizeof r->label_shares);
    for (uint32_t row = 0; row < r->vectors.rows; row++)
        sizes[r->label_of[row]]++;
    for (uint32_t l = 0; l < r->labels; l++)
        keys[l] = next_random(&state);
    order = sorted(keys, r->labels);
    for (int s = 0; s < SHARES; s++) {
        double left = shares[s] * r->vectors.rows * 1.02;
        bool any = false;
        for (uint32_t i = 0; i < r->labels; i++) {
            uint32_t l = order[i];
            if (sizes[l] > left && (any || i + 1 < r->labels))
                continue;
            if (sizes[l] > left)
                l = r->labels - 1;
            left -= sizes[l];
            any = true;
            r->label_shares[l] |= (uint8_t)(1 << s);
        }
    }
    free(order);
}

void rows_label(rows *r, uint32_t labels, bool by_content)
{
    r->labels = labels;
    spread(r, by_content);
    choose(r);
}

uint32_t rows_permit(rows *r, int share)
{
    uint32_t permitted = 0;

    memset(r->permitted, 0, r->vectors.rows / 8 + 1);
    for (uint32_t row = 0; row < r->vectors.rows; row++)
        if (r->label_shares[r->label_of[row]] >> share & 1) {
            r->permitted[row / 8] |= (uint8_t)(1 << row % 8);
            permitted++;
        }
    return permitted;
}
