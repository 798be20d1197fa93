/* SPDX-License-Identifier: Apache-2.0 */
#include "embed/endpoint_reply.h"

#include <math.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <stdio.h>

#include "base/json.h"
#include "base/memory.h"
#include "stile/limits.h"

static stile_status strange(stile_error *err, const char *what)
{
    return stile_fail(err, STILE_UNAVAILABLE, "embeddings endpoint: %s", what);
}

/* Doubles hold the square of any float, and the sum of a vector's, without over- or underflow. */
static stile_status to_unit(float *v, size_t dim, stile_error *err)
{
    double squares = 0;

    for (size_t d = 0; d < dim; d++) {
        if (!isfinite(v[d]))
            return strange(err, "a number that is not finite");
        squares += (double)v[d] * (double)v[d];
    }
    for (size_t d = 0; squares > 0 && d < dim; d++)
        v[d] = (float)((double)v[d] / sqrt(squares));
    return STILE_OK;
}

/* The dimension of a vector of `n` numbers must be the one expected, if one is. */
static stile_status check_dim(size_t n, size_t *dim, stile_error *err)
{
    if (n == 0 || n > STILE_MAX_DIM)
        return strange(err, "a dimension out of range");
    if (*dim && n != *dim)
        return stile_fail(err, STILE_UNAVAILABLE,
                          "embeddings endpoint: %zu dimensions where %zu are expected", n, *dim);
    *dim = n;
    return STILE_OK;
}

static stile_status read_numbers(const json_t *array, size_t *dim, float *out, stile_error *err)
{
    stile_status st = check_dim(json_array_size(array), dim, err);

    for (size_t d = 0; !st && d < *dim; d++) {
        const json_t *number = json_array_get(array, d);
        if (!json_is_number(number))
            return strange(err, "an embedding holds something that is not a number");
        out[d] = (float)json_number_value(number);
    }
    return st;
}

static float float_at(const unsigned char *p)
{
    uint32_t bits = p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
    float value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

/* OpenSSL counts the padding's bytes into the result, and white space is skipped: so the length
 * is checked here first. */
static stile_status read_base64(const json_t *string, size_t *dim, float *out, stile_error *err)
{
    const char *text = json_string_value(string);
    size_t len = json_string_length(string), pad = 0;
    unsigned char *bytes = NULL; /* owned */
    stile_status st;

    if (len == 0 || len % 4 != 0 || len > 4 * STILE_MAX_DIM / 3 * 4 + 4)
        return strange(err, "a base64 embedding of a strange length");
    while (pad < 2 && text[len - 1 - pad] == '=')
        pad++;
    if ((len / 4 * 3 - pad) % 4 != 0)
        return strange(err, "a base64 embedding of a strange length");
    if ((st = check_dim((len / 4 * 3 - pad) / 4, dim, err)))
        return st;
    if (!(bytes = stile_alloc(len / 4 * 3)))
        return stile_fail(err, STILE_NO_MEMORY, "embeddings endpoint: out of memory");
    if (EVP_DecodeBlock(bytes, (const unsigned char *)text, (int)len) != (int)(len / 4 * 3))
        st = strange(err, "an embedding that is not base64");
    for (size_t d = 0; !st && d < *dim; d++)
        out[d] = float_at(bytes + 4 * d);
    stile_free(bytes);
    return st;
}

/* One item of "data" to its row. `seen` marks the rows that are filled. */
static stile_status read_item(const json_t *item, size_t count, size_t *dim, unsigned char *seen,
                              float *out, stile_error *err)
{
    const json_t *index = json_object_get(item, "index");
    const json_t *embedding = json_object_get(item, "embedding");
    json_int_t at = json_integer_value(index);
    float *row;
    stile_status st;

    if (!json_is_integer(index) || at < 0 || (uint64_t)at >= count || seen[at])
        return strange(err, "an index that is missing, doubled or out of range");
    seen[at] = 1;
    row = out + (size_t)at * *dim; /* *dim is 0 only where there is one row */
    if (json_is_array(embedding))
        st = read_numbers(embedding, dim, row, err);
    else if (json_is_string(embedding))
        st = read_base64(embedding, dim, row, err);
    else
        st = strange(err, "an item without an embedding");
    return st ? st : to_unit(row, *dim, err);
}

static stile_status read_data(const json_t *root, size_t count, size_t *dim, float *out,
                              stile_error *err)
{
    const json_t *data = json_object_get(root, "data");
    unsigned char *seen; /* owned */
    stile_status st = STILE_OK;

    if (!json_is_array(data) || json_array_size(data) != count)
        return strange(err, "not as many embeddings as texts");
    if (!(seen = stile_alloc(count)))
        return stile_fail(err, STILE_NO_MEMORY, "embeddings endpoint: out of memory");
    for (size_t i = 0; !st && i < count; i++)
        st = read_item(json_array_get(data, i), count, dim, seen, out, err);
    stile_free(seen);
    return st;
}

stile_status stile_endpoint_reply_read(stile_slice body, size_t count, size_t *dim, float *out,
                                       stile_error *err)
{
    json_t *root = NULL; /* owned */
    size_t n = *dim;
    stile_status st;

    if (stile_json_parse(body, "reply", &root, NULL))
        return strange(err, "the reply is not JSON");
    st = read_data(root, count, &n, out, err);
    json_decref(root);
    if (!st)
        *dim = n;
    return st;
}

/* Copies a short name of plain characters; anything else could be a text. */
static bool copy_code(const json_t *value, char out[STILE_ENDPOINT_CODE])
{
    const char *s = json_string_value(value);
    size_t len = s ? json_string_length(value) : 0;

    if (len == 0 || len >= STILE_ENDPOINT_CODE)
        return false;
    for (size_t i = 0; i < len; i++)
        if (!((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z') || s[i] == '_' ||
              s[i] == '-'))
            return false;
    memcpy(out, s, len + 1);
    return true;
}

void stile_endpoint_reply_code(stile_slice body, char out[STILE_ENDPOINT_CODE])
{
    static const char *const names[] = {"code", "error_type", "type"};
    json_t *root = NULL; /* owned */
    const json_t *error;

    out[0] = '\0';
    if (stile_json_parse(body, "reply", &root, NULL))
        return;
    error = json_object_get(root, "error");
    if (!json_is_object(error))
        error = root; /* the flat shape */
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (copy_code(json_object_get(error, names[i]), out))
            break;
    json_decref(root);
}
