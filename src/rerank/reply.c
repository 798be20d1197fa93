/* SPDX-License-Identifier: Apache-2.0 */
#include "rerank/reply.h"

#include <math.h>

#include "base/json.h"

static stile_status strange(stile_error *err, const char *what)
{
    return stile_fail(err, STILE_UNAVAILABLE, "reranker: %s", what);
}

static const json_t *list_of(const json_t *reply)
{
    const json_t *list = reply;

    if (json_is_object(reply) && !(list = json_object_get(reply, "results")))
        list = json_object_get(reply, "data");
    return json_is_array(list) ? list : NULL;
}

static stile_status read_one(const json_t *one, size_t count, double *scores, stile_error *err)
{
    const json_t *index = json_object_get(one, "index");
    const json_t *score = json_object_get(one, "relevance_score");
    json_int_t i = json_integer_value(index);

    if (!score)
        score = json_object_get(one, "score");
    if (!json_is_integer(index) || !json_is_number(score))
        return strange(err, "a result without index or score");
    if (i < 0 || (size_t)i >= count || !isnan(scores[i]))
        return strange(err, "an index that was not asked for, or twice");
    if (!isfinite(json_number_value(score)))
        return strange(err, "a score that is not finite");
    scores[i] = json_number_value(score);
    return STILE_OK;
}

stile_status stile_rerank_reply_read(stile_slice reply, size_t count, double *scores,
                                     stile_error *err)
{
    json_t *json = NULL;
    const json_t *list;
    stile_status st = STILE_OK;

    if (stile_json_parse(reply, "reranker", &json, NULL))
        return strange(err, "the reply is not JSON");
    for (size_t i = 0; i < count; i++)
        scores[i] = NAN;
    list = list_of(json);
    if (!list || json_array_size(list) != count)
        st = strange(err, "the reply does not judge each text");
    for (size_t i = 0; !st && i < count; i++)
        st = read_one(json_array_get(list, i), count, scores, err);
    json_decref(json);
    return st;
}
