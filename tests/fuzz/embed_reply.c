/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as an endpoint's reply: what is taken is unit vectors or zeros, what is refused is the
 * server's fault, and an error's code is a plain word. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>

#include "embed/endpoint_reply.h"
#include "stile/limits.h"

#define COUNT 3
#define DIM 4

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void check_unit(const float *v, size_t dim)
{
    double squares = 0;

    for (size_t d = 0; d < dim; d++)
        squares += (double)v[d] * (double)v[d];
    if (squares != 0 && !(fabs(squares - 1) < 1e-4))
        abort();
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static float first[STILE_MAX_DIM];
    float out[COUNT * DIM];
    char code[STILE_ENDPOINT_CODE];
    stile_slice body = stile_slice_of(data, size);
    size_t dim = DIM, asked = 0;
    stile_status st = stile_endpoint_reply_read(body, COUNT, &dim, out, NULL);

    if (st && st != STILE_UNAVAILABLE)
        abort();
    for (size_t i = 0; !st && i < COUNT; i++)
        check_unit(out + i * DIM, DIM);
    st = stile_endpoint_reply_read(body, 1, &asked, first, NULL);
    if (!st && (asked == 0 || asked > STILE_MAX_DIM))
        abort();
    if (!st)
        check_unit(first, asked);
    stile_endpoint_reply_code(body, code);
    for (size_t i = 0; code[i]; i++)
        if (!isalnum((unsigned char)code[i]) && code[i] != '_' && code[i] != '-' && code[i] != '.')
            abort();
    return 0;
}
